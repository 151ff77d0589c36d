"""Connections and tokens, printed: as JSON for programs, as lines and tables for people.

A hash is never printed, and a secret only right after it was generated.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import typer

from lambdas.credentials.connections import Connection, State, Token
from lambdas.operations.connections import ConnectionWithTokens, GeneratedToken
from lambdas.operations.target import Target
from scimctl import console
from scimctl.connections.tables import NOTHING, connection_table, token_table
from scimctl.guide import command
from scimctl.options import Output
from scimprobe.printable import json_text

ONCE = "Keep the token now: only its hash is stored, so it cannot be shown again."


# -- For programs ---------------------------------------------------------------------------------------------------


def describe_connection(connection: Connection) -> dict[str, Any]:
    """Return a connection for programs."""
    return {
        "connection": connection.id,
        "directory": connection.directory,
        "label": connection.label,
        "state": connection.state.value,
        "created": connection.created.isoformat(),
        "silent_hours": connection.silent_hours,
    }


def describe_token(token: Token) -> dict[str, Any]:
    """Return a token for programs, without its secret and the secret's hash."""
    return {
        "id": token.id,
        "scope": token.scope.value,
        "label": token.label,
        "state": state_of(token, datetime.now(UTC)),
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat(),
        "last_used": token.last_used.isoformat() if token.last_used else None,
    }


def describe(target: Target, found: ConnectionWithTokens) -> dict[str, Any]:
    """Return a connection with its tokens for programs."""
    return {
        "tenant_url": target.tenant_url(found.connection.id),
        "user_name": found.connection.id,
        "redirect_uris": redirect_uris(target),
        **describe_connection(found.connection),
        "tokens": [describe_token(token) for token in found.tokens],
    }


def describe_generated(target: Target, generated: GeneratedToken) -> dict[str, Any]:
    """Return a generated token for programs, with its secret."""
    secret = {"tenant_url": generated.tenant_url, "secret_token": generated.secret_token}
    basic = {"user_name": generated.connection.id, "password": generated.secret_token}
    return {
        **secret,
        **basic,
        "redirect_uris": redirect_uris(target),
        **describe_connection(generated.connection),
        "token": describe_token(generated.token),
    }


def print_json(value: dict[str, Any]) -> None:
    """Print JSON for a program."""
    typer.echo(json_text(value, indent=2))


def redirect_uris(target: Target) -> list[str]:
    """Return the product's redirect URIs for sign-on; empty where the environment's file has none."""
    login = target.settings.login
    return list(login.redirect_uris) if login else []


def refused_within(target: Target) -> dict[str, int]:
    """Return for programs how long cached credentials may still be accepted."""
    return {"refused_within_seconds": target.settings.api.authorizer_cache_seconds}


# -- For people -----------------------------------------------------------------------------------------------------


def print_generated(target: Target, generated: GeneratedToken, output: Output) -> None:
    """Print what an administrator pastes, each value whole on a line of its own, so that no terminal breaks it.

    Some identity providers ask for a user name and a password: they are the connection's id and the token.
    """
    if output is Output.JSON:
        print_json(describe_generated(target, generated))
        return
    typer.echo(f"Tenant URL:    {generated.tenant_url}")
    typer.echo(f"Secret Token:  {generated.secret_token}")
    typer.echo(f"User Name:     {generated.connection.id}")
    typer.echo(f"Password:      {generated.secret_token}")
    _print_redirect_uris(target)
    typer.echo(f"Directory:     {generated.connection.directory}")
    typer.echo(f"Scope:         {generated.token.scope.value}")
    typer.echo(f"Expires:       {moment(generated.token.expires)}")
    typer.echo(ONCE, err=True)


def print_connections(target: Target, found: Iterable[ConnectionWithTokens], output: Output) -> None:
    """Print a list of connections."""
    listed = list(found)
    if output is Output.JSON:
        print_json({"connections": [describe(target, each) for each in listed]})
    elif listed:
        console.out.print(connection_table(listed))
    else:
        typer.echo(f"There are no connections. {command(target, 'connections create')} generates one.")


