"""What every command prints through: results on stdout; progress and errors, told as advice, on stderr."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

out = Console(highlight=False)
"""For what was asked for: tables, URLs, JSON. May be piped."""

err = Console(stderr=True, highlight=False)
"""For progress, advice and errors."""


class CommandError(Exception):
    """A command cannot do what was asked, for a reason that the operator can understand and mend.

    `message` says what is wrong, `advice` what to do about it; neither holds a secret or a library's traceback.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


def show_error(error: CommandError) -> None:
    """Print a refusal on stderr: a panel on a terminal, plain lines in a log."""
    if not err.is_terminal:
        err.print(Text(f"error: {error.message}"), soft_wrap=True)
        if error.advice:
            err.print(Text(error.advice), soft_wrap=True)
        return
    text = Text(error.message)
    if error.advice:
        text.append(f"\n\n{error.advice}", style="dim")
    err.print(Panel(text, title="error", title_align="left", border_style="red"))


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Turn a CommandError of the block, or of the decorated command, into its text and exit status 1."""
    try:
        yield
    except CommandError as error:
        show_error(error)
        raise typer.Exit(1) from error


@dataclass
class Step:
    """One step of a longer command, while it runs."""

    update: Callable[[str], None]
    """Shows what the step is doing just now, on a terminal."""

    note: str = ""
    """What to say behind the step when it is done, for example a count."""


@contextlib.contextmanager
def step(text: str) -> Iterator[Step]:
    """Show a step with its seconds while the block runs, and one line about it when it has ended, well or not."""
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
