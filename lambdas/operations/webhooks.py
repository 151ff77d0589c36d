"""The deliveries of an environment's webhooks. What an operator sends leaves a record under the operator's name.

The secrets of webhooks are not here (:mod:`lambdas.operations.webhook_secrets`): the console can neither read nor make them.
"""

import json
import math
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from lambdas.environment.event_types import EventType
from lambdas.environment.file import Webhook
from lambdas.eventing.deliveries import Delivery, DeliveryStore
from lambdas.eventing.event import Event, Source
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Incomplete, NotFound, Problem
from lambdas.operations.target import Target
from lambdas.records import Kind, record

RECEIVED_AT_ONCE = 10
"""Messages of one ReceiveMessage request (AWS limit)."""

SIFTED = 500
"""Deliveries that a page of failures reads at most: a receiver that accepts all but one event has few."""


def queue_name(environment: str, webhook: str) -> str:
    """Return the name of the queue with a webhook's undelivered events."""
    return f"scim-{environment}-webhook-{webhook}"


def dead_letters_name(environment: str, webhook: str) -> str:
    """Return the name of the queue with events that a webhook did not accept in three days."""
    return f"{queue_name(environment, webhook)}-dead"


@dataclass(frozen=True)
class Backlog:
    """The events that a webhook has not accepted, by SQS's approximate counts."""

    waiting: int
    """Events that are not delivered yet."""

    dead: int
    """Events that were not accepted in three days."""


@dataclass(frozen=True)
class DeliveryPage:
    """A page of a webhook's deliveries."""

    deliveries: list[Delivery]
    """Those of the newest events first."""

    after: str | None
    """What :meth:`Webhooks.page` takes to return the next page; None on the last one."""


