"""Which tenant a command that plays an identity provider speaks to: the one of its options, or the local endpoint."""

import os
from pathlib import Path
from typing import Annotated

import typer

from scimctl import local_state as state
from scimprobe.wire import Tenant

TOKEN_VARIABLE = "SCIM_TOKEN"  # noqa: S105 - the variable's name
"""The environment variable that can hold the token, so that it is in no shell history and no process list."""


EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        help="Which of the environments in the local cloud; by default the one that was deployed first.",
        show_default=False,
    ),
]


def choose(
    url: str | None, token: str | None, state_directory: Path | None, url_option: str, environment: str | None = None
) -> Tenant:
    """The tenant of the options; without a URL that of an endpoint in the local cloud, whose token goes to no other URL.

    :param state_directory: The local cloud's; its usual one when None.
    :param environment: Which one in the local cloud; the one that was deployed first when None.
    :param url_option: What the command calls the URL, such as `--tenant-url`.
    :raises typer.BadParameter: Something is missing, or the URL is not safe to send a token to.
    """
    if url and environment:
        raise typer.BadParameter(f"give --environment, for one in the local cloud, or {url_option}, not both")
    if url is None:
        local = state.read_connection(state_directory or state.default_directory(), environment)
        if local is None:
            named = f" --environment {environment}" if environment else ""
            raise typer.BadParameter(
                f"there is no local endpoint: start it with `scimctl local up{named}`, or give {url_option} and a token"
            )
        url, token = local.tenant_url, token or local.secret_token
    token = token or os.environ.get(TOKEN_VARIABLE)
    if not token:
        raise typer.BadParameter(f"give the Secret Token with --token or in the variable {TOKEN_VARIABLE}")
    try:
        return Tenant.parse(url, token)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=url_option) from None
