"""`scimctl tokens`: add, replace and end the secrets of a connection, without a stop where nobody needs one."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from lambdas.credentials import tokens as token_form
from lambdas.credentials.connections import Token
from lambdas.credentials.scopes import Scope
from lambdas.operations.connections import Connections, ConnectionWithTokens
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from scimctl import console
from scimctl.connections.show import (
    describe_generated,
    describe_token,
    moment,
    print_generated,
    print_json,
    refused_when,
    refused_within,
    token_grid,
)
from scimctl.durations import parse_duration, told
from scimctl.options import (
    ConnectionArgument,
    EnvironmentOption,
    LifetimeOption,
    Output,
    OutputOption,
    YesOption,
    confirm,
    connection_id,
)
from scimctl.targets import resolve

GRACE = "7d"
"""How long a replaced token is accepted unless the operator says otherwise: time to reach an administrator."""

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def tokens() -> None:
    """Add, replace and end the tokens of a connection. A connection can have five, all of them valid."""


@app.command()
def create(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    scope: Annotated[
        Scope, typer.Option(help="provision reads and writes, as an identity provider does; read changes nothing.")
    ] = Scope.PROVISION,
    label: Annotated[str, typer.Option(metavar="TEXT", help="What you call it, for example 'nightly report'.")] = "",
    expires_in_days: LifetimeOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Add a token to a connection; it is shown **once**. The others stay as they are.

    **Examples**

    `scimctl tokens create k3x7m2qwertyuiop --environment acme`

    `scimctl tokens create k3x7m2qwertyuiop --environment acme --scope read --label "nightly report" --expires-in-days 90`
    """
    access = Connections(resolve(environment))
    held = access.connection(connection_id(connection))
    generated = access.add_token(held, scope=scope, label=label, lifetime_days=expires_in_days)
    if output is Output.JSON:
        print_json(describe_generated(generated))
    else:
        print_generated(generated)


@app.command()
def rotate(
    token: Annotated[
        str, typer.Argument(metavar="TOKEN", help="The token's id; or its connection, where that has one live token.")
    ],
    environment: EnvironmentOption,
    grace: Annotated[
        str,
        typer.Option(metavar="TIME", help="How long the old one is accepted: 90s, 10m, 12h, 7d; 0s ends it at once."),
    ] = GRACE,
    expires_in_days: LifetimeOption = None,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Replace a token without a stop: a new one is shown **once**, and the old one is accepted for a while.

    Both are accepted until the grace period is over, so the administrator can paste the new one at any time in it. The old
    one never lives longer than it would have. The new one has its scope and label.

    **Examples**

    `scimctl tokens rotate 3k5w2mzn7qxrb4ty --environment acme`

    `scimctl tokens rotate k3x7m2qwertyuiop --environment acme --grace 12h --output json`
    """
    period = _duration(grace)
    access = Connections(resolve(environment))
    held, old = _named(access, token)
    if not period and not old.is_expired(datetime.now(UTC)):
        confirm(f"Token {_called(old)} will end at once.", yes=yes)
    generated, old = access.rotate(held, old, grace=period, lifetime_days=expires_in_days)
    if output is Output.JSON:
        print_json(describe_generated(generated) | {"replaced": describe_token(old)})
        return
    print_generated(generated)
    left = old.expires - datetime.now(UTC)
    until = f"is accepted until {moment(old.expires)}, for {told(left)}" if left > timedelta(0) else "has expired"
    typer.echo(f"The old token {_called(old)} {until}.", err=True)


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="The token's id, or the whole token.")],
    environment: EnvironmentOption,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """End a token **at once**, for example one that leaked. The connection and its other tokens stay.

    **Examples**

    `scimctl tokens revoke 3k5w2mzn7qxrb4ty --environment acme`

    `scimctl tokens revoke 3k5w2mzn7qxrb4ty --environment acme --yes --output json`
    """
    target = resolve(environment)
    access = Connections(target)
    token_id = token_form.claimed_id(token) or token
    found = access.token(token_id)
    if found is None:
        raise _unknown(token_id, target)
    held, ended = found
    left = [each for each in held.live(datetime.now(UTC)) if each.id != ended.id]
    alone = "" if left else " It is the connection's only live one, so nobody gets in any more."
    confirm(f"Token {_called(ended)} of connection {held.connection.id} ends at once.{alone}", yes=yes)
    access.revoke(held.connection, ended)
    if output is Output.JSON:
        ended_token = {
            "revoked": describe_token(ended),
            "connection": held.connection.id,
            "live_tokens_left": len(left),
        }
        print_json(ended_token | refused_within(target))
        return
    typer.echo(f"Token {_called(ended)} is revoked. {refused_when(target)}")


@app.command(name="list")
def list_tokens(
    environment: EnvironmentOption,
    connection: Annotated[
        str | None, typer.Option(metavar="CONNECTION", help="Only those of one connection.", show_default=False)
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List the tokens, without their secrets: what they may do, when they end and when they were last used.

    The last use is kept once a day (UTC).

    **Examples**

    `scimctl tokens list --environment acme`

    `scimctl tokens list --environment acme --connection k3x7m2qwertyuiop --output json`
    """
    access = Connections(resolve(environment))
    found = access.all() if connection is None else [access.connection(connection_id(connection))]
    listed = [each for held in found for each in held.tokens]
    if output is Output.JSON:
        print_json({"tokens": [{"connection": each.connection, **describe_token(each)} for each in listed]})
    elif listed:
        console.out.print(token_grid(listed, with_connection=connection is None))
    else:
        typer.echo("There is none.")


def _named(access: Connections, name: str) -> tuple[ConnectionWithTokens, Token]:
    """Return the token that an operator names by its id, or by a connection that has one live token.

    :raises Problem: When there is no such token, or several could be meant.
    """
    found = access.token(name)
    if found is not None:
        return found
    held = access.connection(connection_id(name))
    live = held.live(datetime.now(UTC))
    if len(live) != 1:
        ids = ", ".join(_called(each) for each in live) or "none"
        raise Problem(
            f"Connection {held.connection.id} has {len(live)} live tokens ({ids}): say which to rotate by its id."
        )
    return held, live[0]


def _unknown(token_id: str, target: Target) -> Problem:
    environment = target.settings.name
    return Problem(
        f"There is no token {token_id} in environment {environment}: it was revoked before, or is of another one. "
        f"`{target.scimctl} tokens list --environment {environment}` shows those there are."
    )


def _called(token: Token) -> str:
    return f"{token.id} ({token.label})" if token.label else token.id


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--grace") from None
