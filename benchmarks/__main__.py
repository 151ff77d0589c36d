"""The command line of the benchmarks: ``make bench``, or ``python -m benchmarks --help``."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import answers, bounds, changes, checkouts, console, cost, events, idle, imports, month, pages, speed
from benchmarks.peers import comparison
from support.engines import engine_name


class Benchmark(StrEnum):
    """A benchmark, by the name of its report."""

    COST = "cost"
    PAGES = "pages"
    CHANGES = "changes"
    MONTH = "month"
    EVENTS = "events"
    IDLE = "idle"
    SPEED = "speed"
    IMPORT = "import"
    BOUNDS = "bounds"
    ANSWERS = "answers"
    CONSOLE = "console"
    PEERS = "peers"


RUNS: dict[Benchmark, Callable[[], Path]] = {
    Benchmark.COST: cost.run,
    Benchmark.PAGES: pages.run,
    Benchmark.CHANGES: changes.run,
    Benchmark.MONTH: month.run,
    Benchmark.EVENTS: events.run,
    Benchmark.IDLE: idle.run,
    Benchmark.SPEED: speed.run,
    Benchmark.IMPORT: imports.run,
    Benchmark.BOUNDS: bounds.run,
    Benchmark.ANSWERS: answers.run,
    Benchmark.CONSOLE: console.run,
    Benchmark.PEERS: comparison.run,
}


def main(
    which: Annotated[
        list[Benchmark] | None,
        typer.Argument(
            help="cost: DynamoDB calls and capacity units of every operation. pages: of pages anywhere in a directory of up "
            "to a million users. changes: of many members at once. month: what a directory costs in a month. events: what change "
            "events cost. idle: what an environment costs whatever its size. speed: CPU time of every operation. import: of each "
            "function's cold import. bounds: of the largest requests. answers: CPU time and memory of the largest answers. "
            "console: CPU time and AWS calls of each page of the console. peers: CPU time beside three other open SCIM servers, "
            "which it installs from PyPI and npm. All, when none is named: some fifteen minutes, and two gigabytes of memory.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="With speed alone: another checkout of the project. Prints the CPU time of operations there and here, from one "
            "run, and writes nothing.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Measure what operations cost, and write the tables of benchmarks/results/."""
    if against is not None and which != [Benchmark.SPEED]:
        raise typer.BadParameter("only the benchmark speed compares checkouts", param_hint="--against")
    chosen = which or list(Benchmark)
    if engine_name() != "dynoxide" and not set(chosen) <= {Benchmark.IMPORT, Benchmark.IDLE, Benchmark.BOUNDS}:
        typer.echo(
            "Only the benchmarks import, idle and bounds run here: the others need dynoxide, which exists for x86_64 Linux.",
            err=True,
        )
        raise typer.Exit(1)
    if against is not None:
        try:
            typer.echo(checkouts.compare(against))
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--against") from None
        return
    for each in chosen:
        typer.echo(RUNS[each]().read_text())


if __name__ == "__main__":
    typer.run(main)
