"""`scimctl groups`: look at the groups of a directory."""

import typer

from lambdas.operations.resources import Resources
from scimctl.resources import show as showing
from scimctl.resources.options import (
    DirectoryOption,
    EnvironmentOption,
    FilterOption,
    GroupArgument,
    LimitOption,
    Output,
    OutputOption,
    existing,
    limit_of,
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
    group: GroupArgument,
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show a group and its members.

    **Example**

    `scimctl groups show Sales --environment acme`
    """
    resources = Resources(resolve(environment), directory)
    found = existing(resources, "group", group)
    if output is Output.JSON:
        showing.print_json(found)
    else:
        showing.print_group(found)
