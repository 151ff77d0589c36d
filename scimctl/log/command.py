"""`scimctl log`: what identity providers and operators did, and why something was refused."""

from typing import Annotated

import typer

from scimctl.lazy import LightGroup
from scimctl.local_option import ENVIRONMENT_VARIABLE
from scimctl.options import MIN_ID, Output, OutputOption

app = typer.Typer(cls=LightGroup, rich_markup_mode="markdown", invoke_without_command=True)

EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        envvar=ENVIRONMENT_VARIABLE,
        help="The environment: NAME of environments/NAME.toml, or the path of any other file.",
        show_default=False,
    ),
]


@app.callback()
def log(
    context: typer.Context,
    environment: EnvironmentOption = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only failures.")] = False,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Only records about this user: a userName, externalId or id; * stands for anything.",
            show_default=False,
        ),
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only records about this group, likewise.", show_default=False)
    ] = None,
    connection: Annotated[
        str | None,
        typer.Option(
            metavar="CONNECTION",
            help="Only requests through this connection: its id or Tenant URL.",
            show_default=False,
        ),
    ] = None,
    directory: Annotated[
        str | None, typer.Option(metavar="ID", help="Only records about this directory.", show_default=False)
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Start: 30m, 2h or 3d ago, or a time like 2027-01-31T14:05.")
    ] = "2h",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Continue with new records until Ctrl-C.")] = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show the SCIM log: requests, refusals and operators' changes.

    Each is a line with the time, an id for `show`, the status, the action, the user or group, and the outcome. The log
    contains requests of identity providers, refused credentials, requests that API Gateway refused, operators' changes,
    and tasks that run later, such as sweeps. No record holds values of attributes other than names.

    **When a user was not provisioned**

    1. `scimctl log --user ada@example.com --environment acme` shows the requests about the user, or other failures

    2. `scimctl log show ID --environment acme` shows everything about one request, and the remedy

    **Examples**

    `scimctl log --environment acme --failed --since 1d`

    `scimctl log --environment acme --user 'ada*' --since 3d`

    `scimctl log --environment acme --connection k3x7m2qwertyuiop --follow`

    `scimctl log --environment acme --failed --output json | jq -r .detail | sort | uniq -c`
    """
    if context.invoked_subcommand is not None:
        context.obj = environment
        return
    from scimctl.log import answers

    answers.list_records(
        _named(environment),
        answers.Filters(user, group, connection, directory, failed=failed),
        since,
        follow=follow,
        output=output,
    )


@app.command()
def show(
    context: typer.Context,
    request_id: Annotated[
        str,
        typer.Argument(
            metavar="REQUEST_ID",
            help=f"The id at the beginning of a line of `scimctl log`, at least {MIN_ID} characters of it; also the "
            "x-amzn-RequestId of a response, or the id in a SCIM error.",
        ),
    ],
    environment: EnvironmentOption = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="How far back to look; by default in steps up to 7d.", show_default=False),
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show everything about one request: result, cause and remedy, sender, cost, and the trace of a 500.

    **Examples**

    `scimctl log show 60dce2d0 --environment acme`

    `scimctl log show 60dce2d0-725d-46d9-934e-774ef0ed5d6c --environment acme --since 30d --output json`
    """
    from scimctl.log import answers

    answers.show_request(_named(environment or context.obj), request_id, since, output)


def _named(environment: str | None) -> str:
    if not environment:
        raise typer.BadParameter(
            "pass the environment: NAME of environments/NAME.toml", param_hint="'--environment' / '-e'"
        )
    return environment
