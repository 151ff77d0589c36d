"""Which processes there are: enough to recognise our own beyond doubt, and to say who holds a port."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_POLL_SECONDS = 0.05
_TCP_LISTEN = "0A"
"""State column of `/proc/net/tcp` for a listening socket."""


@dataclass(frozen=True)
class ProcessInfo:
    """One process, as the operating system describes it."""

    pid: int
    group: int
    """Its process group."""
    started: str
    """When it started; together with the pid this names one process for ever, over reboots too."""
    command: str
    """Its command line."""


def find(pid: int) -> ProcessInfo | None:
    """Describe a process; None when it does not exist or has ended and only waits to be collected."""
    if _PROC.joinpath("self/stat").exists():
        return _from_proc(pid)
    found = _from_ps("-p", str(pid))
    return found[0] if found else None


def members(group: int) -> list[ProcessInfo]:
    """Return the living processes of a process group."""
    if not _PROC.joinpath("self/stat").exists():
        return [info for info in _from_ps("-ax") if info.group == group]
    pids = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
    return [info for pid in pids if (info := _from_proc(pid)) is not None and info.group == group]


def wait_until_gone(pids: Iterable[int], seconds: float) -> bool:
    """Wait until none of these processes lives; False when one still does after so many seconds."""
    waiting = list(pids)
    deadline = time.monotonic() + seconds
    while waiting:
        waiting = [pid for pid in waiting if find(pid) is not None]
        if waiting and time.monotonic() > deadline:
            return False
        if waiting:
            time.sleep(_POLL_SECONDS)
    return True


def end(processes: Iterable[ProcessInfo], grace_seconds: float) -> None:
    """End these very processes: ask with SIGTERM, insist with SIGKILL after the grace."""
    chosen = list(processes)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for info in chosen:
            if find(info.pid) == info:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(info.pid, number)
        if wait_until_gone([info.pid for info in chosen], grace_seconds):
            return


def holder_of_port(port: int) -> ProcessInfo | None:
    """Return the process that listens on a TCP port of this machine; None when nobody does or the system does not say."""
    inodes = _listening_inodes(port)
    if not inodes:
        return None
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if any(os.readlink(link) in wanted for link in entry.joinpath("fd").iterdir()):
                return _from_proc(int(entry.name))
    return None


def _listening_inodes(port: int) -> set[str]:
    """Read the inodes of the sockets that listen on a port, IPv4 and IPv6, from proc(5) net/tcp."""
    found = set()
    for name in ("net/tcp", "net/tcp6"):
        with contextlib.suppress(OSError):
            for line in _PROC.joinpath(name).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _TCP_LISTEN and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    found.add(fields[9])
    return found


def _from_proc(pid: int) -> ProcessInfo | None:
    """Describe a process from proc(5): its start is counted in clock ticks since the boot that the boot id names."""
    try:
        stat = _PROC.joinpath(str(pid), "stat").read_text()
        arguments = _PROC.joinpath(str(pid), "cmdline").read_bytes()
        boot = _PROC.joinpath("sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may itself hold blanks and brackets
    if fields[0] in "ZX":
        return None
    command = arguments.replace(b"\0", b" ").decode(errors="replace").strip()
    return ProcessInfo(pid, int(fields[2]), f"{boot}/{fields[19]}", command or stat.split("(")[1].split(")")[0])


def _from_ps(*selection: str) -> list[ProcessInfo]:
    """Describe processes with ps(1), where there is no /proc (macOS)."""
    command = ["ps", *selection, "-o", "pid=,pgid=,stat=,lstart=,command="]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    rows = [line.split(maxsplit=8) for line in listing.splitlines()]
    return [
        ProcessInfo(int(row[0]), int(row[1]), " ".join(row[3:8]), row[8])
        for row in rows
        if len(row) > 8 and not row[2].startswith("Z")  # lstart has five columns
    ]
