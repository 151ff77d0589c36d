"""`scimctl connections`: generate and manage what an administrator pastes into an identity provider."""

from dataclasses import replace
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
    confirm,
    connection_id,
)

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def connections() -> None:
    """Generate and manage connections: the Tenant URL and Secret Token that an administrator pastes."""


@app.command()
def create(
    environment: EnvironmentOption,
    directory: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="The directory that it provisions: lower-case letters, digits and hyphens. The environment's own by default; "
            "directories with different ids are separate.",
            show_default=False,
        ),
    ] = None,
    label: Annotated[str, typer.Option(metavar="TEXT", help="A name, for example 'Entra ID, production'.")] = "",
    scope: Annotated[
        Scope,
        typer.Option(
            help="provision for an identity provider; read for the product, which then has no token that writes."
        ),
    ] = Scope.PROVISION,
    expires_in_days: LifetimeOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Generate a connection: its Tenant URL, and a Secret Token that is shown **once**.

    Paste both into the identity provider (Entra ID: *Provisioning*, *Admin Credentials*). Where it asks for a user name and a
    password, paste those: they open the same connection. The redirect URIs for sign-on are printed where the environment's file has
    them.

    With `--scope read` the connection is for the vendor's product. Regenerating the identity provider's connection does not end it.

    **Examples**

    `scimctl connections create --environment local`

    `scimctl connections create --environment acme --scope read --label product`

    `scimctl connections create --environment acme --label "Entra ID, production"`

    `scimctl connections create --environment acme --directory subsidiary --expires-in-days 90 --output json`
    """
    from lambdas.operations.connections import Connections
    from scimctl.connections import show as printing
    from scimctl.targets import resolve

    target = resolve(environment)
    generated = Connections(target).generate(
        directory=directory, label=label, scope=scope, lifetime_days=expires_in_days
    )
    printing.print_generated(target, generated, output)


@app.command(name="list")
def list_connections(environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """List all connections with their state, the expiry of their tokens and their last use.

    **Examples**

    `scimctl connections list --environment acme`

    `scimctl connections list --environment acme --output json`
    """
    from lambdas.operations.connections import Connections
    from scimctl.connections import show as printing
    from scimctl.targets import resolve

    target = resolve(environment)
    printing.print_connections(target, Connections(target).all(), output)


@app.command()
def show(connection: ConnectionArgument, environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """Show a connection and its tokens, without their secrets.

    **Example**

    `scimctl connections show k3x7m2qwertyuiop --environment acme`
    """
    from lambdas.operations.connections import Connections
    from scimctl.connections import show as printing
    from scimctl.targets import resolve

    target = resolve(environment)
    printing.print_connection(target, Connections(target).connection(connection_id(connection)), output)


@app.command()
def regenerate(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    expires_in_days: LifetimeOption = None,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Replace a connection's Tenant URL and all of its tokens **immediately**.

    For a URL or tokens that may have leaked. Provisioning stops until the administrator pastes the new values. No user or group is
    lost: the identity provider matches them again. To replace only a token, without interruption, use `scimctl tokens rotate`.

    The new connection has the same directory, label and scope, and is enabled even if the old one was not. Both are changed in one
    transaction: exactly one of them exists at any time.

    **Examples**

    `scimctl connections regenerate k3x7m2qwertyuiop --environment acme`

    `scimctl connections regenerate k3x7m2qwertyuiop --environment acme --yes --output json`
    """
    from lambdas.operations.connections import Connections
    from scimctl.connections import show as printing
    from scimctl.targets import resolve

    target = resolve(environment)
    operations = Connections(target)
    old = operations.connection(connection_id(connection))
    confirm(f"{printing.consequence(target, old)} Provisioning stops until the new values are pasted.", yes=yes)
    generated = operations.regenerate(old.connection, lifetime_days=expires_in_days)
    printing.print_regenerated(target, old, generated, output)


@app.command()
def disable(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Refuse every token of a connection until it is enabled again.

    The identity provider gets 401. Entra ID then puts its job into quarantine and retries less and less often. Nothing is deleted.

    **Example**

    `scimctl connections disable k3x7m2qwertyuiop --environment acme`
    """
    from lambdas.credentials.connections import State
    from lambdas.operations.connections import Connections
    from scimctl.connections import show as printing
    from scimctl.targets import resolve

    target = resolve(environment)
    operations = Connections(target)
    found = operations.connection(connection_id(connection))
    if found.connection.state is State.ENABLED:
        confirm(
            f"Every token of connection {printing.name_of(found)} will be refused until it is enabled again.", yes=yes
        )
        found = replace(found, connection=operations.set_state(found.connection, State.DISABLED))
    printing.print_state(target, found, output)


@app.command()
def enable(connection: ConnectionArgument, environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """Accept the tokens of a disabled connection again, immediately.

    In Entra ID, *Restart provisioning* ends the quarantine of the job.

    **Example**

    `scimctl connections enable k3x7m2qwertyuiop --environment acme`
    """
    from lambdas.credentials.connections import State
    from lambdas.operations.connections import Connections
    from scimctl.connections import show as printing
    from scimctl.targets import resolve

    target = resolve(environment)
    operations = Connections(target)
    found = operations.connection(connection_id(connection))
    if found.connection.state is State.DISABLED:
        found = replace(found, connection=operations.set_state(found.connection, State.ENABLED))
    printing.print_state(target, found, output)


@app.command()
def expect(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    silence: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="The silence after which it counts as stalled, such as 12h or 2d; never; or default, for the environment's file.",
        ),
    ] = "default",
    output: OutputOption = Output.TEXT,
) -> None:
    """Set after how much silence a connection counts as stalled, where the environment's file has a table `[watch]`.

    Microsoft Entra ID sends requests every 40 minutes. Okta sends changes only: never is right for it.

    **Examples**

    `scimctl connections expect k3x7m2qwertyuiop --silence 12h --environment acme`

    `scimctl connections expect k3x7m2qwertyuiop --silence never --environment acme`
    """
    from scimctl.connections import silence as silences

    silences.expect(connection_id(connection), environment, silence, output)


@app.command()
def delete(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Delete a connection and its tokens. The users and groups of its directory **stay**.

    `scimctl connections create` with `--directory` creates another connection to the same directory.

    **Examples**

    `scimctl connections delete k3x7m2qwertyuiop --environment acme`

    `scimctl connections delete k3x7m2qwertyuiop --environment acme --yes --output json`
    """
    from lambdas.operations.connections import Connections
    from scimctl.connections import show as printing
    from scimctl.targets import resolve

    target = resolve(environment)
    operations = Connections(target)
    found = operations.connection(connection_id(connection))
    confirm(printing.consequence(target, found), yes=yes)
    operations.delete(found.connection)
    printing.print_deleted(target, found, output)
