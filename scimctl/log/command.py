"""`scimctl log`: what identity providers and operators did to a directory, and why something was refused."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from lambdas.credentials.store import check_directory
from lambdas.operations.log import story
from lambdas.operations.log.names import Names
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection, Subject
from lambdas.operations.problems import Problem
from scimctl import console
from scimctl.log import telling
from scimctl.log.listing import Listing, Question
from scimctl.log.moments import moment
from scimctl.options import Output, OutputOption, connection_id
from scimctl.targets import resolve

app = typer.Typer(rich_markup_mode="markdown", invoke_without_command=True)

_ID = re.compile(r"[A-Za-z0-9-]+")

EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        help="The environment: NAME of environments/NAME.toml.",
        show_default=False,
    ),
]


@app.callback()
def log(
    context: typer.Context,
    environment: EnvironmentOption = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only what did not succeed.")] = False,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Only what is about this user: a userName, externalId or id; * stands for anything.",
            show_default=False,
        ),
    ] = None,
    group: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what is about this group, likewise.", show_default=False)
    ] = None,
    connection: Annotated[
        str | None,
        typer.Option(metavar="CONNECTION", help="Only what came through it: its id or Tenant URL.", show_default=False),
    ] = None,
    directory: Annotated[
        str | None, typer.Option(metavar="ID", help="Only what is about this directory.", show_default=False)
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="From when on: 30m, 2h, 3d ago, or a time like 2027-01-31T14:05.")
    ] = "2h",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show what was asked of the endpoint: when, by an id to look further, with which result, what, about whom, and why.

    Requests of identity providers, credentials and requests that were refused before they reached anything, changes by
    operators, and what was completed in the background. Values of attributes are in no record.

    **When somebody was not provisioned**

    1. `scimctl log --user ada@example.com --environment acme` tells what was asked about them, or what else failed

    2. `scimctl log show ID --environment acme` tells everything about one request, and what to do

    **Examples**

    `scimctl log --environment acme --failed --since 1d`

    `scimctl log --environment acme --user 'ada*' --since 3d`

    `scimctl log --environment acme --connection k3x7m2qwertyuiop --follow`

    `scimctl log --environment acme --failed --output json | jq -r .detail | sort | uniq -c`
    """
    if context.invoked_subcommand is not None:
        context.obj = environment
        return
    if user and group:
        raise typer.BadParameter("give --user or --group, not both")
    target = resolve(_named(environment))
    subject = Subject("User", user) if user else Subject("Group", group) if group else None
    selection = Selection(
        failed=failed,
        subject=subject,
        connection=_checked(connection_id(connection)) if connection else None,
        directory=directory,
    )
    if directory:
        check_directory(directory)
    begin = moment(since, datetime.now(UTC))
    named = {"environment": environment, "since": since, "connection": selection.connection, "directory": directory}
    again = " ".join(f"--{name} {value}" for name, value in named.items() if value)
    try:
        Listing(target, Question(selection, begin, again, follow, output)).run()
    except KeyboardInterrupt:
        return


@app.command()
def show(
    context: typer.Context,
    request_id: Annotated[
        str,
        typer.Argument(
            metavar="REQUEST_ID",
            help=f"The id that a line of `scimctl log` begins with, at least {story.MIN_ID} characters of it; also the "
            "x-amzn-RequestId of an answer, or the id that a SCIM Error tells.",
        ),
    ],
    environment: EnvironmentOption = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="How far back to look; by default in steps up to 7d.", show_default=False),
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show everything about one request: result, reason, what to do; who asked, what it cost, and the trace of a 500.

    **Examples**

    `scimctl log show 60dce2d0 --environment acme`

    `scimctl log show 60dce2d0-725d-46d9-934e-774ef0ed5d6c --environment acme --since 30d --output json`
    """
    if len(_checked(request_id)) < story.MIN_ID:
        raise typer.BadParameter(f"give at least {story.MIN_ID} characters of the id")
    target = resolve(_named(environment or context.obj))
    begin = moment(since, datetime.now(UTC)) if since else None
    ticker = console.Ticker()
    try:
        stories = story.find(LogReader.of(target), request_id, begin, ticker.tell)
    finally:
        ticker.wipe()
    if not stories:
        back = f"since {since}" if since else "in the last 7 days"
        raise Problem(
            f"No record {back} in environment {target.settings.name} tells of a request {request_id}. Look further back with "
            "--since 30d, or in another environment."
        )
    if output is Output.JSON:
        told = [each.as_json(target.settings.name, target.scimctl) for each in stories]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    names = Names(target)
    for number, each in enumerate(stories):
        if number:
            console.out.rule()
        names.learn(event.record for event in each.events)
        names.look_up(event.record for event in each.events)
        telling.tell(each, names, target)


def _named(environment: str | None) -> str:
    if not environment:
        raise typer.BadParameter(
            "say which environment: NAME of environments/NAME.toml", param_hint="'--environment' / '-e'"
        )
    return environment


def _checked(identifier: str) -> str:
    """Return an id that can stand in a filter pattern."""
    if not _ID.fullmatch(identifier):
        raise typer.BadParameter(f"{identifier[:80]!r} is no id: letters, digits and hyphens")
    return identifier
