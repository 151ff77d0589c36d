"""What `scimctl directories` prints."""

import shlex
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from lambdas.operations.directories import DirectorySummary
from lambdas.operations.target import Target
from scimctl import console
from scimctl.connections.show import print_json
from scimctl.guide import command
from scimprobe.printable import printable


def created(target: Target, directory: str, *, as_json: bool) -> None:
    """Print a new directory and the next command."""
    if as_json:
        print_json({"directory": directory, "environment": target.settings.name})
        return
    connect = command(target, f"connections create --directory {shlex.quote(directory)}")
    console.out.print(Text(f"Directory {directory} is created in {target.place}. Next: {connect}."), soft_wrap=True)


def listed(directories: Sequence[DirectorySummary], *, as_json: bool) -> None:
    """Print directories, one a line."""
    if as_json:
        print_json({"directories": [_json(each) for each in directories]})
        return
    grid = Grid(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    grid.add_column("Directory", no_wrap=True)
    grid.add_column("Label", overflow="fold")
    for title in ("Users", "Groups", "Connections"):
        grid.add_column(title, justify="right")
    grid.add_column("State")
    for each in directories:
        numbers = (f"{number:,}" for number in (each.users, each.groups, each.connections))
        grid.add_row(each.id, printable(each.label), *numbers, _state(each))
    console.out.print(grid)


def _state(directory: DirectorySummary) -> str:
    if directory.closed:
        return f"being deleted since {directory.closed:%Y-%m-%d %H:%M}; run the deletion again"
    return "the environment's own" if directory.is_own else ""


def _json(directory: DirectorySummary) -> dict[str, Any]:
    return {
        "id": directory.id,
        "label": directory.label,
        "created": directory.created.isoformat() if directory.created else None,
        "being_deleted_since": directory.closed.isoformat() if directory.closed else None,
        "own": directory.is_own,
        "users": directory.users,
        "groups": directory.groups,
        "connections": directory.connections,
    }
