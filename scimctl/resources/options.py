"""The options of the commands on users and groups."""

from typing import Annotated, Any

import typer

from lambdas.operations.problems import Problem
from lambdas.operations.resources import Resources
from scimctl.options import EnvironmentOption, Output, OutputOption, YesOption
from scimctl.resources.show import SHOWN

__all__ = [
    "DirectoryOption",
    "EnvironmentOption",
    "FilterOption",
    "GroupArgument",
    "LimitOption",
    "Output",
    "OutputOption",
    "UserArgument",
    "YesOption",
]

GroupArgument = Annotated[
    str, typer.Argument(metavar="GROUP", help="The group: a displayName, an externalId or an id.")
]
UserArgument = Annotated[
    str, typer.Argument(metavar="USER", help="The user: a userName, an externalId, an e-mail address or an id.")
]
DirectoryOption = Annotated[
    str | None,
    typer.Option(
        "--directory", metavar="ID", help="The directory; the environment's own by default.", show_default=False
    ),
]
FilterOption = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="FILTER",
        help="Only those that a SCIM filter finds (RFC 7644 section 3.4.2.2), such as 'userName sw \"ann\"'.",
        show_default=False,
    ),
]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=0,
        metavar="N",
        help=f"At most so many, 0 for all; {SHOWN} for people and all for programs.",
        show_default=False,
    ),
]


def limit_of(limit: int | None, output: Output) -> int:
    """Return how many resources to print: what was said, else a screen for people and all for programs; 0 means all."""
    if limit is not None:
        return limit
    return SHOWN if output is Output.TEXT else 0


def existing(resources: Resources, noun: str, name: str) -> dict[str, Any]:
    """Return the user or group that an operator named, whole.

    :param noun: ``user`` or ``group``.
    :raises Problem: When there is none, with what to try; or when the name is that of several.
    """
    found = resources.find(noun.capitalize(), name)
    if found is None:
        raise nobody(resources, noun, name)
    return found


def nobody(resources: Resources, noun: str, name: str) -> Problem:
    """Return what to tell when there is no such user or group, with what to try."""
    environment = f"--environment {resources.target.settings.name}"
    attribute = "userName" if noun == "user" else "displayName"
    return Problem(
        f"There is no {noun} {name} in {resources.place}. What requests said of it: "
        f"`{resources.target.scimctl} log --{noun} {name} --since 7d {environment}`. Others with a like name: "
        f"`{resources.target.scimctl} {noun}s list --filter '{attribute} co \"{name[:8]}\"' {environment}`."
    )
