"""`scimctl tokens`: add, rotate and revoke the secrets of a connection."""

from typing import Annotated

import typer

from lambdas.credentials.scopes import Scope
from scimctl.lazy import LightGroup
from scimctl.options import (
    ConnectionArgument,
    EnvironmentOption,
    LifetimeOption,
    Output,
    OutputOption,
    YesOption,
)

GRACE = "7d"
"""How long a replaced token is accepted by default: time to reach an administrator."""

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def tokens() -> None:
    """Add, rotate and revoke the tokens of a connection. A connection can have five, all of them valid."""


@app.command()
def create(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    scope: Annotated[
        Scope, typer.Option(help="provision reads and writes, as an identity provider does; read changes nothing.")
    ] = Scope.PROVISION,
    label: Annotated[str, typer.Option(metavar="TEXT", help="A name, for example 'nightly report'.")] = "",
    expires_in_days: LifetimeOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Add a token to a connection; it is shown **once**. Its other tokens stay valid.

    **Examples**

    `scimctl tokens create k3x7m2qwertyuiop --environment acme`

    `scimctl tokens create k3x7m2qwertyuiop --environment acme --scope read --label "nightly report" --expires-in-days 90`
    """
    from scimctl.connections import tokens

    tokens.create(connection, environment, scope, label, expires_in_days, output)


@app.command()
def rotate(
    token: Annotated[
        str, typer.Argument(metavar="TOKEN", help="The token's id; or its connection, if that has one live token.")
    ],
    environment: EnvironmentOption,
    grace: Annotated[
        str,
        typer.Option(
            metavar="TIME", help="How long the old token stays valid: 90s, 10m, 12h, 7d; 0s ends it immediately."
        ),
    ] = GRACE,
    expires_in_days: LifetimeOption = None,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Replace a token without interruption: the new one is shown **once**, and the old one stays valid for a grace period.

    The administrator can paste the new token at any time in the grace period. The old one never stays valid for longer than it
    would have. The new one has its scope and label.

    **Examples**

    `scimctl tokens rotate 3k5w2mzn7qxrb4ty --environment acme`

    `scimctl tokens rotate k3x7m2qwertyuiop --environment acme --grace 12h --output json`
    """
    from scimctl.connections import tokens

    tokens.rotate(token, environment, grace, expires_in_days, yes=yes, output=output)


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="The token's id, or the whole token.")],
    environment: EnvironmentOption,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Revoke a token **immediately**, for example one that leaked. The connection and its other tokens stay.

    **Examples**

    `scimctl tokens revoke 3k5w2mzn7qxrb4ty --environment acme`

    `scimctl tokens revoke 3k5w2mzn7qxrb4ty --environment acme --yes --output json`
    """
    from scimctl.connections import tokens

    tokens.revoke(token, environment, yes=yes, output=output)


@app.command(name="list")
def list_tokens(
    environment: EnvironmentOption,
    connection: Annotated[
        str | None, typer.Option(metavar="CONNECTION", help="Only those of one connection.", show_default=False)
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List the tokens, without their secrets: scope, expiry and last use.

    The last use is stored once an hour (UTC).

    **Examples**

    `scimctl tokens list --environment acme`

    `scimctl tokens list --environment acme --connection k3x7m2qwertyuiop --output json`
    """
    from scimctl.connections import tokens

    tokens.list_tokens(environment, connection, output)
