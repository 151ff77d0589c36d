"""Options that several commands share, and the question before a change that cannot be undone.

Light to import: `--help` and completion need it.
"""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from lambdas.credentials.connections import MAX_LIFETIME
from lambdas.operations.problems import Problem
from scimctl.local_option import ENVIRONMENT_VARIABLE
from scimprobe.printable import printable


class Output(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    """For people."""

    JSON = "json"
    """For programs: one JSON object."""


MIN_ID = 6
"""Characters of a request id that `scimctl log show` needs."""


EnvironmentOption = Annotated[
    str,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        envvar=ENVIRONMENT_VARIABLE,
        help="The environment: NAME of environments/NAME.toml, or the path of any other file.",
    ),
]
DirectoryOption = Annotated[
    str | None,
    typer.Option(
        "--directory", metavar="ID", help="The directory; the environment's own by default.", show_default=False
    ),
]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="For people (text) or for programs (json).")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
LifetimeOption = Annotated[
    int | None,
    typer.Option(
        "--expires-in-days",
        min=1,
        max=MAX_LIFETIME.days,
        metavar="DAYS",
        help="Days until the token expires; by default the value in the environment's file.",
        show_default=False,
    ),
]
ConnectionArgument = Annotated[
    str, typer.Argument(metavar="CONNECTION", help="The connection: the last part of the Tenant URL, or the whole URL.")
]
UserArgument = Annotated[
    str, typer.Argument(metavar="USER", help="The user: a userName, an externalId, an e-mail address or an id.")
]
GroupArgument = Annotated[
    str, typer.Argument(metavar="GROUP", help="The group: a displayName, an externalId or an id.")
]


def connection_id(text: str) -> str:
    """Return a connection's id from the id or a Tenant URL, also with the query that Entra ID appends to it."""
    return text.partition("?")[0].rstrip("/").rpartition("/")[2]


def confirm(consequence: str, *, yes: bool) -> None:
    """Ask the operator to confirm a change. The question goes to stderr, because programs read stdout.

    :param consequence: What the change does, in one or more sentences.
    :param yes: The operator confirmed with ``--yes``.
    :raises Problem: When the answer is no, or stdin is empty.
    """
    if yes:
        return
    typer.echo(f"{printable(consequence, lines=True)} Continue? [y/N] ", nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # stdin is empty, and the next line would begin behind the question
        typer.echo(err=True)
    if answer.strip().lower() not in ("y", "yes"):
        raise Problem("Nothing was changed. Use --yes to confirm without a question.")
