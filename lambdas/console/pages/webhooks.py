"""Webhooks: each endpoint of the product with its state, its deliveries, a test event, and what is delivered once more."""

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.paging import PAGE
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT
from lambdas.credentials.sessions import Role
from lambdas.environment.file import Webhook
from lambdas.eventing.deliveries import Delivery
from lambdas.operations.webhooks import Backlog, Webhooks

REDRIVE_SECONDS = 15.0
"""How long one click moves events from the dead-letter queue; API Gateway waits for 29 seconds at most."""

MAX_POSITION = 1_024
"""Bytes of a sort key (AWS limit)."""


def add_routes(console: Console) -> None:
    """Serve the pages, where the environment's file has webhooks."""
    if not console.environment.webhooks:
        return

    def webhooks(request: Request) -> Webhooks:
        return Webhooks(console.target(request))

    def back(request: Request, webhook_id: str, done: str) -> Response[str]:
        return responses.redirect(f"{request.urls.base}{ROOT}/webhooks/{webhook_id}?done={done}")

    def state_of(found: Webhooks, webhook: Webhook) -> dict[str, Any]:
        backlog = found.backlog(webhook.id)
        last = next(iter(found.page(webhook.id, size=1).deliveries), None)
        return {"webhook": webhook, "backlog": backlog, "last": last, "state": name_of_state(backlog, last)}

    @console.page("GET", "/webhooks", Role.TECHNICIAN)
    def listed(request: Request) -> Response[str]:
        """List the webhooks."""
        found = webhooks(request)
        rows = [state_of(found, each) for each in console.environment.webhooks]
        return console.show("webhooks.html", request, title="Webhooks", rows=rows)

    @console.page("GET", "/webhooks/<webhook_id>", Role.TECHNICIAN)
    def one(request: Request, webhook_id: str) -> Response[str]:
        """Show one webhook with a page of its deliveries."""
        found = webhooks(request)
        failed = request.query.get("show") == "failed"
        after = request.query.get("after", "")
        page = found.page(webhook_id, after[:MAX_POSITION] or None, failed=failed, size=PAGE)
        return console.show(
            "webhook.html",
            request,
            HTTPStatus.OK,
            title=webhook_id,
            **state_of(found, found.webhook(webhook_id)),
            lines=[_line(each) for each in page.deliveries],
            failed=failed,
            after=page.after,
            is_later=bool(after),
        )

    @console.page("POST", "/webhooks/<webhook_id>/test", Role.TECHNICIAN)
    def test(request: Request, webhook_id: str) -> Response[str]:
        """Send an event about a user that does not exist."""
        webhooks(request).test(webhook_id)
        return back(request, webhook_id, "tested")

    @console.page("POST", "/webhooks/<webhook_id>/resend", Role.TECHNICIAN)
    def resend(request: Request, webhook_id: str) -> Response[str]:
        """Deliver one event once more."""
        webhooks(request).resend_at(webhook_id, request.form.get("position", "")[:MAX_POSITION] or "-")
        return back(request, webhook_id, "resent")

    @console.page("POST", "/webhooks/<webhook_id>/redrive", Role.ADMINISTRATOR)
    def redrive(request: Request, webhook_id: str) -> Response[str]:
        """Deliver all events once more that were not accepted in three days."""
        webhooks(request).redrive(webhook_id, seconds=REDRIVE_SECONDS)
        return back(request, webhook_id, "redriven")


def name_of_state(backlog: Backlog, last: Delivery | None) -> str:
    """Return the state of a webhook in one word: ``failing``, ``delivering`` or ``unused``."""
    if backlog.dead or (last is not None and not last.delivered):
        return "failing"
    return "unused" if last is None else "delivering"


def _line(delivery: Delivery) -> dict[str, Any]:
    kind = delivery.type.rpartition(":event:")[2]
    is_user = delivery.subject.startswith("/Users/")
    return {
        "delivery": delivery,
        "type": kind,
        "path": delivery.subject.lower() if is_user or delivery.subject.startswith("/Groups/") else None,
        "outcome": delivery.error or f"accepted with {delivery.status}",
    }
