"""`scimctl console sessions`: who is signed in to the console, and signing a person out."""

from typing import Annotated

import typer

from scimctl.lazy import LightGroup
from scimctl.options import EnvironmentOption, Output, OutputOption, YesOption

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def sessions() -> None:
    """List who is signed in to the console, and end a person's sessions."""


@app.command(name="list")
def list_sessions(environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """List the people who are signed in, with role, start and last request.

    **Example**

    `scimctl console sessions list --environment acme`
    """
    from scimctl.web import sessions as actions

    actions.list_sessions(environment, output)


@app.command()
def end(
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="The person: a name, or the subject that the JSON of the list has.")
    ],
    environment: EnvironmentOption,
    yes: YesOption = False,
) -> None:
    """End all sessions of a person.

    To keep the person from signing in again, remove the role at the identity provider first.

    **Example**

    `scimctl console sessions end tim@vendor.example --environment acme`
    """
    from scimctl.web import sessions as actions

    actions.end(environment, person, yes=yes)
