"""What commands print through: results on stdout; progress, advice and errors on stderr."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from scimprobe.printable import printable

out = Console(highlight=False)
"""For results: tables, URLs, JSON. May be piped."""

err = Console(stderr=True, highlight=False)
"""For progress, advice and errors."""


def show_problem(text: str) -> None:
    """Print on stderr what stopped a command: a panel on a terminal, a plain line in a log."""
    text = printable(text, lines=True)
    if err.is_terminal:
        err.print(Panel(Text(text), title="error", title_align="left", border_style="red"))
    else:
        err.print(Text(f"error: {text}"), soft_wrap=True)


def show_warning(text: str) -> None:
    """Print a warning on stderr."""
    err.print(Text(printable(text, lines=True), style="yellow"), soft_wrap=True)


@dataclass
class Step:
    """One step of a longer command, while it runs."""

    update: Callable[[str], None]
    """Shows on a terminal what the step is doing."""

    note: str = ""
    """A result to print behind the step when it is done, for example a number."""


class Ticker:
    """A line on stderr with the progress of a long read, on a terminal only. Wipe it before printing anything else."""

    _SECONDS = 0.2  # between two updates; a short read shows none
    _WIPE = "\r\x1b[2K"

    def __init__(self) -> None:
        self._next = time.monotonic() + self._SECONDS
        self._shown = False

    def show(self, text: str) -> None:
        """Replace the line by a text."""
        if err.is_terminal and time.monotonic() >= self._next:
            err.file.write(f"{self._WIPE}{text[: err.width - 1]}")
            err.file.flush()
            self._next, self._shown = time.monotonic() + self._SECONDS, True

    def wipe(self) -> None:
        """Remove the line."""
        if self._shown:
            err.file.write(self._WIPE)
            err.file.flush()
            self._shown = False


@contextlib.contextmanager
def silent_step(_: str) -> Iterator[Step]:
    """Show nothing of a step, for steps that run beside others."""
    yield Step(update=lambda _: None)


@contextlib.contextmanager
def step(text: str) -> Iterator[Step]:
    """Show a step and its seconds while the block runs, and a line with its result when the block ends."""
    began = time.monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    progress = Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
    task = progress.add_task(text, total=None)
    current = Step(update=lambda doing: progress.update(task, description=f"{text}: {doing}"))
    mark = Text("✗", style="red")
    try:
        with progress:
            yield current
        mark = Text("✓", style="green")
    finally:
        note = f" ({current.note})" if current.note else ""
        err.print(mark, Text(f"{text}{note}"), Text(f"{time.monotonic() - began:.1f} s", style="dim"), soft_wrap=True)
