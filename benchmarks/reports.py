"""Results as Markdown: tables that the documents quote, without anything that names the machine."""

import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; all columns but the first are numbers, to the right."""
    lines = [list(header), ["---", *["---:"] * (len(header) - 1)], *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(name: str, title: str, *parts: str, python: str | None = None) -> Path:
    """Write a report as ``results/NAME.md``, and return its path.

    :param python: The version of Python that was measured; by default, the version of this process.
    """
    version = python or platform.python_version()
    when = f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {version} by `make bench BENCH={name}`."
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.md"
    path.write_text("\n\n".join([f"# {title}", when, *parts]) + "\n")
    return path


def units(value: float) -> str:
    """Return capacity units as people write them: ``6``, ``0.5``, ``2,370``."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def growth(smallest: float, largest: float) -> str:
    """Return how many times the smallest value the largest is; one hundredth is what noise may make."""
    if smallest == largest:
        return "1"
    return f"{largest / smallest:,.2f}" if smallest else "-"