class Webhooks:
    """The webhooks of one environment, and what is delivered to them."""

    def __init__(self, target: Target) -> None:
        """Open those of a deployed environment."""
        self.target = target
        self.name = target.settings.name

    def webhook(self, webhook_id: str) -> Webhook:
        """Return a webhook.

        :raises NotFound: When the environment's file has none of this id.
        """
        found = next((each for each in self.target.settings.webhooks if each.id == webhook_id), None)
        if found is None:
            names = ", ".join(each.id for each in self.target.settings.webhooks) or "none"
            raise NotFound(f"environments/{self.name}.toml has no webhook {webhook_id}. Its webhooks are: {names}.")
        return found

    def deliveries(self, webhook_id: str, *, failed: bool = False) -> Iterator[Delivery]:
        """Yield the deliveries of 30 days, those of the newest events first.

        :param failed: Only those that the receiver has not accepted.
        """
        webhook = self.webhook(webhook_id)
        with self.target.aws_errors_as_problems():
            for each in DeliveryStore(self.target.table()).newest(webhook.id):
                if not (failed and each.delivered):
                    yield each

    def backlog(self, webhook_id: str) -> Backlog:
        """Return how many events wait or failed for good. It reads no secret."""
        webhook = self.webhook(webhook_id)
        with self.target.aws_errors_as_problems():
            sqs = self.target.client("sqs")
            return Backlog(*(self._count(sqs, each(self.name, webhook.id)) for each in (queue_name, dead_letters_name)))

    def page(self, webhook_id: str, after: str | None = None, *, failed: bool = False, size: int = 50) -> DeliveryPage:
        """Return a page of the deliveries of 30 days.

        :param after: :attr:`DeliveryPage.after` of the page before; None for the first.
        :param failed: Only those that the receiver has not accepted, among the next :data:`SIFTED` deliveries.
        """
        webhook = self.webhook(webhook_id)
        found: list[Delivery] = []
        read, last = 0, after
        limit = SIFTED if failed else size + 1
        with self.target.aws_errors_as_problems():
            for each in DeliveryStore(self.target.table()).newest(webhook.id, after=after, limit=limit):
                if len(found) == size:
                    return DeliveryPage(found, last)
                read, last = read + 1, each.position
                if not (failed and each.delivered):
                    found.append(each)
        return DeliveryPage(found, last if failed and read == limit else None)

    def resend_at(self, webhook_id: str, position: str) -> Delivery:
        """Deliver an event once more, as :meth:`resend` does, without a search: 1 GetItem.

        :param position: :attr:`Delivery.position`.
        :raises NotFound: When there is no such delivery.
        """
        webhook = self.webhook(webhook_id)
        with self.target.aws_errors_as_problems():
            found = DeliveryStore(self.target.table()).at(webhook.id, position)
        if found is None:
            raise NotFound(f"The webhook {webhook_id} has no such delivery: deliveries are kept for 30 days.")
        return self._resend(found)

    def resend(self, webhook_id: str, event: str) -> Delivery:
        """Deliver an event once more, with the same ``jti``.

        :param event: The ``jti``, or its beginning.
        :raises NotFound: When there is no such delivery.
        :raises Problem: When several events begin so.
        """
        found = {each.event: each for each in self.deliveries(webhook_id) if each.event.startswith(event)}
        if not found:
            raise NotFound(f"The webhook {webhook_id} has no delivery of an event {event}.")
        if len(found) > 1 and event not in found:
            raise Problem(f"{len(found)} events begin with {event}: pass more of the id.")
        return self._resend(found.get(event) or next(iter(found.values())))

    def test(self, webhook_id: str) -> str:
        """Send an event to a webhook that says nothing about anybody, and return its ``jti``."""
        webhook = self.webhook(webhook_id)
        journal = Journal(self.target)
        source = Source(self.name, f"{self.target.base_url}/v2")
        jti = f"test-{uuid.uuid4()}"
        subject = {"format": "scim", "uri": f"/Users/{uuid.UUID(int=0)}"}
        directory = self.target.settings.directory
        event = Event(EventType.FEED_ADD, directory, subject, {}, jti, jti, datetime.now(UTC), 1)
        self._send(webhook.id, event.claims(source))
        self.record(journal, "webhook tested", webhook, detail=jti)
        return jti

    def redrive(self, webhook_id: str, *, seconds: float | None = None) -> int:
        """Move all events from the dead-letter queue back to the queue, and return how many.

        :param seconds: The time after which it stops; the rest stays for another call. None for no end.
        :raises Incomplete: When it fails after it moved events. They are recorded.
        :raises Problem: When it fails before.
        """
        webhook = self.webhook(webhook_id)
        journal = Journal(self.target)
        moved, is_done = 0, False
        try:
            with self.target.aws_errors_as_problems():
                for _ in self._move(webhook, math.inf if seconds is None else time.monotonic() + seconds):
                    moved += 1
            is_done = True
        except Problem as problem:
            if not moved:
                raise
            raise Incomplete(f"Moved {moved} events, and then failed. Retry to move the rest. {problem}") from problem
        finally:
            if moved or is_done:
                self.record(journal, "webhook events redriven", webhook, detail=f"{moved} events")
        return moved

    def _move(self, webhook: Webhook, late: float) -> Iterator[None]:
        """Move events from the dead-letter queue back to the queue, and yield after each that is sent.

        :param late: The value of the monotonic clock from which on no more events are received.
        """
        sqs = self.target.client("sqs")
        source, queue = (self._url(sqs, each(self.name, webhook.id)) for each in (dead_letters_name, queue_name))
        while time.monotonic() < late:
            answer = sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=RECEIVED_AT_ONCE)
            messages = answer.get("Messages")
            if not messages:
                return
            for each in messages:
                sqs.send_message(QueueUrl=queue, MessageBody=each["Body"])
                yield
                sqs.delete_message(QueueUrl=source, ReceiptHandle=each["ReceiptHandle"])

    def _resend(self, delivery: Delivery) -> Delivery:
        journal = Journal(self.target)
        self._send(delivery.webhook, json.loads(delivery.body))
        self.record(journal, "webhook event sent again", self.webhook(delivery.webhook), detail=delivery.event)
        return delivery

    def _count(self, sqs: Any, name: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = sqs.get_queue_attributes(QueueUrl=self._url(sqs, name), AttributeNames=names)
        return sum(int(answer["Attributes"].get(each, 0)) for each in names)

    def _send(self, webhook_id: str, claims: dict[str, Any]) -> None:
        with self.target.aws_errors_as_problems():
            sqs = self.target.client("sqs")
            url = self._url(sqs, queue_name(self.name, webhook_id))
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"detail": claims}))

    def _url(self, sqs: Any, name: str) -> str:
        """Return a queue's URL.

        :raises Problem: When it is not deployed.
        """
        try:
            return _queue_url(sqs, name)
        except ClientError as error:
            if "NonExistentQueue" not in error.response["Error"].get("Code", ""):
                raise
            raise Problem(f"There is no queue {name} in {self.target.place}: deploy the environment first.") from error

    def record(self, journal: Journal, action: str, webhook: Webhook, *, detail: str | None = None) -> None:
        """Record what an operator did with a webhook.

        :raises Problem: When it cannot be written.
        """
        journal.write(
            record(
                Kind.OPERATION,
                environment=self.name,
                directory=self.target.settings.directory,
                operator=journal.operator,
                action=action,
                detail=f"{webhook.id}: {detail}" if detail else webhook.id,
            )
        )


@cache
def _queue_url(sqs: Any, name: str) -> str:
    """Return a queue's URL; it does not change while the queue exists, so that a page asks for it once in a function's life."""
    return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
