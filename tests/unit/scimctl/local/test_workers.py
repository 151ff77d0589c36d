"""The emulator's processes of functions: they live through exceptions, share extracted code, and log to the end."""

import io
import queue
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ministack.core import lambda_runtime as runtime

from scimctl.local import workers

HANDLER = """
import os, sys
calls = 0

def handler(event, context):
    global calls
    calls += 1
    for number in range(event.get("lines", 0)):
        print("line", number)
    sys.stderr.write(event.get("unfinished", ""))
    if event.get("fails"):
        raise Exception("Unauthorized")
    return {"calls": calls, "process": os.getpid(), "file": os.path.realpath(__file__)}
"""


@pytest.fixture
def adapted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Two processes of one function in an adapted ministack, which ends as it was."""
    worker, provided = runtime.Worker, runtime.ProvidedWorker
    for name in ("invoke", "_drain_stderr_bounded"):
        monkeypatch.setattr(worker, name, getattr(worker, name))
    monkeypatch.setattr(provided, "_drain_stderr_bounded", provided._drain_stderr_bounded)
    for name in ("zipfile", "_PYTHON_WORKER_SCRIPT"):
        monkeypatch.setattr(runtime, name, getattr(runtime, name))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    workers.adapt()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("module.py", HANDLER)
    arn = "arn:aws:lambda:us-east-1:000000000000:function:tried"
    config = {"FunctionArn": arn, "Runtime": "python3.13", "Handler": "module.handler", "Timeout": 30}
    made = [worker("tried", config, packed.getvalue()) for _ in range(2)]
    yield made
    runtime.kill_workers(made)
    assert list(tmp_path.glob("ministack-lambda-*")) == []


def test_an_exception_of_the_handler_is_an_error_and_does_not_end_the_process(adapted: list[Any]) -> None:
    first, _ = adapted
    before = first.invoke({}, "1")
    failed = first.invoke({"fails": True, "lines": 1}, "2")
    assert (failed["status"], failed["error"], failed["log"]) == ("error", "Unauthorized", "line 0")
    assert "Exception: Unauthorized" in failed["trace"]
    after = first.invoke({}, "3")
    assert (after["status"], after["result"]["calls"]) == ("ok", 3)
    assert after["result"]["process"] == before["result"]["process"]


def test_each_invocation_has_all_lines_of_its_log_and_no_other(adapted: list[Any]) -> None:
    first, _ = adapted
    for number in (2_000, 0, 3):
        answer = first.invoke({"lines": number}, f"request-{number}")
        assert answer["log"].splitlines() == [f"line {each}" for each in range(number)]
    assert first.invoke({"unfinished": "no line end"}, "last")["log"] == "no line end"


def test_processes_share_the_extracted_code(adapted: list[Any], tmp_path: Path) -> None:
    files = {each.invoke({}, "1")["result"]["file"] for each in adapted}
    assert len(files) == 1
    assert Path(files.pop()).is_relative_to(tmp_path / "extracted")
    runtime.kill_workers(adapted[:1])
    assert adapted[1].invoke({}, "2")["result"]["calls"] == 2


def test_the_end_of_an_earlier_invocation_does_not_end_the_log_of_a_later_one() -> None:
    lines: queue.Queue[str] = queue.Queue()
    for line in (f"{workers.END}1", "a", "", f"b{workers.END}2", "c"):
        lines.put(line)
    assert workers.log_until(lines, f"{workers.END}2") == "a\n\nb"
    assert workers.log_until(lines, f"{workers.END}3", seconds=0.01) == "c"


def test_a_release_of_ministack_with_other_processes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_PYTHON_WORKER_SCRIPT", "print()")
    with pytest.raises(RuntimeError, match="this release of ministack"):
        workers.adapt()
