"""`scimctl connections`: generate what an administrator pastes into an identity provider, and look after it."""

from typing import Annotated

import typer

from lambdas.credentials.connections import State
from lambdas.operations.connections import Connections, ConnectionWithTokens
from lambdas.operations.target import Target
from scimctl import console
from scimctl.connections.show import (
    connection_grid,
    describe_connection,
    describe_generated,
    describe_held,
    print_generated,
    print_held,
    print_json,
    refused_when,
    refused_within,
)
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

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def connections() -> None:
    """Generate what an administrator pastes into an identity provider, a Tenant URL and a Secret Token; and look after it."""


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
    expires_in_days: LifetimeOption = None,
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
    generated = Connections(resolve(environment)).generate(
        directory=directory, label=label, lifetime_days=expires_in_days
    )
    if output is Output.JSON:
        print_json(describe_generated(generated))
    else:
        print_generated(generated)


@app.command(name="list")
def list_connections(environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """List every connection: what it is called, whether it is open, when its tokens end and when it was last used.

    **Examples**

    `scimctl connections list --environment acme`

    `scimctl connections list --environment acme --output json`
    """
    target = resolve(environment)
    found = Connections(target).all()
    if output is Output.JSON:
        print_json({"connections": [describe_held(target, held) for held in found]})
    elif found:
        console.out.print(connection_grid(found))
    else:
        typer.echo(
            f"There is none yet: `{target.scimctl} connections create --environment {environment}` generates one."
        )


@app.command()
def show(connection: ConnectionArgument, environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """Show a connection and its tokens, without their secrets.

    **Example**

    `scimctl connections show k3x7m2qwertyuiop --environment acme`
    """
    target = resolve(environment)
    held = Connections(target).connection(connection_id(connection))
    if output is Output.JSON:
        print_json(describe_held(target, held))
    else:
        print_held(target, held)


@app.command()
def regenerate(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    expires_in_days: LifetimeOption = None,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Put a new Tenant URL and a new Secret Token in the place of a connection's, and end the old ones **at once**.

    For a URL or tokens that others may know. Provisioning stops until the administrator has pasted both; nothing is lost,
    the users and groups stay, and the identity provider finds them again. To replace a token only, and without a stop, use
    `scimctl tokens rotate`.

    The new connection has the same directory and label, and is enabled, also when the old one was not. Old and new change
    places in one transaction: there is always one of the two, never both and never none.

    **Examples**

    `scimctl connections regenerate k3x7m2qwertyuiop --environment acme`

    `scimctl connections regenerate k3x7m2qwertyuiop --environment acme --yes --output json`
    """
    target = resolve(environment)
    access = Connections(target)
    old = access.connection(connection_id(connection))
    confirm(f"{_ends(target, old)} Provisioning stops until the new ones are pasted.", yes=yes)
    generated = access.regenerate(old.connection, lifetime_days=expires_in_days)
    if output is Output.JSON:
        print_json(describe_generated(generated) | {"ended": describe_held(target, old), **refused_within(target)})
        return
    print_generated(generated)
    typer.echo(f"The old connection {old.connection.id} has ended. {refused_when(target)}", err=True)


@app.command()
def disable(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Refuse every token of a connection, until it is enabled again.

    The identity provider gets 401; Entra ID then puts its job into quarantine and tries again ever more rarely. Nothing is
    deleted.

    **Example**

    `scimctl connections disable k3x7m2qwertyuiop --environment acme`
    """
    target = resolve(environment)
    access = Connections(target)
    held = access.connection(connection_id(connection))
    if held.connection.state is State.ENABLED:
        confirm(f"Every token of connection {_named(held)} will be refused until it is enabled again.", yes=yes)
    _set_state(target, access, held, State.DISABLED, output)


@app.command()
def enable(connection: ConnectionArgument, environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """Accept the tokens of a disabled connection again, at once.

    In Entra ID, *Restart provisioning* ends the quarantine that the job may be in.

    **Example**

    `scimctl connections enable k3x7m2qwertyuiop --environment acme`
    """
    target = resolve(environment)
    access = Connections(target)
    _set_state(target, access, access.connection(connection_id(connection)), State.ENABLED, output)


@app.command()
def delete(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Delete a connection and its tokens. The users and groups of its directory **stay**.

    Another connection to the same directory can be created with `--directory`.

    **Examples**

    `scimctl connections delete k3x7m2qwertyuiop --environment acme`

    `scimctl connections delete k3x7m2qwertyuiop --environment acme --yes --output json`
    """
    target = resolve(environment)
    access = Connections(target)
    held = access.connection(connection_id(connection))
    confirm(_ends(target, held), yes=yes)
    access.delete(held.connection)
    directory = held.connection.directory
    if output is Output.JSON:
        print_json({"deleted": describe_held(target, held), **refused_within(target)})
        return
    typer.echo(f"Connection {_named(held)} is deleted, with {_tokens(held)}. {refused_when(target)}")
    typer.echo(f"The users and groups of directory {directory} stay. To reach them by another connection:")
    typer.echo(f"  {target.scimctl} connections create --environment {environment} --directory {directory}")


def _set_state(target: Target, access: Connections, held: ConnectionWithTokens, state: State, output: Output) -> None:
    """Open or close a connection, and tell how it is now."""
    if held.connection.state is not state:
        held = ConnectionWithTokens(access.set_state(held.connection, state), held.tokens)
    if output is Output.JSON:
        told = describe_connection(held.connection)
        print_json(told if state is State.ENABLED else told | refused_within(target))
    elif state is State.ENABLED:
        typer.echo(f"Connection {_named(held)} is enabled: its tokens are accepted from now on.")
    else:
        typer.echo(f"Connection {_named(held)} is disabled: its tokens are refused. {refused_when(target)}")


def _ends(target: Target, held: ConnectionWithTokens) -> str:
    return f"This ends {target.tenant_url(held.connection.id)} ({held.connection.label or 'no label'}) and {_tokens(held)}."


def _named(held: ConnectionWithTokens) -> str:
    label = held.connection.label
    return f"{held.connection.id} ({label})" if label else held.connection.id


def _tokens(held: ConnectionWithTokens) -> str:
    number = len(held.tokens)
    return f"{number} token" if number == 1 else f"{number} tokens"
