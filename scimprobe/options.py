"""The options that both commands share, and the tenant that they name."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scimprobe.endpoint.rules import Rules
    from scimprobe.wire import Tenant

UNUSABLE = 2
"""Exit status when there is nothing to test: bad arguments, no answer, a refused token, no SCIM endpoint."""

TOKEN_VARIABLE = "SCIM_TOKEN"  # noqa: S105 - the variable's name
"""The environment variable that can hold the Secret Token, so that it is in no shell history and no process list."""


class Output(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    """For people."""

    JSON = "json"
    """For programs: one JSON object."""


UrlArgument = Annotated[str, typer.Argument(metavar="URL", help="The Tenant URL.", show_default=False)]
TokenOption = Annotated[
    str | None,
    typer.Option(
        metavar="TOKEN",
        help=f"The Secret Token. Better in the environment variable {TOKEN_VARIABLE}.",
        show_default=False,
    ),
]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="Print for people (text) or programs (json).")]
ExpectOption = Annotated[
    Path | None,
    typer.Option(
        "--expect",
        metavar="FILE",
        help="JSON of the rules that the endpoint's operator has set, such as `scimctl environments expectations NAME` "
        "prints. A test that they rule out is reported as such, and is no failure.",
        show_default=False,
    ),
]


def rules(expect: Path | None) -> "Rules":
    """Return the rules of a file; without a file those of the RFCs alone.

    :raises typer.BadParameter: The file cannot be used.
    """
    from scimprobe.endpoint import rules

    if expect is None:
        return rules.NO_RULES
    try:
        return rules.load(expect)
    except rules.RulesError as error:
        raise typer.BadParameter(str(error), param_hint="--expect") from None


def tenant(url: str, token: str | None) -> "Tenant":
    """Return the tenant that a URL and a token name; the token may come from the environment variable.

    :raises typer.BadParameter: The token is missing or malformed, or the URL is not safe to send a token to.
    """
    from scimprobe.wire import Tenant

    token = token or os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise typer.BadParameter(f"Pass the Secret Token with --token or in the environment variable {TOKEN_VARIABLE}.")
    try:
        return Tenant.parse(url, token)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
