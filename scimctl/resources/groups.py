"""`scimctl groups`: look at the groups of a directory."""

from typing import Annotated

import typer

from scimctl.resources import show as showing
from scimctl.resources.access import Resources
from scimctl.resources.options import (
    DirectoryOption,
    EnvironmentOption,
    FilterOption,
    LimitOption,
    Output,
    OutputOption,
    limit_of,
    nobody,
)
from scimctl.targets import resolve

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def groups() -> None:
    """Look at the groups of a directory and their members."""


@app.command(name="list")
def list_groups(
    environment: EnvironmentOption,
    scim_filter: FilterOption = None,
    directory: DirectoryOption = None,
    limit: LimitOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List groups, with their exact number and without their members.

    **Examples**

    `scimctl groups list --environment acme`

    `scimctl groups list --environment acme --filter 'displayName sw "Sales"' --output json`

    `scimctl groups list --environment acme --filter 'members eq "8ca0a5b5-b626-4467-93e1-2a0cda85a644"'`
    """
    resources = Resources(resolve(environment), directory)
    pages = resources.pages("Group", scim_filter, leaving_out="members")
    if output is Output.JSON:
        showing.print_json_list(pages, limit_of(limit, output))
    else:
        showing.print_list(pages, showing.GROUP_COLUMNS, "group", limit_of(limit, output))


@app.command()
def show(
    group: Annotated[str, typer.Argument(metavar="GROUP", help="The group: a displayName, an externalId or an id.")],
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show a group and its members.

    **Example**

    `scimctl groups show Sales --environment acme`
    """
    resources = Resources(resolve(environment), directory)
    found = resources.find("Group", group)
    if found is None:
        raise nobody(resources, "group", group)
    if output is Output.JSON:
        showing.print_json(found)
    else:
        showing.print_group(found)
