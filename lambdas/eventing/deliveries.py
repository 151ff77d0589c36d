"""The deliveries of webhooks: one item for each event and webhook, deleted 30 days after its last attempt."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambdas.eventing.event import encode
from lambdas.store import keys
from lambdas.store.keys import Item
from lambdas.store.table import Table

KEPT_SECONDS = 30 * 86_400


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one webhook."""

    webhook: str
    event: str
    """The ``jti``."""

    type: str
    subject: str
    """The path of the resource, or the connection's id."""

    time: datetime
    """When the event happened."""

    attempts: int
    last_attempt: datetime
    status: int | None
    error: str | None
    body: str
    """The claims set, as it was sent."""

    @property
    def position(self) -> str:
        """Where it stands among the deliveries of its webhook."""
        return keys.delivery(self.webhook, self.time.isoformat(), self.event).sk

    @property
    def delivered(self) -> bool:
        """Whether the receiver accepted the event."""
        return self.error is None

    @classmethod
    def of(
        cls, webhook: str, claims: dict[str, Any], attempts: int, status: int | None, error: str | None
    ) -> "Delivery":
        """Return the delivery of a claims set after an attempt."""
        subject = claims["sub_id"]
        return cls(
            webhook,
            claims["jti"],
            next(iter(claims["events"])),
            subject.get("uri") or subject["id"],
            datetime.fromtimestamp(claims["iat"], UTC),
            attempts,
            datetime.now(UTC),
            status,
            error,
            encode(claims),
        )


class DeliveryStore:
    """The deliveries of one environment."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def keep(self, delivery: Delivery) -> None:
        """Store how far a delivery has come: 1 write."""
        item: Item = {
            **keys.key_of(keys.Key(keys.deliveries(delivery.webhook), delivery.position)),
            "event": {"S": delivery.event},
            "type": {"S": delivery.type},
            "subject": {"S": delivery.subject},
            "attempts": {"N": str(delivery.attempts)},
            "last_attempt": {"S": delivery.last_attempt.isoformat()},
            "body": {"S": delivery.body},
            "expires_at": {"N": str(int(time.time()) + KEPT_SECONDS)},
        }
        if delivery.status is not None:
            item["status"] = {"N": str(delivery.status)}
        if delivery.error is not None:
            item["error"] = {"S": delivery.error}
        self.table.write({"Put": {"Item": item}})

    def newest(self, webhook: str, *, after: str | None = None, limit: int | None = None) -> Iterator[Delivery]:
        """Yield the deliveries of a webhook, those of the newest events first.

        :param after: Yield only those beyond this :attr:`Delivery.position`.
        :param limit: The most deliveries to yield.
        """
        for item in self.table.query(keys.deliveries(webhook), after=after, limit=limit, backwards=True):
            yield _delivery(webhook, item)

    def at(self, webhook: str, position: str) -> Delivery | None:
        """Return the delivery at a :attr:`Delivery.position`: 1 GetItem. None when there is none."""
        item = self.table.get(keys.Key(keys.deliveries(webhook), position))
        return None if item is None else _delivery(webhook, item)


def _delivery(webhook: str, item: Item) -> Delivery:
    return Delivery(
        webhook,
        item["event"]["S"],
        item["type"]["S"],
        item["subject"]["S"],
        datetime.fromisoformat(item["sk"]["S"].partition("#")[0]),
        int(item["attempts"]["N"]),
        datetime.fromisoformat(item["last_attempt"]["S"]),
        int(item["status"]["N"]) if "status" in item else None,
        item.get("error", {}).get("S"),
        item["body"]["S"],
    )
