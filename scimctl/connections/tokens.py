"""What the commands of `scimctl tokens` do."""

from datetime import UTC, datetime, timedelta

import typer

from lambdas.credentials import tokens as token_form
from lambdas.credentials.connections import Token
from lambdas.credentials.scopes import Scope
from lambdas.operations.connections import Connections, ConnectionWithTokens
from lambdas.operations.problems import NotFound, Problem
from lambdas.operations.target import Target
from scimctl import console
from scimctl.connections.show import (
    describe_generated,
    describe_token,
    moment,
    print_generated,
    print_json,
    refused_within,
    when_refused,
)
from scimctl.connections.tables import token_table
from scimctl.durations import parse_duration, rounded
from scimctl.guide import command
from scimctl.options import Output, confirm, connection_id
from scimctl.targets import resolve


def create(
    connection: str, environment: str, scope: Scope, label: str, expires_in_days: int | None, output: Output
) -> None:
    """Add a token to a connection, and print it."""
    target = resolve(environment)
    operations = Connections(target)
    found = operations.connection(connection_id(connection))
    generated = operations.add_token(found, scope=scope, label=label, lifetime_days=expires_in_days)
    print_generated(target, generated, output)


def rotate(token: str, environment: str, grace: str, expires_in_days: int | None, *, yes: bool, output: Output) -> None:
    """Replace a token, and print the new one.

    :param token: Its id, or its connection.
    :param grace: How long the old one stays valid.
    """
    period = _duration(grace)
    target = resolve(environment)
    operations = Connections(target)
    found, old = _rotated(operations, token)
    if not period and not old.is_expired(datetime.now(UTC)):
        confirm(f"Token {_name_of(old)} will end immediately.", yes=yes)
    generated, old = operations.rotate(found, old, grace=period, lifetime_days=expires_in_days)
    if output is Output.JSON:
        print_json(describe_generated(target, generated) | {"replaced": describe_token(old)})
        return
    print_generated(target, generated, output)
    left = old.expires - datetime.now(UTC)
    until = f"is valid until {moment(old.expires)}, for {rounded(left)}" if left > timedelta(0) else "has expired"
    typer.echo(f"The old token {_name_of(old)} {until}.", err=True)


def revoke(token: str, environment: str, *, yes: bool, output: Output) -> None:
    """Revoke a token.

    :param token: Its id, or its whole text.
    """
    target = resolve(environment)
    operations = Connections(target)
    token_id = token_form.claimed_id(token) or token
    both = operations.token(token_id)
    if both is None:
        raise _unknown(token_id, target)
    found, revoked = both
    left = [each for each in found.live(datetime.now(UTC)) if each.id != revoked.id]
    last = "" if left else " It is the connection's only live token: every request will be refused."
    confirm(f"Token {_name_of(revoked)} of connection {found.connection.id} will end immediately.{last}", yes=yes)
    operations.revoke(found.connection, revoked)
    if output is Output.JSON:
        described = {"revoked": describe_token(revoked), "connection": found.connection.id}
        print_json({**described, "live_tokens_left": len(left), **refused_within(target)})
        return
    typer.echo(f"Token {_name_of(revoked)} is revoked. {when_refused(target)}")


def list_tokens(environment: str, connection: str | None, output: Output) -> None:
    """List the tokens of all connections, or of one."""
    operations = Connections(resolve(environment))
    found = operations.all() if connection is None else [operations.connection(connection_id(connection))]
    listed = [each for connection_found in found for each in connection_found.tokens]
    if output is Output.JSON:
        print_json({"tokens": [{"connection": each.connection, **describe_token(each)} for each in listed]})
    elif listed:
        console.out.print(token_table(listed, with_connection=connection is None))
    else:
        typer.echo("There are no tokens.")


def _rotated(operations: Connections, name: str) -> tuple[ConnectionWithTokens, Token]:
    """Return the token with an id, or the one live token of a connection.

    :raises Problem: When there is no such token, or the connection has several.
    """
    both = operations.token(name)
    if both is not None:
        return both
    found = operations.connection(connection_id(name))
    live = found.live(datetime.now(UTC))
    if len(live) != 1:
        ids = ", ".join(_name_of(each) for each in live) or "none"
        raise Problem(
            f"Connection {found.connection.id} has {len(live)} live tokens ({ids}): pass the id of the token to rotate."
        )
    return found, live[0]


def _unknown(token_id: str, target: Target) -> Problem:
    return NotFound(
        f"There is no token {token_id} in environment {target.settings.name}. It is revoked, or of another environment. "
        f"{command(target, 'tokens list')} lists all tokens."
    )


def _name_of(token: Token) -> str:
    return f"{token.id} ({token.label})" if token.label else token.id


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--grace") from None
