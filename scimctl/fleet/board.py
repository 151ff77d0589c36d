"""What a fleet's command shows while it works: a line for each environment on a terminal, finished lines anywhere."""

import threading
import time
from types import TracebackType
from typing import Self

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from scimctl.console import err
from scimprobe.printable import printable


class Board:
    """The progress of several environments at once, on stderr. Its methods may be called from any thread."""

    def __init__(self) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._progress = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
        self._tasks: dict[str, tuple[TaskID, float]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Begin to show."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the display; finished lines stay."""
        self._progress.stop()

    def update(self, name: str, doing: str) -> None:
        """Show what an environment is at."""
        with self._lock:
            if name not in self._tasks:
                self._tasks[name] = (self._progress.add_task(name, total=None), time.monotonic())
            self._progress.update(self._tasks[name][0], description=f"{name}: {doing}")

    def finish(self, name: str, note: str, *, passed: bool) -> None:
        """Print the result of an environment."""
        with self._lock:
            task = self._tasks.pop(name, None)
            seconds = f"{time.monotonic() - task[1]:.1f} s" if task else ""
            if task:
                self._progress.remove_task(task[0])
            mark = Text("✓", style="green") if passed else Text("✗", style="red")
            err.print(mark, Text(f"{name}: {printable(note, lines=True)}"), Text(seconds, style="dim"), soft_wrap=True)
