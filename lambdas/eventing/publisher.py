"""Publishes events on the environment's EventBridge bus.

Used by every function that has something to publish; its role needs ``events:PutEvents`` on the bus
(:func:`infra.permissions.publish`), its environment ``EVENT_BUS`` and ``ISSUER``.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lambdas.eventing.event import Event, Source, encode

MAX_ENTRIES = 10
"""Entries of one PutEvents request (AWS limit)."""

MAX_REQUEST_BYTES = 250_000
"""Bytes of the entries of one PutEvents request. AWS allows 256 KB, and counts source, type and time as well."""

RETRYABLE = frozenset({"ThrottlingException", "InternalFailure", "InternalException", "ServiceUnavailable"})
"""Error codes of an entry that another attempt may publish."""


class RejectedEntries(Exception):  # noqa: N818 -- an outcome, not an error of this code
    """EventBridge did not take some events.

    :ivar retryable: The events that another attempt may publish.
    :ivar refused: The events that are refused at every attempt, each with the error code.
    """

    def __init__(self, retryable: Sequence[Event], refused: Sequence[tuple[Event, str]]) -> None:
        super().__init__(f"{len(retryable) + len(refused)} events were not published")
        self.retryable = list(retryable)
        self.refused = list(refused)


class Publisher:
    """Publishes events on one bus."""

    def __init__(self, client: Any, bus: str, source: Source) -> None:
        """Open a bus.

        :param client: A botocore client of EventBridge (``events``).
        :param bus: The bus's name.
        """
        self.client = client
        self.bus = bus
        self.source = source

    @classmethod
    def deployed(cls, connect: Callable[[], Any]) -> "Publisher | None":
        """Return the publisher of the function's environment, or None when its file has no bus.

        :param connect: Returns a client of EventBridge; called only when there is a bus.
        """
        bus = os.environ.get("EVENT_BUS")
        return cls(connect(), bus, Source(os.environ["ENVIRONMENT"], os.environ["ISSUER"])) if bus else None

    def publish(self, events: Sequence[Event]) -> None:
        """Publish events in their order, as many in a request as fit.

        :raises RejectedEntries: When some were not taken. All others were published.
        :raises botocore.exceptions.BotoCoreError: When EventBridge does not answer.
        :raises botocore.exceptions.ClientError: When it refuses a request as a whole.
        """
        retryable: list[Event] = []
        refused: list[tuple[Event, str]] = []
        for batch in self._batches(events):
            answer = self.client.put_events(Entries=[self._entry(each) for each in batch])
            if not answer.get("FailedEntryCount"):
                continue
            for event, result in zip(batch, answer["Entries"], strict=True):
                code = result.get("ErrorCode")
                if code in RETRYABLE:
                    retryable.append(event)
                elif code:
                    refused.append((event, code))
        if retryable or refused:
            raise RejectedEntries(retryable, refused)

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self.bus,
            "Source": self.source.name,
            "DetailType": event.type.value,
            "Time": event.time,
            "Resources": [event.resource],
            "Detail": encode(event.claims(self.source)),
        }

    def _batches(self, events: Sequence[Event]) -> Iterator[list[Event]]:
        batch: list[Event] = []
        size = 0
        for event in events:
            own = event.size(self.source) + 500  # source, type, time and resources
            if batch and (len(batch) == MAX_ENTRIES or size + own > MAX_REQUEST_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(event)
            size += own
        if batch:
            yield batch
