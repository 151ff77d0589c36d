"""`scimctl clients`: create, list, rotate and revoke the OAuth 2.0 clients of a connection."""

from typing import Annotated

import typer

from lambdas.credentials.scopes import Scope
from scimctl.lazy import LightGroup
from scimctl.options import ConnectionArgument, EnvironmentOption, LifetimeOption, Output, OutputOption, YesOption

GRACE = "7d"
"""How long a replaced secret is accepted by default: time to reach an administrator."""

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")

ClientArgument = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's id, the Client Identifier.")]


@app.callback()
def clients() -> None:
    """Create, list, rotate and revoke the OAuth 2.0 clients of a connection. A connection can have five."""


@app.command()
def create(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    federated: Annotated[
        bool, typer.Option("--federated", help="Accept signed assertions instead of a client secret.")
    ] = False,
    issuer: Annotated[str, typer.Option(metavar="URL", help="With --federated: the Issuer that Entra ID shows.")] = "",
    subject: Annotated[str, typer.Option(metavar="ID", help="With --federated: the Subject.")] = "",
    audience: Annotated[str, typer.Option(metavar="ID", help="With --federated: the Audience.")] = "",
    scope: Annotated[
        Scope, typer.Option(help="provision reads and writes, as an identity provider does; read changes nothing.")
    ] = Scope.PROVISION,
    label: Annotated[str, typer.Option(metavar="TEXT", help="A name, for example 'Entra ID'.")] = "",
    expires_in_days: LifetimeOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Create a client of a connection. Its secret is shown **once**; a federated client has none.

    **Examples**

    `scimctl clients create k3x7m2qwertyuiop --environment acme`

    `scimctl clients create k3x7m2qwertyuiop --environment acme --federated --issuer https://login.microsoftonline.com/TENANT/v2.0
    --subject SUBJECT --audience AUDIENCE`
    """
    from scimctl.clients import clients as commands

    federation = (issuer, subject, audience) if federated or issuer or subject or audience else None
    commands.create(connection, environment, federation, scope, label, expires_in_days, output)


@app.command(name="list")
def list_clients(
    environment: EnvironmentOption,
    connection: Annotated[
        str | None, typer.Option(metavar="CONNECTION", help="Only the clients of a connection.")
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List clients: how they prove themselves, when their secrets expire, and when they last got an access token.

    **Example**

    `scimctl clients list --environment acme`
    """
    from scimctl.clients import clients as commands

    commands.list_clients(environment, connection, output)


@app.command()
def rotate(
    client: ClientArgument,
    environment: EnvironmentOption,
    grace: Annotated[
        str,
        typer.Option(metavar="TIME", help="How long the old secret stays valid: 10m, 12h, 7d; 0s ends it immediately."),
    ] = GRACE,
    expires_in_days: LifetimeOption = None,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Replace the secret of a client without interruption: the new one is shown **once**, the old one stays valid for a while.

    `--grace 0s` ends the old secret and every access token of the client immediately.

    **Example**

    `scimctl clients rotate m4x7k2qwertyuiop --environment acme`
    """
    from scimctl.clients import clients as commands

    commands.rotate(client, environment, grace, expires_in_days, yes=yes, output=output)


@app.command()
def revoke(
    client: ClientArgument, environment: EnvironmentOption, yes: YesOption = False, output: OutputOption = Output.TEXT
) -> None:
    """Delete a client. Its secrets and access tokens end **immediately**.

    **Example**

    `scimctl clients revoke m4x7k2qwertyuiop --environment acme`
    """
    from scimctl.clients import clients as commands

    commands.revoke(client, environment, yes=yes, output=output)
