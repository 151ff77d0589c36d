"""Permission sets, mappings and their changes, printed."""

from collections.abc import Mapping
from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from lambdas.operations.permission_store import PermissionChange
from lambdas.operations.permissions import PermissionOperations, listed
from scimctl import console
from scimctl.options import Output
from scimprobe.printable import json_text, printable


def print_change(subject: Mapping[str, Any], change: PermissionChange, state: str, output: Output) -> None:
    """Print what changed of a user or group: in a sentence, or as before and after.

    :param state: What the subject is, such as ``is mapped to``.
    """
    noun, name = ("User", subject.get("userName")) if "userName" in subject else ("Group", subject.get("displayName"))
    if output is Output.JSON:
        kept = {"id": subject["id"], "name": name, "before": sorted(change.before), "after": sorted(change.after)}
        typer.echo(json_text(kept, indent=2))
        return
    was = "already" if change.before == change.after else f"and was {listed(change.before)}"
    sentence = f"{noun} {name} {state}: {listed(change.after)} ({was})."
    console.out.print(Text(printable(sentence)), soft_wrap=True)


def print_permissions(permissions: PermissionOperations, output: Output) -> None:
    """Print the permission sets of an environment, their sources, and the groups that are mapped to them."""
    mapped = permissions.mapped_groups()
    if output is Output.JSON:
        described = {
            "sources": list(permissions.permissions.sources),
            "default": list(permissions.permissions.default),
            "base": list(permissions.permissions.base),
            "sets": [each.model_dump(exclude_none=True) for each in permissions.permissions.sets],
            "mappings": mapped,
        }
        typer.echo(json_text(described, indent=2))
        return
    _print_sets(permissions)
    _print_mappings(mapped)


def _print_sets(operations: PermissionOperations) -> None:
    permissions, name = operations.permissions, operations.resources.target.settings.name
    if not permissions.sets:
        console.out.print(
            Text(
                f"Environment {name} has no permission sets: add [[permissions.sets]] to environments/{name}.toml, and deploy it."
            ),
            soft_wrap=True,
        )
        return
    grid = Grid(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("Set", "Name", "Given to", "Description"):
        grid.add_column(title, overflow="fold")
    for each in permissions.sets:
        default = (
            "every active user" if each.id in permissions.base else "default" if each.id in permissions.default else ""
        )
        grid.add_row(*(Text(printable(text)) for text in (each.id, each.name, default, each.description or "")))
    console.out.print(grid)
    console.out.print(f"Users get them from: {', '.join(permissions.sources) or 'no source but the default'}")


def _print_mappings(mapped: list[dict[str, Any]]) -> None:
    console.out.print(f"Groups mapped to sets: {len(mapped):,}")
    for line in mapped:
        name = line["displayName"] or "(deleted; has no effect)"
        console.out.print(Text(f"  {printable(name)}  {line['group']}  {', '.join(line['sets'])}"), soft_wrap=True)
