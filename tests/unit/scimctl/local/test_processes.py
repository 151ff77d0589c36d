"""Processes: told apart for certain, ended for certain, and nobody else's."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scimctl.local import processes

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
PATIENT = "import time; print(flush=True); time.sleep(60)"


@contextmanager
def running(code: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process in a group of its own, once it is at work."""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        yield child
    finally:
        child.kill()
        child.communicate()


def test_a_process_is_described_by_what_never_changes():
    with running(PATIENT) as child:
        first, second = processes.find(child.pid), processes.find(child.pid)
    assert first is not None
    assert first == second
    assert (first.pid, first.group) == (child.pid, child.pid)
    assert "time.sleep(60)" in first.command


def test_two_processes_started_one_after_the_other_differ_in_their_start():
    with running(PATIENT) as child:
        earlier = processes.find(child.pid)
        time.sleep(0.05)
        with running(PATIENT) as other:
            later = processes.find(other.pid)
    assert earlier is not None
    assert later is not None
    assert earlier.started != later.started


def test_a_process_that_ended_and_was_not_collected_is_no_process():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.find(child.pid) is None
    child.wait()


def test_the_members_of_a_group_are_found():
    family = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    with running(family + PATIENT) as child:
        members = processes.members(child.pid)
        processes.end(members, grace_seconds=5)
    assert len(members) == 2
    assert child.pid in {info.pid for info in members}


def test_a_process_that_ignores_a_request_to_end_is_ended():
    with running(STUBBORN) as child:
        info = processes.find(child.pid)
        assert info is not None
        processes.end([info], grace_seconds=0.2)
        assert processes.wait_until_gone([child.pid], 5)
        assert child.wait() == -signal.SIGKILL


def test_another_process_with_the_same_pid_is_left_alone():
    with running(PATIENT) as child:
        info = processes.find(child.pid)
        assert info is not None
        reused = processes.ProcessInfo(info.pid, info.group, "another boot/1", info.command)
        processes.end([reused], grace_seconds=0.1)
        assert child.poll() is None


def test_waiting_for_a_process_that_stays_gives_up():
    with running(PATIENT) as child:
        assert not processes.wait_until_gone([child.pid], 0.1)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux tells which process listens")
def test_who_listens_on_a_port_is_found():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        holder = processes.holder_of_port(server.getsockname()[1])
    assert holder is not None
    assert holder.pid == os.getpid()


def test_nobody_is_named_for_a_port_that_is_free():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    assert processes.holder_of_port(port) is None
