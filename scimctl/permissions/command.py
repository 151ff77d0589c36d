"""`scimctl permissions`: which groups give which permission sets, and what a user has whatever the identity provider says."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table as Grid
from rich.text import Text

from lambdas.environment.file.permissions import Source
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.resources import Resources
from scimctl import console
from scimctl.permissions.show import print_change
from scimctl.resources import show
from scimctl.resources.options import (
    DirectoryOption,
    EnvironmentOption,
    GroupArgument,
    Output,
    OutputOption,
    UserArgument,
    existing,
)
from scimctl.targets import resolve
from scimprobe.printable import printable

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")

SetsArgument = Annotated[
    list[str], typer.Argument(metavar="SET...", help="Permission sets of the environment's file: ids or names.")
]
FewerSetsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SET]...", help="Permission sets; all of them by default.", show_default=False),
]


@app.callback()
def permissions() -> None:
    """Decide which permission sets users have: by their groups, or one by one.

    The sets and where users get them from are in the environment's file, table [permissions]. A user has what all sources give
    together; who gets nothing has the default sets; who is disabled has none. What you decide here no sync overwrites, takes
    effect at the next read of each user, and is in `scimctl log` under your AWS identity.

    `scimctl users show` tells what one user has, and why.
    """


@app.command(name="list")
def list_permissions(
    environment: EnvironmentOption, directory: DirectoryOption = None, output: OutputOption = Output.TEXT
) -> None:
    """List the permission sets, where users get them from, and the groups that are mapped to them.

    **Example**

    `scimctl permissions list --environment acme`
    """
    decider = _decider(environment, directory)
    mappings = _mappings(decider)
    if output is Output.JSON:
        show.print_json(_as_json(decider, mappings))
    else:
        _print_sets(decider)
        _print_mappings(mappings)


@app.command(name="map")
def map_group(
    group: GroupArgument,
    sets: SetsArgument,
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Map a group to permission sets, beside those it is mapped to already: its members have them at their next read.

    **Examples**

    `scimctl permissions map Sales editor --environment acme`

    `scimctl permissions map "Sales, Europe" editor reviewer --environment acme`
    """
    decider = _decider(environment, directory)
    decider.require(Source.GROUPS)
    chosen = decider.sets(sets)
    found = existing(decider.resources, "group", group)
    print_change(found, decider.map_group(found, chosen), "is mapped to", output)


@app.command()
def unmap(
    group: GroupArgument,
    environment: EnvironmentOption,
    sets: FewerSetsArgument = None,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Take permission sets from what a group is mapped to, or all: its members lose them at their next read.

    A set that the environment's file no longer has is named by its id; a group that was deleted, too.

    **Examples**

    `scimctl permissions unmap Sales reviewer --environment acme`

    `scimctl permissions unmap Sales --environment acme`
    """
    decider = _decider(environment, directory)
    mapped = decider.mappings()
    if group in mapped:
        found: Mapping[str, Any] = decider.resources.find("Group", group) or {"id": group, "displayName": group}
    else:
        found = existing(decider.resources, "group", group)
    ids = _ids(decider, sets, mapped.get(found["id"], frozenset()))
    print_change(found, decider.unmap_group(found, ids), "is mapped to", output)


@app.command()
def assign(
    user: UserArgument,
    sets: SetsArgument,
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Assign permission sets to one user, beside those assigned already, whatever the identity provider says.

    **Example**

    `scimctl permissions assign ada@example.com admin --environment acme`
    """
    decider = _decider(environment, directory)
    decider.require(Source.OPERATOR)
    chosen = decider.sets(sets)
    found = existing(decider.resources, "user", user)
    print_change(found, decider.assign(found, chosen), "is assigned", output)


@app.command()
def unassign(
    user: UserArgument,
    environment: EnvironmentOption,
    sets: FewerSetsArgument = None,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Take permission sets, or all, from what was assigned to a user. What groups and roles give it keeps.

    **Examples**

    `scimctl permissions unassign ada@example.com admin --environment acme`

    `scimctl permissions unassign ada@example.com --environment acme`
    """
    decider = _decider(environment, directory)
    found = existing(decider.resources, "user", user)
    ids = _ids(decider, sets, decider.assigned(found) if sets else frozenset())
    print_change(found, decider.unassign(found, ids), "is assigned", output)


def _decider(environment: str, directory: str | None) -> PermissionOperations:
    return PermissionOperations(Resources(resolve(environment), directory))


def _ids(decider: PermissionOperations, sets: list[str] | None, there: frozenset[str]) -> list[str] | None:
    """Return the ids of the sets to take away; one that is there may be named although the file has it no longer."""
    if not sets:
        return None
    return [each if each in there else decider.sets([each])[0].id for each in sets]


def _mappings(decider: PermissionOperations) -> list[dict[str, Any]]:
    """Return the mapped groups with their names, those that were deleted with none."""
    mapped = decider.mappings()
    with decider.resources.target.readable():
        groups = decider.resources.reader().user_groups.existing(mapped)
    names = {each: facts.name for each, facts in groups.items()}
    lines = [{"group": each, "displayName": names.get(each), "sets": sorted(sets)} for each, sets in mapped.items()]
    return sorted(lines, key=lambda line: (line["displayName"] is None, line["displayName"] or "", line["group"]))


def _as_json(decider: PermissionOperations, mappings: list[dict[str, Any]]) -> dict[str, Any]:
    permissions = decider.permissions
    return {
        "sources": list(permissions.sources),
        "default": list(permissions.default),
        "base": list(permissions.base),
        "sets": [each.model_dump(exclude_none=True) for each in permissions.sets],
        "mappings": mappings,
    }


def _print_sets(decider: PermissionOperations) -> None:
    permissions, name = decider.permissions, decider.resources.target.settings.name
    if not permissions.sets:
        told = f"Environment {name} has no permission sets: add [[permissions.sets]] to environments/{name}.toml, and deploy it."
        console.out.print(Text(told), soft_wrap=True)
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
    console.out.print(f"Users get them from: {', '.join(permissions.sources) or 'nowhere but the default'}")


def _print_mappings(mappings: list[dict[str, Any]]) -> None:
    console.out.print(f"Groups mapped to sets: {len(mappings):,}")
    for line in mappings:
        name = line["displayName"] or "(deleted; gives nothing to anybody)"
        console.out.print(Text(f"  {printable(name)}  {line['group']}  {', '.join(line['sets'])}"), soft_wrap=True)
