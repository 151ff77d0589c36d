"""The options that the commands on a deployed environment share, and the question before what cannot be undone."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from lambdas.credentials.connections import MAX_LIFETIME
from lambdas.operations.problems import Problem


class Output(StrEnum):
    """How a command prints what it found."""

    TEXT = "text"
    """For people."""

    JSON = "json"
    """For programs: one JSON object."""


EnvironmentOption = Annotated[
    str, typer.Option("--environment", "-e", help="The environment: NAME of environments/NAME.toml.", metavar="NAME")
]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="For people (text) or for programs (json).")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
LifetimeOption = Annotated[
    int | None,
    typer.Option(
        "--expires-in-days",
        min=1,
        max=MAX_LIFETIME.days,
        metavar="DAYS",
        help="Days until the token expires; by default what the environment's file says.",
        show_default=False,
    ),
]
ConnectionArgument = Annotated[
    str, typer.Argument(metavar="CONNECTION", help="The connection: the last part of the Tenant URL, or all of it.")
]


def connection_id(text: str) -> str:
    """Return the connection that an operator names: by its id, or by a Tenant URL with whatever Entra ID appends to it."""
    return text.partition("?")[0].rstrip("/").rpartition("/")[2]


def confirm(consequence: str, *, yes: bool) -> None:
    """Ask before access ends. The question goes to stderr, so that stdout stays what a program reads.

    :param consequence: What will happen, one or more sentences.
    :param yes: The operator said so already.
    :raises Problem: When the answer is no, or when there is nobody to answer.
    """
    if yes:
        return
    typer.echo(f"{consequence} Go on? [y/N] ", nl=False, err=True)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # nobody is there, and the next line would begin behind the question
        typer.echo(err=True)
    if answer.strip().lower() not in ("y", "yes"):
        raise Problem("Nothing was changed. Without a question: --yes.")
