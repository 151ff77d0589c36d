"""The processes in which the emulator runs functions, changed to live, start and log as on AWS.

ministack 1.5.33 has three costs that Lambda does not have. It ends a function's process at each exception of the handler, so that
each refused token starts the authorizer again. It extracts the code and the packages, 3,000 files, for each process. After each
invocation it waits up to 50 ms for log lines.
"""

import hashlib
import os
import queue
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self

END = "\x1eend "
"""What a process writes to its log, before the request's id, at the end of each invocation."""

_LOG_SECONDS = 5.0
"""How long the end of an invocation's log may take; it is written before the answer."""

_FAILED = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
_ANSWERED = '{"status": "ok", "error": str(e), "trace": traceback.format_exc()}'
_LAST_LINES = "        _real_stdout.flush()\n\nrun()\n"
_MARKED = f'        sys.stderr.write("{END}" + _ms_ctx.get("request_id", "") + "\\n")\n{_LAST_LINES}'


def adapt() -> None:
    """Change how ministack runs functions, before it runs the first one.

    :raises RuntimeError: When this release of ministack has another program for its processes.
    """
    from ministack.core import lambda_runtime as runtime

    program = runtime._PYTHON_WORKER_SCRIPT
    if program.count(_FAILED) != 1 or not program.endswith(_LAST_LINES):
        raise RuntimeError("scimctl.local.workers does not know the processes of this release of ministack.")
    runtime._PYTHON_WORKER_SCRIPT = program.replace(_FAILED, _ANSWERED).replace(_LAST_LINES, _MARKED)
    shared = {"BadZipFile": zipfile.BadZipFile, "LargeFileError": zipfile.LargeZipFile}
    runtime.zipfile = SimpleNamespace(ZipFile=SharedZipFile, **shared)
    _adapt_invocations(runtime.Worker, runtime.ProvidedWorker)


def _adapt_invocations(worker: Any, other: Any) -> None:
    """Keep processes after an exception, and read each log to its end."""
    invoke, drain = worker.invoke, worker._drain_stderr_bounded

    def invoke_and_keep(self: Any, event: Any, request_id: str, **options: Any) -> dict[str, Any]:
        self.end_of_log = END + request_id
        answer: dict[str, Any] = invoke(self, event, request_id, **options)
        return answer | {"status": "error"} if "error" in answer else answer

    def drain_to_the_end(self: Any, **limits: float) -> str:
        is_python = str(self.config.get("Runtime", "python")).startswith("python")
        if self._proc is None or not is_python:
            return str(drain(self, **limits))
        return log_until(self._stderr_queue, self.end_of_log)

    worker.invoke, worker._drain_stderr_bounded = invoke_and_keep, drain_to_the_end
    other._drain_stderr_bounded = drain


def log_until(lines: "queue.Queue[str]", end: str, seconds: float = _LOG_SECONDS) -> str:
    """Return the lines of an invocation's log, up to its end or for so many seconds."""
    found, deadline = [], time.monotonic() + seconds
    while True:
        try:
            text, mark, rest = lines.get(timeout=max(0.0, deadline - time.monotonic())).partition(END)
        except queue.Empty:
            break
        if text or not mark:
            found.append(text)
        if mark and mark + rest == end:
            break
    return "\n".join(found)


class SharedZipFile:
    """A zip file that is extracted once for all processes, which get links to the folder: their code is read-only on AWS."""

    _extracting = threading.Lock()

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> Self:
        """Return itself: nothing is open yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Return: nothing is open any more."""

    def namelist(self) -> list[str]:
        """Return no names to check: the standard library extracts nothing outside of the folder."""
        return []

    def extractall(self, folder: str) -> None:
        """Replace an empty folder by a link to the extracted files."""
        with open(self._path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        extracted = Path(tempfile.gettempdir()) / "extracted" / digest
        with self._extracting:
            if not extracted.is_dir():
                extracted.parent.mkdir(exist_ok=True)
                unfinished = tempfile.mkdtemp(dir=extracted.parent)
                with zipfile.ZipFile(self._path) as archive:
                    archive.extractall(unfinished)
                os.rename(unfinished, extracted)
        os.rmdir(folder)
        os.symlink(extracted, folder)
