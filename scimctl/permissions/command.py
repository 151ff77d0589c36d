"""`scimctl permissions`: map groups to permission sets, and assign sets to users."""

from typing import Annotated

import typer

from scimctl.lazy import LightGroup
from scimctl.options import (
    DirectoryOption,
    EnvironmentOption,
    GroupArgument,
    Output,
    OutputOption,
    UserArgument,
)

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")

SetsArgument = Annotated[
    list[str], typer.Argument(metavar="SET...", help="Permission sets of the environment's file: ids or names.")
]
FewerSetsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SET]...", help="Permission sets; all of them by default.", show_default=False),
]


@app.callback()
def permissions() -> None:
    """Map groups to permission sets, and assign sets to users.

    The environment's file has the sets and their sources, in the table [permissions]. A user has the sets of all sources
    together, or the default sets if no source gives any. A disabled user has none. No sync overwrites a change made here;
    it takes effect when the user is next read, and is recorded in `scimctl log` under your AWS identity.

    `scimctl users show` shows the sets of a user and the reasons.
    """


@app.command(name="list")
def list_permissions(
    environment: EnvironmentOption, directory: DirectoryOption = None, output: OutputOption = Output.TEXT
) -> None:
    """List the permission sets, their sources, and the groups that are mapped to them.

    **Example**

    `scimctl permissions list --environment acme`
    """
    from scimctl.permissions import actions

    actions.list_permissions(environment, directory, output)


@app.command(name="map")
def map_group(
    group: GroupArgument,
    sets: SetsArgument,
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Map a group to permission sets, in addition to those it is mapped to. Members have them when they are next read.

    **Examples**

    `scimctl permissions map Sales editor --environment acme`

    `scimctl permissions map "Sales, Europe" editor reviewer --environment acme`
    """
    from scimctl.permissions import actions

    actions.map_group(environment, directory, group, sets, output)


@app.command()
def unmap(
    group: GroupArgument,
    environment: EnvironmentOption,
    sets: FewerSetsArgument = None,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Remove permission sets, or all, from a group's mapping. Members lose them when they are next read.

    Use the id of a set that the environment's file no longer has, or of a group that was deleted.

    **Examples**

    `scimctl permissions unmap Sales reviewer --environment acme`

    `scimctl permissions unmap Sales --environment acme`
    """
    from scimctl.permissions import actions

    actions.unmap(environment, directory, group, sets, output)


@app.command()
def assign(
    user: UserArgument,
    sets: SetsArgument,
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Assign permission sets to one user, in addition to those already assigned, independent of the identity provider.

    **Example**

    `scimctl permissions assign ada@example.com admin --environment acme`
    """
    from scimctl.permissions import actions

    actions.assign(environment, directory, user, sets, output)


@app.command()
def unassign(
    user: UserArgument,
    environment: EnvironmentOption,
    sets: FewerSetsArgument = None,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Remove permission sets, or all, from those assigned to a user. Sets from groups and roles stay.

    **Examples**

    `scimctl permissions unassign ada@example.com admin --environment acme`

    `scimctl permissions unassign ada@example.com --environment acme`
    """
    from scimctl.permissions import actions

    actions.unassign(environment, directory, user, sets, output)
