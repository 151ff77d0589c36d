"""The tenant of `scimctl check` and `scimctl simulate`: the one of their options, or an endpoint in the local cloud."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scimprobe import options
from scimprobe.options import OAuthChoices

if TYPE_CHECKING:
    from scimprobe.endpoint.rules import Rules
    from scimprobe.wire import Tenant

UrlArgument = Annotated[
    str | None,
    typer.Argument(metavar="URL", help="The Tenant URL. Defaults to that of the local endpoint.", show_default=False),
]
EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        help="An environment in the local cloud. Defaults to the one that was deployed first.",
        show_default=False,
    ),
]
StateOption = Annotated[
    Path | None, typer.Option(help="Directory of the local endpoint's state.", show_default=".local")
]


def choose(
    url: str | None,
    token: str | None,
    oauth: OAuthChoices,
    state_directory: Path | None,
    environment: str | None,
) -> "Tenant":
    """Return the tenant that the options name; without a URL an endpoint in the local cloud, whose token goes nowhere else.

    :param oauth: An OAuth 2.0 client in place of a token; its token endpoint defaults to that of the local endpoint.
    :param state_directory: The local cloud's; its usual one when None.
    :param environment: An environment in the local cloud; the one that was deployed first when None.
    :raises typer.BadParameter: Something is missing, or the URL is not safe to send a token to.
    """
    from lambdas.operations.clients import TOKEN_PATH
    from scimctl import local_state as state

    if url and environment:
        raise typer.BadParameter("Pass either --environment, for an environment in the local cloud, or URL.")
    if url is None:
        try:
            local = state.read_connection(state_directory or state.default_directory(), environment)
        except state.StateError as error:
            raise typer.BadParameter(str(error)) from None
        if local is None:
            named = f" --environment {environment}" if environment else ""
            raise typer.BadParameter(
                f"There is no local endpoint. Start it with `scimctl local up{named}`, or pass URL and a token."
            )
        url = local.tenant_url
        if oauth:
            base = url.rpartition("/v2/")[0]
            oauth = replace(oauth, token_endpoint=oauth.token_endpoint or base + TOKEN_PATH)
        else:
            token = token or local.secret_token
    return options.tenant(url, token, oauth)


def rules(expect: Path | None, url: str | None, state_directory: Path | None, environment: str | None) -> "Rules":
    """Return the rules that the endpoint must follow: those of a file, else those of the chosen environment's own file.

    :param url: The URL of the options; when it is given, only `expect` says anything about the endpoint.
    :raises typer.BadParameter: The file of expectations cannot be used.
    :raises SettingsError: The environment's file cannot be used.
    """
    if expect is not None or url is not None:
        return options.rules(expect)
    from lambdas.environment import file
    from scimctl import local_state as state
    from scimctl.environments.expectations import expectations
    from scimprobe.endpoint.rules import read

    if environment is None:
        deployed = state.read_state(state_directory or state.default_directory())
        environment = deployed.environment if deployed else "local"
    return read(expectations(file.load(environment)))
