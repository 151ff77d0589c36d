"""What the commands of `scimctl clients` do."""

from datetime import UTC, datetime
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from lambdas.credentials.clients import Client
from lambdas.credentials.scopes import Scope
from lambdas.credentials.tokens import ID_LENGTH
from lambdas.operations.clients import Clients, CreatedClient
from scimctl import console
from scimctl.connections.show import moment, print_json, refused_within, when_refused
from scimctl.durations import parse_duration
from scimctl.options import Output, confirm, connection_id
from scimctl.targets import resolve


def create(
    connection: str,
    environment: str,
    federation: tuple[str, str, str] | None,
    scope: Scope,
    label: str,
    expires_in_days: int | None,
    output: Output,
) -> None:
    """Create a client, and print what the administrator enters.

    :param federation: Issuer, subject and audience of a federated client; None for one with a secret.
    """
    operations = Clients(resolve(environment))
    held = operations.connections.connection(connection_id(connection))
    if federation is None:
        _print(operations.create(held, scope=scope, label=label, lifetime_days=expires_in_days), output)
        return
    issuer, subject, audience = federation
    _print(
        operations.federate(held, issuer=issuer, subject=subject, audience=audience, scope=scope, label=label), output
    )


def list_clients(environment: str, connection: str | None, output: Output) -> None:
    """List the clients of all connections, or of one."""
    found = Clients(resolve(environment)).all(connection_id(connection) if connection else None)
    if output is Output.JSON:
        print_json({"clients": [describe(each) for each in found]})
        return
    if not found:
        typer.echo("There are no clients.")
        return
    table = Table(box=None)
    for name in ("Client", "Connection", "Label", "Kind", "State", "Secret ends", "Last used"):
        table.add_column(name, no_wrap=name != "Label", overflow="fold", min_width=ID_LENGTH if name[0] == "C" else 5)
    for each in found:
        ends = min((secret.expires for secret in each.live_secrets(datetime.now(UTC))), default=None)
        table.add_row(
            each.id,
            each.connection,
            Text(each.label or "-"),
            each.kind.value,
            each.state.value,
            f"{ends:%Y-%m-%d}" if ends else "-",
            f"{each.last_used:%Y-%m-%d}" if each.last_used else "-",
        )
    console.out.print(table)


def rotate(
    client: str, environment: str, grace: str, expires_in_days: int | None, *, yes: bool, output: Output
) -> None:
    """Replace the secret of a client, and print the new one."""
    try:
        period = parse_duration(grace)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--grace") from None
    operations = Clients(resolve(environment))
    found = operations.client(client)
    if not period:
        confirm(f"The secrets and access tokens of client {client} will end immediately.", yes=yes)
    _print(operations.rotate(found, grace=period, lifetime_days=expires_in_days), output)


def revoke(client: str, environment: str, *, yes: bool, output: Output) -> None:
    """Delete a client."""
    target = resolve(environment)
    operations = Clients(target)
    found = operations.client(client)
    confirm(f"Client {client} of connection {found.connection} will end immediately, with its access tokens.", yes=yes)
    operations.revoke(found)
    if output is Output.JSON:
        print_json({"revoked": describe(found), **refused_within(target)})
        return
    typer.echo(f"Client {client} is revoked. {when_refused(target)}")


def describe(client: Client) -> dict[str, Any]:
    """Return a client for programs: never a hash of a secret."""
    federation = client.federation
    return {
        "id": client.id,
        "connection": client.connection,
        "directory": client.directory,
        "label": client.label,
        "kind": client.kind.value,
        "scope": client.scope.value,
        "state": client.state.value,
        "created": client.created.isoformat(),
        "last_used": client.last_used.isoformat() if client.last_used else None,
        "live_access_tokens": client.live_access_tokens(datetime.now(UTC)),
        "secrets": [
            {"id": each.id, "created": each.created.isoformat(), "expires": each.expires.isoformat()}
            for each in client.secrets
        ],
        "federation": None
        if federation is None
        else {"issuer": federation.issuer, "subject": federation.subject, "audience": federation.audience},
    }


def _print(created: CreatedClient, output: Output) -> None:
    """Print what the administrator enters, in Entra ID's words."""
    client = created.client
    if output is Output.JSON:
        values = {"tenant_url": created.tenant_url, "token_endpoint": created.token_endpoint, "client_id": client.id}
        secret = {} if created.client_secret is None else {"client_secret": created.client_secret}
        print_json({**values, **secret, "client": describe(client)})
        return
    typer.echo(f"Tenant URL:         {created.tenant_url}")
    typer.echo(f"Token Endpoint:     {created.token_endpoint}")
    typer.echo(f"Client Identifier:  {client.id}")
    if created.client_secret is None:
        return
    typer.echo(f"Client Secret:      {created.client_secret}")
    typer.echo(f"Expires:            {moment(client.secrets[-1].expires)}")
    typer.echo("Keep the client secret now: it is stored as a hash only and cannot be shown again.", err=True)
