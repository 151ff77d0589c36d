"""The emulator's process: started, asked whether it is ready, stopped so that its data is kept."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from lambdas.environment.file import LOCAL_ACCOUNT, LOCAL_REGION
from lambdas.operations.problems import Problem
from scimctl import local_state as state
from scimctl.local import checks, client, ministack_process, processes, signals
from scimctl.local_state import CloudProcess

READY_SECONDS = 60
"""How long a start may take; it takes 2 s, and more with much data on a busy machine."""

STOP_SECONDS = 120
"""How long a graceful stop may take, because that is when the data is written, before it is given up."""

_WORKER_SECONDS = 2
"""How long a function's process may take to end when it is asked to."""

_LOG_LIMIT = 10_000_000
"""Bytes of ministack.log that a start keeps on; a longer one is put aside as ministack.log.1."""

_COMPLAINT = re.compile(r"(?:WARNING|ERROR) \[\w+\] (.+)")
"""A line of ministack.log: `2027-01-31 14:05:06 ERROR [lambda] ...`."""

_TAIL_LINES = 200
_POLL_SECONDS = 0.1

_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
"""What the emulator and the functions inherit: nothing of the operator's AWS settings or Python's."""


def start(directory: Path, port: int) -> CloudProcess:
    """Start the emulator on 127.0.0.1 in a session of its own, and wait until it answers.

    It simulates the local cloud's account and region, reads the data below `directory`, writes its log there, and enforces IAM.
    Raises Problem, with nothing left running, when it does not come up.
    """
    log = directory / "ministack.log"
    _prepare(directory, log)
    sign_in_port = checks.free_port_near(port + 1, first=state.read_sign_in_port(directory, port))
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "scimctl.local.ministack_process"],
            cwd=directory,
            env=_environment(directory, port) | {ministack_process.PORT_VARIABLE: str(sign_in_port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    described = processes.find(child.pid)
    process = CloudProcess(child.pid, described.started if described else "", port, sign_in_port)
    state.write_process(directory, process)
    try:
        _wait_until_ready(child, port, log)
    except BaseException:
        stop(directory, process)
        raise
    return process


def running(directory: Path) -> CloudProcess | None:
    """Return the emulator's process if it lives; None when it stopped or crashed, even if its pid is reused."""
    process = state.read_process(directory)
    if process is None:
        return None
    found = processes.find(process.pid)
    return process if found is not None and found.started == process.started else None


def is_ready(port: int) -> bool:
    """Ask the emulator whether it serves requests."""
    return client.get(f"http://127.0.0.1:{port}/_ministack/ready", seconds=5).status == 200


def stop(directory: Path, process: CloudProcess, seconds: float = STOP_SECONDS) -> bool:
    """Stop the emulator and every function's process, and forget them; only what was started from this directory.

    Gives True when the emulator ended by itself, with its data written, and False when it had to be killed, so that
    what changed since its start is lost.
    """
    graceful = True
    found = processes.find(process.pid)
    with signals.postponed():
        if found is not None and found.started == process.started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
            graceful = processes.wait_until_gone([process.pid], seconds)
        if found is not None and not graceful:
            processes.end([found], grace_seconds=0)
        sweep(directory, process)
        state.forget_process(directory)
    return graceful


def sweep(directory: Path, process: CloudProcess) -> None:
    """End the functions' processes that outlive the emulator, and remove its temporary files.

    They have nobody left to answer. A function's process is known as ours by its process group and by running a file
    below this directory.
    """
    temporary = directory / "tmp"
    left = [info for info in processes.members(process.pid) if f"{temporary}/" in info.command]
    processes.end(left, _WORKER_SECONDS)
    shutil.rmtree(temporary, ignore_errors=True)


def saved_at(directory: Path) -> float | None:
    """Return when the emulator last wrote its data (epoch seconds), which it does only as it stops; None if never."""
    try:
        return (directory / "state" / "dynamodb.json").stat().st_mtime
    except FileNotFoundError:
        return None


def last_complaint(directory: Path) -> str:
    """Return the last warning or error in the emulator's log, such as a function that cannot start; "" if there is none."""
    with contextlib.suppress(OSError):
        lines = (directory / "ministack.log").read_text(encoding="utf-8", errors="replace").splitlines()
        found = [_COMPLAINT.search(line) for line in lines[-_TAIL_LINES:]]
        return next((match[1] for match in reversed(found) if match), "")
    return ""


def _prepare(directory: Path, log: Path) -> None:
    """Create the directories, rotate a long log, and prepare the saved data for a new process."""
    for name in ("tmp", "state"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    _rewind_streams(directory / "state" / "lambda.json")


def _rewind_streams(path: Path) -> None:
    """Set every saved stream position to the start.

    ministack 1.5.33 keeps how many records of a table's stream an event source mapping has read, but not the records:
    after a restart the stream is empty and counts from 0, and as many changes as were read before would be skipped.
    Changes that no function had read when it was stopped are lost to the stream, unlike on AWS.
    """
    if not path.exists():
        return
    with contextlib.suppress(ValueError, AttributeError, KeyError, TypeError):
        saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        positions = saved["payload"]["dynamodb_stream_positions"]["data"]
        positions.update(dict.fromkeys(positions, 0))
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(saved), encoding="utf-8")
        draft.replace(path)


def _environment(directory: Path, port: int) -> dict[str, str]:
    """Return the emulator's environment variables; the functions inherit them."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": state.LocalState.access_key_id,
        "AWS_SECRET_ACCESS_KEY": state.LocalState.secret_access_key,
        "BIND_HOST": "127.0.0.1",
        "DOCKER_HOST": "unix:///nonexistent",  # so that it never looks for containers of ours to remove
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_ACCOUNT_ID": LOCAL_ACCOUNT,
        "MINISTACK_REGION": LOCAL_REGION,
        "PERSIST_STATE": "1",
        "PYTHONUNBUFFERED": "1",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(directory / "state"),
        "TMPDIR": str(directory / "tmp"),
    }


def _wait_until_ready(child: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait until the emulator answers; raises Problem when it ends or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise Problem(f"The local cloud ended at once, with status {child.returncode}.\nIts log: {log}")
        if is_ready(port):
            return
        time.sleep(_POLL_SECONDS)
    raise Problem(f"The local cloud did not answer within {READY_SECONDS} s.\nIts log: {log}")
