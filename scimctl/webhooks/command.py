"""`scimctl webhooks`: secrets, deliveries and tests of an environment's webhooks."""

from typing import Annotated

import typer

from scimctl.lazy import LightGroup
from scimctl.options import EnvironmentOption, Output, OutputOption, YesOption

GRACE = "1d"
"""How long a replaced secret signs by default."""

app = typer.Typer(cls=LightGroup, no_args_is_help=True, rich_markup_mode="markdown")

WebhookArgument = Annotated[
    str, typer.Argument(metavar="WEBHOOK", help="The id of a webhook in the environment's file.")
]


@app.callback()
def webhooks() -> None:
    """Manage the secrets and deliveries of an environment's webhooks."""


@app.command(name="list")
def list_webhooks(environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """List the webhooks: their URLs, secrets, and how many events wait or failed for good.

    **Example**

    `scimctl webhooks list --environment acme`
    """
    from scimctl.webhooks import actions

    actions.list_webhooks(environment, output)


@app.command()
def rotate(
    webhook: WebhookArgument,
    environment: EnvironmentOption,
    grace: Annotated[
        str,
        typer.Option(metavar="TIME", help="How long the previous secret signs as well: 12h, 1d; 0s ends it at once."),
    ] = GRACE,
    yes: YesOption = False,
    output: OutputOption = Output.TEXT,
) -> None:
    """Create a webhook's secret, or replace it. It is shown **once**.

    While both are valid, each event has two signatures, so the receiver can change its secret at any time.

    **Example**

    `scimctl webhooks rotate product --environment acme`
    """
    from scimctl.webhooks import actions

    actions.rotate(environment, webhook, grace, yes=yes, output=output)


@app.command()
def deliveries(
    webhook: WebhookArgument,
    environment: EnvironmentOption,
    failed: Annotated[bool, typer.Option("--failed", help="Only events that were not accepted.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 50,
    output: OutputOption = Output.TEXT,
) -> None:
    """Show the deliveries of the last 30 days, the newest first.

    **Example**

    `scimctl webhooks deliveries product --environment acme --failed`
    """
    from scimctl.webhooks import actions

    actions.deliveries(environment, webhook, failed=failed, limit=limit, output=output)


@app.command()
def resend(
    webhook: WebhookArgument,
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id (jti), or its beginning.")],
    environment: EnvironmentOption,
) -> None:
    """Deliver an event once more.

    **Example**

    `scimctl webhooks resend product 6f1c2d --environment acme`
    """
    from scimctl.webhooks import actions

    actions.resend(environment, webhook, event)


@app.command()
def redrive(webhook: WebhookArgument, environment: EnvironmentOption) -> None:
    """Deliver all events again that were not accepted in three days.

    **Example**

    `scimctl webhooks redrive product --environment acme`
    """
    from scimctl.webhooks import actions

    actions.redrive(environment, webhook)


@app.command()
def test(webhook: WebhookArgument, environment: EnvironmentOption) -> None:
    """Send an event about a user that does not exist.

    **Example**

    `scimctl webhooks test product --environment acme`
    """
    from scimctl.webhooks import actions

    actions.test(environment, webhook)
