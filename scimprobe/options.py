"""The options that both commands share, and the tenant that they name."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from scimprobe.credentials import Credential
    from scimprobe.endpoint.rules import Rules
    from scimprobe.wire import Tenant

UNUSABLE = 2
"""Exit status when there is nothing to test: bad arguments, no answer, a refused token, no SCIM endpoint."""

TOKEN_VARIABLE = "SCIM_TOKEN"  # noqa: S105 - the variable's name
"""The environment variable that can hold the Secret Token, so that it is in no shell history and no process list."""

SECRET_VARIABLE = "SCIM_CLIENT_SECRET"  # noqa: S105 - the variable's name
"""The environment variable that can hold the Client Secret."""

ASSERTION_VARIABLE = "SCIM_CLIENT_ASSERTION"
"""The environment variable that can hold a signed assertion of the identity provider."""


class Output(StrEnum):
    """The form in which a result is printed."""

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
ClientIdOption = Annotated[
    str,
    typer.Option(
        metavar="ID",
        help="The Client Identifier: get access tokens by OAuth 2.0 client credentials instead of using a Secret Token.",
        show_default=False,
    ),
]
ClientSecretOption = Annotated[
    str,
    typer.Option(
        metavar="SECRET",
        help=f"The Client Secret. Better in the environment variable {SECRET_VARIABLE}.",
        show_default=False,
    ),
]
ClientAssertionOption = Annotated[
    str,
    typer.Option(
        metavar="JWT",
        help="In place of a Client Secret: an assertion that the identity provider has signed (workload identity federation). "
        f"Better in the environment variable {ASSERTION_VARIABLE}.",
        show_default=False,
    ),
]
TokenEndpointOption = Annotated[
    str, typer.Option(metavar="URL", help="The Token Endpoint of the client.", show_default=False)
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


@dataclass(frozen=True)
class OAuthChoices:
    """An OAuth 2.0 client as the options name it; without a client id none is named."""

    client_id: str = ""
    secret: str = ""
    assertion: str = ""
    token_endpoint: str = ""

    def __bool__(self) -> bool:
        return bool(self.client_id or self.secret or self.assertion or self.token_endpoint)


def tenant(url: str, token: str | None, oauth: OAuthChoices) -> "Tenant":
    """Return the tenant that a URL and a credential name; secrets may come from environment variables.

    :raises typer.BadParameter: The credential is missing or malformed, or a URL is not safe to send a secret to.
    """
    from scimprobe.wire import Tenant

    try:
        return Tenant.parse(url, _client(token, oauth) if oauth else _token(token))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _token(token: str | None) -> str:
    token = token or os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise typer.BadParameter(
            f"Pass the Secret Token with --token or in the environment variable {TOKEN_VARIABLE}; or an OAuth 2.0 client with "
            f"--client-id, --token-endpoint and the environment variable {SECRET_VARIABLE}."
        )
    return token


def _client(token: str | None, oauth: OAuthChoices) -> "Credential":
    from scimprobe.oauth import ClientCredentials

    if token:
        raise typer.BadParameter("Pass either --token or --client-id.")
    if not oauth.client_id:
        raise typer.BadParameter("An OAuth 2.0 client needs --client-id.")
    if not oauth.token_endpoint:
        raise typer.BadParameter("An OAuth 2.0 client needs --token-endpoint.")
    secret = oauth.secret or ("" if oauth.assertion else os.environ.get(SECRET_VARIABLE, ""))
    assertion = oauth.assertion or ("" if secret else os.environ.get(ASSERTION_VARIABLE, ""))
    if bool(secret) == bool(assertion):
        raise typer.BadParameter(
            f"Pass either a Client Secret, with --client-secret or in the environment variable {SECRET_VARIABLE}, or an "
            f"assertion, with --client-assertion or in {ASSERTION_VARIABLE}."
        )
    return ClientCredentials(oauth.token_endpoint, oauth.client_id, secret=secret, assertion=assertion)
