"""`scimctl groups`: list and show the groups of a directory."""

import typer

from scimctl.lazy import LightGroup
from scimctl.options import DirectoryOption, EnvironmentOption, GroupArgument, Output, OutputOption
from scimctl.resources.options import FilterOption, LimitOption, limit_of

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def groups() -> None:
    """List and show groups and their members."""


@app.command(name="list")
def list_groups(
    environment: EnvironmentOption,
    scim_filter: FilterOption = None,
    directory: DirectoryOption = None,
    limit: LimitOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List groups without their members, with their exact number.

    **Examples**

    `scimctl groups list --environment acme`

    `scimctl groups list --environment acme --filter 'displayName sw "Sales"' --output json`

    `scimctl groups list --environment acme --filter 'members eq "8ca0a5b5-b626-4467-93e1-2a0cda85a644"'`
    """
    from lambdas.operations.resources import Resources
    from scimctl.resources import show as printing
    from scimctl.targets import resolve

    resources = Resources(resolve(environment), directory)
    pages = resources.pages("Group", scim_filter, leaving_out="members")
    if output is Output.JSON:
        printing.print_json_list(pages, limit_of(limit, output))
    else:
        printing.print_list(pages, printing.GROUP_COLUMNS, "group", limit_of(limit, output))


@app.command()
def show(
    group: GroupArgument,
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show a group and its members by name.

    In JSON, each member has its `userName` or `displayName` as `name`, in addition to its attributes in SCIM.

    **Examples**

    `scimctl groups show "Sales and Marketing" --environment acme`

    `scimctl groups show Sales --environment acme --output json`
    """
    from lambdas.operations.resources import Resources
    from scimctl.lookup import find
    from scimctl.resources import show as printing
    from scimctl.targets import resolve

    resources = Resources(resolve(environment), directory)
    found = find(resources, "group", group)
    if output is Output.JSON:
        printing.print_json(resources.with_member_names(found))
    else:
        printing.print_group(resources.with_member_names(found, limit=printing.MEMBERS_SHOWN))
