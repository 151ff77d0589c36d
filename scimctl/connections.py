"""`scimctl connections`: generate what an administrator pastes into an identity provider."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from lambdas.directory.connections import MAX_LIFETIME, Connection, Token, new_connection, new_token
from lambdas.store.connections import ConnectionStore
from lambdas.store.table import Table
from scimctl.problems import Problem
from scimctl.targets import Target, resolve

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


class Output(StrEnum):
    """How a command prints what it found."""

    TEXT = "text"
    """For people."""

    JSON = "json"
    """For programs: one JSON object."""


@dataclass(frozen=True)
class GeneratedConnection:
    """A connection that was just written, with the token that nobody will see again."""

    tenant_url: str
    """For example ``https://abc123.execute-api.eu-central-1.amazonaws.com/scim/v2/k3x7m2qwertyuiop``."""

    secret_token: str = field(repr=False)
    """The text of its first token."""

    connection: Connection
    """The connection as it was written."""

    token: Token
    """What was kept of the token."""


def generate(
    target: Target, *, directory: str | None = None, label: str = "", lifetime_days: int | None = None
) -> GeneratedConnection:
    """Generate a connection with one token that may provision.

    :param directory: The directory it reaches; the environment's own when None.
    :param lifetime_days: Days until the token expires; what the environment's file says when None.
    :raises InvalidConnectionError: When a value breaks a rule.
    :raises Problem: When the table cannot be written.
    """
    now = datetime.now(UTC)
    directory = target.settings.directory if directory is None else directory
    lifetime = timedelta(days=target.settings.tokens.lifetime_days if lifetime_days is None else lifetime_days)
    connection = new_connection(directory, label=label, now=now)
    token, secret = new_token(connection, lifetime=lifetime, now=now)
    with target.readable():
        _store(target).create(connection, token)
    return GeneratedConnection(target.tenant_url(connection.id), secret.text, connection, token)


EnvironmentOption = Annotated[
    str, typer.Option("--environment", "-e", help="The environment: NAME of environments/NAME.toml.", metavar="NAME")
]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="For people (text) or for programs (json).")]


@app.callback()
def connections() -> None:
    """Generate what an administrator pastes into an identity provider: a Tenant URL and a Secret Token."""


@app.command()
def create(
    environment: EnvironmentOption,
    directory: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="The directory whose users and groups it reaches: lower-case letters, digits and hyphens. "
            "The environment's own by default; another id is another directory, and neither sees the other.",
            show_default=False,
        ),
    ] = None,
    label: Annotated[
        str, typer.Option(metavar="TEXT", help="What you call it, for example 'Entra ID, production'.")
    ] = "",
    expires_in_days: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MAX_LIFETIME.days,
            metavar="DAYS",
            help="Days until the token expires; by default what the environment's file says.",
            show_default=False,
        ),
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Generate a connection: its Tenant URL, and a Secret Token that is shown **once**.

    Paste both into the identity provider (Entra ID: *Provisioning*, *Admin Credentials*). Where it asks for a user name
    and a password, the user name is the last part of the Tenant URL and the password is the token.

    **Examples**

    `scimctl connections create --environment local`

    `scimctl connections create --environment acme --label "Entra ID, production"`

    `scimctl connections create --environment acme --directory subsidiary --expires-in-days 90 --output json`
    """
    target = resolve(environment)
    generated = generate(target, directory=directory, label=label, lifetime_days=expires_in_days)
    details = {"tenant_url": generated.tenant_url, "secret_token": generated.secret_token}
    details |= describe_connection(generated.connection) | {"token": describe_token(generated.token)}
    if output is Output.JSON:
        typer.echo(json.dumps(details, ensure_ascii=False, indent=2))
        return
    typer.echo(f"Tenant URL:    {generated.tenant_url}")
    typer.echo(f"Secret Token:  {generated.secret_token}")
    typer.echo(f"Directory:     {generated.connection.directory}")
    typer.echo(f"Expires:       {generated.token.expires:%Y-%m-%d %H:%M} UTC")
    typer.echo("Keep the token now: it is stored as a hash only and cannot be shown again.", err=True)


@app.command()
def show(
    connection_id: Annotated[str, typer.Argument(metavar="CONNECTION", help="The last part of the Tenant URL.")],
    environment: EnvironmentOption,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show a connection and its tokens, without their secrets.

    **Example**

    `scimctl connections show k3x7m2qwertyuiop --environment acme`
    """
    target = resolve(environment)
    store = _store(target)
    with target.readable():
        connection = store.connection(connection_id.rstrip("/").rsplit("/", 1)[-1])
        kept = store.tokens(connection.tokens) if connection else []
    if connection is None:
        raise Problem(f"There is no connection {connection_id} in environment {environment}.")
    details: dict[str, Any] = {"tenant_url": target.tenant_url(connection.id), **describe_connection(connection)}
    details["tokens"] = [describe_token(token) for token in kept]
    if output is Output.JSON:
        typer.echo(json.dumps(details, ensure_ascii=False, indent=2))
        return
    typer.echo(f"Tenant URL:    {details['tenant_url']}")
    typer.echo(f"Directory:     {connection.directory}")
    typer.echo(f"Label:         {connection.label or '-'}")
    typer.echo(f"State:         {connection.state}")
    typer.echo(f"Created:       {connection.created:%Y-%m-%d %H:%M} UTC")
    for token in kept:
        over = " (expired)" if token.is_expired(datetime.now(UTC)) else ""
        typer.echo(f"Token:         {token.id}  {token.scope}  until {token.expires:%Y-%m-%d %H:%M} UTC{over}")


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
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat(),
        "last_used": token.last_used.isoformat() if token.last_used else None,
    }


def _store(target: Target) -> ConnectionStore:
    with target.readable():
        return ConnectionStore(Table(target.client("dynamodb"), target.table_name, silence=0))
