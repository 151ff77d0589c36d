"""Where commands print: results on stdout, progress and errors on stderr."""

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from scimprobe.printable import printable


def out() -> Console:
    """Return the console for results; it may be piped."""
    return Console(highlight=False)


def err() -> Console:
    """Return the console for progress and errors."""
    return Console(stderr=True, highlight=False)


def show_error(text: str) -> None:
    """Print what ended a command: a panel on a terminal, a plain line in a log."""
    console, text = err(), printable(text, lines=True)
    if console.is_terminal:
        console.print(Panel(Text(text), title="error", title_align="left", border_style="red"))
    else:
        console.print(Text(f"error: {text}"), soft_wrap=True)
