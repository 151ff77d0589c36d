"""What the commands of `scimctl webhooks` do and print."""

import itertools
from datetime import timedelta
from typing import Any

from rich.table import Table
from rich.text import Text

from lambdas.eventing.deliveries import Delivery
from lambdas.operations.problems import Problem
from lambdas.operations.webhook_secrets import WebhookSecrets, WebhookStatus
from lambdas.operations.webhooks import Webhooks
from scimctl.console import err, out
from scimctl.durations import parse_duration
from scimctl.options import Output, confirm
from scimctl.targets import resolve
from scimprobe.printable import json_text, printable

LONGEST_GRACE = timedelta(days=7)


def list_webhooks(environment: str, output: Output) -> None:
    """Print the webhooks of an environment."""
    found = WebhookSecrets(resolve(environment)).all()
    if output is Output.JSON:
        out.print(json_text({"webhooks": [_status(each) for each in found]}), soft_wrap=True)
        return
    grid = Table("WEBHOOK", "URL", "SECRET", "WAITING", "FAILED", box=None, pad_edge=False)
    for each in found:
        secret = f"since {each.secret_created:%Y-%m-%d}" if each.secret_created else "none: nothing is delivered"
        grid.add_row(each.webhook.id, Text(printable(each.webhook.url)), secret, str(each.waiting), str(each.dead))
    out.print(grid)


def rotate(environment: str, webhook: str, grace: str, *, yes: bool, output: Output) -> None:
    """Make a new secret and print it once."""
    try:
        period = parse_duration(grace)
    except ValueError as error:
        raise Problem(f"--grace: {error}.") from error
    if period > LONGEST_GRACE:
        raise Problem("--grace: at most 7d.")
    secrets = WebhookSecrets(resolve(environment))
    secrets.webhooks.webhook(webhook)
    if not period:
        confirm("The receiver refuses every event until it has the new secret.", yes=yes)
    secret = secrets.rotate(webhook, period)
    if output is Output.JSON:
        out.print(json_text({"webhook": webhook, "secret": secret}), soft_wrap=True)
        return
    out.print(secret, soft_wrap=True)
    err.print("Store it in the receiver now: it cannot be shown again.")


def deliveries(environment: str, webhook: str, *, failed: bool, limit: int, output: Output) -> None:
    """Print the newest deliveries of a webhook."""
    found = itertools.islice(Webhooks(resolve(environment)).deliveries(webhook, failed=failed), limit)
    if output is Output.JSON:
        out.print(json_text({"deliveries": [_delivery(each) for each in found]}), soft_wrap=True)
        return
    grid = Table("TIME", "EVENT", "TYPE", "ABOUT", "ATTEMPTS", "RESULT", box=None, pad_edge=False)
    for each in found:
        result = str(each.status) if each.delivered else (each.error or "")
        kind = each.type.rpartition(":event:")[2]
        cells = (f"{each.time:%Y-%m-%d %H:%M:%S}", each.event, kind, each.subject, str(each.attempts), result)
        grid.add_row(*(Text(printable(cell)) for cell in cells))
    out.print(grid)


def resend(environment: str, webhook: str, event: str) -> None:
    """Deliver an event again."""
    sent = Webhooks(resolve(environment)).resend(webhook, event)
    out.print(f"Event {printable(sent.event)} is on its way to {webhook}.", soft_wrap=True)


def redrive(environment: str, webhook: str) -> None:
    """Deliver all failed events again."""
    moved = Webhooks(resolve(environment)).redrive(webhook)
    out.print(f"{moved} events are on their way to {webhook}.")


def test(environment: str, webhook: str) -> None:
    """Send a test event."""
    event = Webhooks(resolve(environment)).test(webhook)
    out.print(f"Event {event} is on its way to {webhook}.", soft_wrap=True)
    err.print(f"`scimctl webhooks deliveries {webhook} --environment {environment}` shows the receiver's answer.")


def _status(status: WebhookStatus) -> dict[str, Any]:
    return {
        "id": status.webhook.id,
        "url": status.webhook.url,
        "types": [each.value for each in status.webhook.types],
        "secret_created": status.secret_created and status.secret_created.isoformat(),
        "rotating_until": status.rotating_until and status.rotating_until.isoformat(),
        "waiting": status.waiting,
        "failed": status.dead,
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "event": delivery.event,
        "type": delivery.type,
        "about": delivery.subject,
        "time": delivery.time.isoformat(),
        "attempts": delivery.attempts,
        "last_attempt": delivery.last_attempt.isoformat(),
        "delivered": delivery.delivered,
        "status": delivery.status,
        "error": delivery.error,
    }
