"""The emulator's process: recognised, and its files made fit for the next one."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scimctl import local_state as state
from scimctl.local import cloud, processes
from scimctl.local_state import CloudProcess

WORKER = "import sys, time; print(flush=True); time.sleep(60)"


def recorded(directory: Path, pid: int, started: str) -> CloudProcess:
    process = CloudProcess(pid, started, 4600)
    state.write_process(directory, process)
    return process


def started(pid: int) -> str:
    found = processes.find(pid)
    assert found is not None
    return found.started


def worker_below(directory: Path) -> "subprocess.Popen[bytes]":
    """A busy function's process, as ministack starts it: a file of the state directory, in the emulator's group."""
    path = directory / "tmp" / "ministack-lambda-scim-x" / "_worker.py"
    path.parent.mkdir(parents=True)
    path.write_text(WORKER)
    child = subprocess.Popen([sys.executable, str(path)], stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_the_process_that_was_recorded_is_recognised(tmp_path: Path):
    process = recorded(tmp_path, os.getpid(), started(os.getpid()))
    assert cloud.running(tmp_path) == process


def test_nothing_runs_where_nothing_was_recorded(tmp_path: Path):
    assert cloud.running(tmp_path) is None


def test_another_process_with_the_recorded_pid_is_not_taken_for_it(tmp_path: Path):
    recorded(tmp_path, os.getpid(), "another boot/1")
    assert cloud.running(tmp_path) is None


def test_stopping_never_signals_another_process_with_the_recorded_pid(tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE) as bystander:
        process = recorded(tmp_path, bystander.pid, "another boot/1")
        assert cloud.stop(tmp_path, process)
        time.sleep(0.1)
        assert bystander.poll() is None
        assert state.read_process(tmp_path) is None
        bystander.kill()


def test_a_function_that_outlives_the_emulator_is_ended(tmp_path: Path):
    child = worker_below(tmp_path)
    cloud.sweep(tmp_path, CloudProcess(child.pid, "gone/1", 4600))
    assert child.wait(5) < 0
    assert not (tmp_path / "tmp").exists()
    child.communicate()


def test_a_process_in_the_same_group_that_is_not_of_this_directory_is_left_alone(tmp_path: Path):
    child = worker_below(tmp_path / "other")
    cloud.sweep(tmp_path, CloudProcess(child.pid, "gone/1", 4600))
    assert child.poll() is None
    child.kill()
    child.communicate()


def test_an_emulator_that_does_not_end_is_killed_and_that_is_told(tmp_path: Path):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        process = recorded(tmp_path, child.pid, started(child.pid))
        assert not cloud.stop(tmp_path, process, seconds=0.2)
        assert child.wait(5) == -9


def test_the_moment_of_the_last_save_is_that_of_the_table(tmp_path: Path):
    assert cloud.saved_at(tmp_path) is None
    (tmp_path / "state").mkdir()
    table = tmp_path / "state" / "dynamodb.json"
    table.write_text("{}")
    os.utime(table, (1000, 1000))
    assert cloud.saved_at(tmp_path) == 1000


def test_stream_positions_begin_anew_with_a_new_process(tmp_path: Path):
    path = tmp_path / "lambda.json"
    scoped = {"__account_region_scoped__": True, "data": {"000000000000\0us-east-1\0'mapping'": 37}}
    saved = {"__ministack_format__": 2, "payload": {"functions": {}, "dynamodb_stream_positions": scoped}}
    path.write_text(json.dumps(saved))
    cloud._rewind_streams(path)
    assert json.loads(path.read_text())["payload"] == {
        "functions": {},
        "dynamodb_stream_positions": scoped | {"data": {"000000000000\0us-east-1\0'mapping'": 0}},
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"payload": {"dynamodb_stream_positions": {}}}'])
def test_saved_functions_of_another_form_are_left_as_they_are(tmp_path: Path, text: str):
    path = tmp_path / "lambda.json"
    path.write_text(text)
    cloud._rewind_streams(path)
    assert path.read_text() == text


def test_the_last_complaint_of_the_log_is_found(tmp_path: Path):
    (tmp_path / "ministack.log").write_text(
        "2026-11-22 03:18:26 WARNING [lambda] Lambda scim: SnapStart init failed\n"
        "2026-11-22 03:18:30 ERROR [lambda] Warm worker execution error: No module named 'x'\n"
        "2026-11-22 03:18:31 INFO [ministack] Ready\n"
    )
    assert cloud.last_complaint(tmp_path) == "Warm worker execution error: No module named 'x'"


def test_a_log_without_complaints_has_none(tmp_path: Path):
    assert cloud.last_complaint(tmp_path) == ""


def test_the_emulator_inherits_nothing_of_the_operator_s_aws_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    variables = cloud._environment(tmp_path, 4600)
    assert "AWS_PROFILE" not in variables
    assert "AWS_SESSION_TOKEN" not in variables
    assert variables["BIND_HOST"] == "127.0.0.1"
    assert variables["AUTH"] == "true"
