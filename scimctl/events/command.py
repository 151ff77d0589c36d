"""`scimctl events`: replay, follow and receive the change events of an environment."""

from typing import Annotated

import typer

from scimctl.lazy import LightGroup
from scimctl.options import DirectoryOption, EnvironmentOption, Output, OutputOption, YesOption

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def events() -> None:
    """Replay, follow and receive the change events of an environment."""


@app.command()
def replay(
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Publish one event for each user and group, so that products read the whole directory again.

    The events are `urn:ietf:params:scim:event:feed:add`. Replay after changes were lost, or after a change of the environment's
    file that changes permission sets. It can be repeated.

    **Example**

    `scimctl events replay --environment acme`
    """
    from scimctl.events import replay as commands

    commands.replay(environment, directory, yes=yes, output=output)


@app.command()
def tail(
    environment: EnvironmentOption,
    directory: DirectoryOption = None,
    count: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="End after so many events.", show_default=False)
    ] = None,
    duration: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help="End after this time, for example 30s or 5m.", show_default=False),
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show events as they are published, until Ctrl-C.

    It creates a queue and a rule on the environment's bus, and deletes both at the end.

    **Examples**

    `scimctl events tail --environment acme`

    `scimctl events tail --environment acme --count 1 --output json`
    """
    from scimctl.events import tail as commands

    commands.tail(environment, directory, count=count, duration=duration, output=output)


@app.command()
def listen(
    port: Annotated[int, typer.Option(min=1, max=65535, metavar="PORT", help="The port on 127.0.0.1.")] = 8765,
    answer: Annotated[
        int, typer.Option(min=200, max=599, metavar="STATUS", help="The status to answer with, to try retries.")
    ] = 204,
    count: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="End after so many events.", show_default=False)
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Receive webhooks on this machine and show them, until Ctrl-C.

    With the secret in the environment variable `SCIM_WEBHOOK_SECRET` it verifies their signatures, and answers 401 to any other.

    **Example**

    `scimctl events listen --port 8765`
    """
    from scimctl.events import listen as commands

    commands.listen(port, answer, count=count, output=output)
