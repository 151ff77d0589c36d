"""How connections and tokens are told: to programs as JSON, to people as lines and tables. Never a hash, and a secret only
where it was just made."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import typer
from rich import box
from rich.table import Table as Grid
from rich.text import Text

from lambdas.credentials.connections import Connection, State, Token
from lambdas.credentials.tokens import ID_LENGTH
from lambdas.operations.connections import ConnectionWithTokens, GeneratedToken
from lambdas.operations.target import Target
from scimctl import console
from scimctl.durations import told

SOON_DAYS = 30
"""Days before its end from which a token is shown with what it has left, as the alarm of the stack begins then, too."""

NEVER_SEEN = "-"
"""What is shown where there is nothing."""

ONCE = "Keep the token now: it is stored as a hash only and cannot be shown again."


def describe_connection(connection: Connection) -> dict[str, Any]:
    """Return what programs are told of a connection."""
    return {
        "connection": connection.id,
        "directory": connection.directory,
        "label": connection.label,
        "state": connection.state.value,
        "created": connection.created.isoformat(),
    }


def describe_token(token: Token) -> dict[str, Any]:
    """Return what programs are told of a token: never its secret, nor the secret's hash."""
    return {
        "id": token.id,
        "scope": token.scope.value,
        "label": token.label,
        "state": state_of(token, datetime.now(UTC)),
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat(),
        "last_used": token.last_used.isoformat() if token.last_used else None,
    }


def describe_held(target: Target, held: ConnectionWithTokens) -> dict[str, Any]:
    """Return what programs are told of a connection with its tokens."""
    return {
        "tenant_url": target.tenant_url(held.connection.id),
        **describe_connection(held.connection),
        "tokens": [describe_token(token) for token in held.tokens],
    }


def describe_generated(generated: GeneratedToken) -> dict[str, Any]:
    """Return what programs are told of what was just made: the one time that the secret is in it."""
    secret = {"tenant_url": generated.tenant_url, "secret_token": generated.secret_token}
    return secret | describe_connection(generated.connection) | {"token": describe_token(generated.token)}


def state_of(token: Token, now: datetime) -> str:
    """Return whether a token is accepted (``live``), or why it is not: ``expired``, or ``disabled`` with its connection."""
    if token.is_expired(now):
        return "expired"
    return "live" if token.state is State.ENABLED else "disabled"


def print_json(value: dict[str, Any]) -> None:
    """Print what a program reads."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_generated(generated: GeneratedToken) -> None:
    """Print what an administrator pastes, each value whole on a line of its own, so that nothing cuts it."""
    typer.echo(f"Tenant URL:    {generated.tenant_url}")
    typer.echo(f"Secret Token:  {generated.secret_token}")
    typer.echo(f"Directory:     {generated.connection.directory}")
    typer.echo(f"Scope:         {generated.token.scope.value}")
    typer.echo(f"Expires:       {moment(generated.token.expires)}")
    typer.echo(ONCE, err=True)


def print_held(target: Target, held: ConnectionWithTokens) -> None:
    """Print a connection and its tokens."""
    connection = held.connection
    typer.echo(f"Tenant URL:    {target.tenant_url(connection.id)}")
    typer.echo(f"Directory:     {connection.directory}")
    typer.echo(f"Label:         {connection.label or NEVER_SEEN}")
    typer.echo(f"State:         {connection.state.value}")
    typer.echo(f"Created:       {moment(connection.created)}")
    if held.tokens:
        console.out.print(token_grid(held.tokens))
    else:
        create = f"{target.scimctl} tokens create {connection.id} --environment {target.settings.name}"
        typer.echo(f"It has no token, so nobody gets in: make one with `{create}`.")


def connection_grid(all_held: Iterable[ConnectionWithTokens]) -> Grid:
    """Return the table of connections."""
    now = datetime.now(UTC)
    grid = _grid("Connection", "Label", "Directory", "State", "Tokens", "First ends", "Last used")
    for held in all_held:
        connection, live = held.connection, held.live(now)
        uses = [token.last_used for token in held.tokens if token.last_used]
        grid.add_row(
            connection.id,
            Text(connection.label or NEVER_SEEN),
            connection.directory,
            _coloured(connection.state.value),
            str(len(live)),
            _expiry(min((token.expires for token in live), default=None), now),
            _day(max(uses, default=None)),
        )
    return grid


def token_grid(tokens: Iterable[Token], *, with_connection: bool = False) -> Grid:
    """Return the table of tokens."""
    now = datetime.now(UTC)
    grid = _grid("Token", *(["Connection"] if with_connection else []), "Label", "Scope", "Ends", "Last used")
    for token in tokens:
        whose = [token.connection] if with_connection else []
        state = state_of(token, now)
        ends = _expiry(token.expires, now) if state == "live" else _coloured(state)
        grid.add_row(token.id, *whose, Text(token.label or NEVER_SEEN), token.scope.value, ends, _day(token.last_used))
    return grid


def refused_within(target: Target) -> dict[str, int]:
    """Return what programs are told of the time until what was ended is refused everywhere."""
    return {"refused_within_seconds": target.settings.api.authorizer_cache_seconds}


def refused_when(target: Target) -> str:
    """Say when what was ended is refused everywhere: API Gateway trusts for a time what it checked."""
    seconds = target.settings.api.authorizer_cache_seconds
    return f"What was checked lately may pass for up to {seconds} s more." if seconds else "It is refused from now on."


def moment(at: datetime) -> str:
    """Return a moment to the minute, with its zone."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _grid(*names: str) -> Grid:
    """Return a table that keeps ids and days whole on a terminal of 80 columns; labels are broken instead."""
    grid = Grid(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in names:
        if name in ("Connection", "Token"):
            grid.add_column(name, no_wrap=True, min_width=ID_LENGTH)
        elif name in ("Label", "Directory"):
            grid.add_column(name, overflow="fold")
        else:
            grid.add_column(name, no_wrap=True)
    return grid


def _day(at: datetime | None) -> str:
    """Return the day of a last use: it is kept once a day, so its time tells only when that day began for the token."""
    return f"{at:%Y-%m-%d}" if at else NEVER_SEEN


def _expiry(at: datetime | None, now: datetime) -> Text:
    if at is None:
        return Text(NEVER_SEEN)
    left = at - now
    if left >= timedelta(days=SOON_DAYS):
        return Text(f"{at:%Y-%m-%d}")
    return Text(f"in {told(left)}", style="yellow")


def _coloured(state: str) -> Text:
    return Text(state, style="" if state in ("live", "enabled") else "red")