def print_connection(target: Target, found: ConnectionWithTokens, output: Output) -> None:
    """Print a connection and its tokens."""
    if output is Output.JSON:
        print_json(describe(target, found))
        return
    connection = found.connection
    typer.echo(f"Tenant URL:    {target.tenant_url(connection.id)}")
    typer.echo("Secret Token:  shown once, when it is generated")
    typer.echo(f"User Name:     {connection.id}")
    typer.echo("Password:      the Secret Token")
    _print_redirect_uris(target)
    typer.echo(f"Directory:     {connection.directory}")
    typer.echo(f"Label:         {connection.label or NOTHING}")
    typer.echo(f"State:         {connection.state.value}")
    typer.echo(f"Created:       {moment(connection.created)}")
    if found.tokens:
        console.out.print(token_table(found.tokens))
    else:
        create = command(target, f"tokens create {connection.id}")
        typer.echo(f"It has no token, so every request is refused. Create one with {create}.")


def print_regenerated(target: Target, old: ConnectionWithTokens, generated: GeneratedToken, output: Output) -> None:
    """Print a new connection, and the end of the old one."""
    if output is Output.JSON:
        print_json(describe_generated(target, generated) | {"ended": describe(target, old), **refused_within(target)})
        return
    print_generated(target, generated, output)
    typer.echo(f"The old connection {old.connection.id} is deleted. {when_refused(target)}", err=True)


def print_state(target: Target, found: ConnectionWithTokens, output: Output) -> None:
    """Print whether a connection is enabled."""
    enabled = found.connection.state is State.ENABLED
    if output is Output.JSON:
        described = describe_connection(found.connection)
        print_json(described if enabled else described | refused_within(target))
    elif enabled:
        typer.echo(f"Connection {name_of(found)} is enabled: its tokens are accepted again.")
    else:
        typer.echo(f"Connection {name_of(found)} is disabled: its tokens are refused. {when_refused(target)}")


def print_deleted(target: Target, found: ConnectionWithTokens, output: Output) -> None:
    """Print that a connection was deleted, and what stays."""
    if output is Output.JSON:
        print_json({"deleted": describe(target, found), **refused_within(target)})
        return
    directory = found.connection.directory
    typer.echo(f"Connection {name_of(found)} is deleted, with {_tokens(found)}. {when_refused(target)}")
    again = command(target, f"connections create --directory {directory}")
    typer.echo(f"The users and groups of directory {directory} stay. For another connection to them: {again}")


def consequence(target: Target, found: ConnectionWithTokens) -> str:
    """Return what a connection's deletion does."""
    label = found.connection.label or "no label"
    return f"This deletes {target.tenant_url(found.connection.id)} ({label}) and {_tokens(found)}."


def when_refused(target: Target) -> str:
    """Return when deleted or disabled credentials are refused everywhere: API Gateway caches what the authorizer checked."""
    seconds = target.settings.api.authorizer_cache_seconds
    if not seconds:
        return "The change takes effect immediately."
    return f"Cached tokens may still be accepted for up to {seconds} seconds."


def name_of(found: ConnectionWithTokens) -> str:
    """Return a connection's id with its label."""
    label = found.connection.label
    return f"{found.connection.id} ({label})" if label else found.connection.id


def state_of(token: Token, now: datetime) -> str:
    """Return ``live`` for a token that is accepted, else ``expired``, or ``disabled`` with its connection."""
    if token.is_expired(now):
        return "expired"
    return "live" if token.state is State.ENABLED else "disabled"


def moment(at: datetime) -> str:
    """Return a moment to the minute, with its zone."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _print_redirect_uris(target: Target) -> None:
    for uri in redirect_uris(target):
        typer.echo(f"Redirect URI:  {uri}")


def _tokens(found: ConnectionWithTokens) -> str:
    number = len(found.tokens)
    return f"{number} token" if number == 1 else f"{number} tokens"
