"""What `scimctl environments status` prints."""

from collections.abc import Sequence
from datetime import UTC, datetime

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from lambdas.credentials.expiry import ExpiringCredential
from lambdas.store import schema
from scimctl import console
from scimctl.connections.show import print_json
from scimctl.environments.overview import EnvironmentState, since, states
from scimprobe.printable import printable


def run(names: Sequence[str], *, as_json: bool) -> None:
    """Read environments and print their state.

    :raises typer.Exit: With status 1 when one could not be read.
    """
    with console.step(f"Reading {len(names)} environments") as step:
        done: list[str] = []

        def finished(name: str) -> None:
            done.append(name)
            step.update(f"{len(done)} of {len(names)}")

        found = list(states(names, finished))
    if as_json:
        print_json({"environments": [each.as_json() for each in found]})
    else:
        show(found, datetime.now(UTC))
    if any(each.problem for each in found):
        raise typer.Exit(1)


def show(found: Sequence[EnvironmentState], now: datetime) -> None:
    """Print states as a table, and below it what needs attention."""
    grid = Grid(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("Name", "Version", "Stack", "Alarms", "Last request", "Expiring", "Schema"):
        grid.add_column(title, overflow="fold")
    for each in found:
        grid.add_row(
            *(Text(printable(text), style="red" if each.alarms or each.stalled else "") for text in _row(each, now))
        )
    console.out.print(grid)
    for each in found:
        for line in _attention(each, now):
            console.out.print(Text(f"{each.name}: {printable(line, lines=True)}"), soft_wrap=True)


def _row(state: EnvironmentState, now: datetime) -> list[str]:
    if not state.deployed:
        unknown = "cannot be read" if state.problem else "not deployed"
        return [state.name, unknown, *[""] * 5]
    return [
        state.name,
        state.version or "before 0.2.0",
        (state.stack or "?").lower().replace("_", " "),
        str(len(state.alarms)) if state.alarms else "none",
        since(state.last_request, now) + (", stalled" if state.stalled else ""),
        str(len(state.expiring)) if state.expiring else "none",
        str(state.schema or "?"),
    ]


def _attention(state: EnvironmentState, now: datetime) -> list[str]:
    lines = [f"alarm {each}" for each in state.alarms]
    lines += [
        f"connection {each} is stalled: no request was accepted since {used:%Y-%m-%d %H:%M} UTC"
        for each, used in state.stalled.items()
    ]
    lines += [_expiry(each, now) for each in state.expiring]
    if state.schema is not None and state.schema < schema.CURRENT:
        lines.append(f"schema {state.schema}; after deploying this version: scimctl migrate --environment {state.name}")
    return [*lines, *([state.problem] if state.problem else [])]


def _expiry(each: ExpiringCredential, now: datetime) -> str:
    days = (each.expires - now).days
    return f"{each.kind} {each.holder} of connection {each.connection} expires in {days} days ({each.expires:%Y-%m-%d})"
