"""`scimctl guard`: show and release the guard against mass deprovisioning."""

from typing import Annotated

import typer

from scimctl.lazy import LightGroup
from scimctl.options import ConnectionArgument, EnvironmentOption, Output, OutputOption, YesOption

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def guard() -> None:
    """Show and release the guard against mass deprovisioning.

    The table [guard] of the environment's file limits how many users one connection deprovisions within an hour: disables, deletes,
    or removes from groups that give permission sets. Beyond the limit they are recorded and raise an alarm, or, with
    `action = "hold"`, are refused until you release them. What operators do never counts.
    """


@app.command()
def show(environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """Show how many users each connection deprovisioned within the last hour, and its limit.

    **Example**

    `scimctl guard show --environment acme`
    """
    from scimctl.guarding import guarding

    guarding.show(environment, output)


@app.command()
def release(
    connection: ConnectionArgument,
    environment: EnvironmentOption,
    duration: Annotated[
        str, typer.Option("--for", metavar="TIME", help="How long nothing is held: 30m, 2h; at most 24h.")
    ] = "2h",
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Allow a connection to deprovision users without a limit for a while.

    The identity provider sends what was held again in its next cycle (Entra ID: every 40 minutes).

    **Example**

    `scimctl guard release k3x7m2qwertyuiop --for 2h --environment acme`
    """
    from scimctl.guarding import guarding

    guarding.release(connection, environment, duration, yes=yes, output=output)
