"""Replaying a directory: one event for each resource that it holds now, so that products read all of them again."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lambdas.environment.event_types import EventType
from lambdas.eventing.event import Event, Source, resource_subject
from lambdas.eventing.publisher import Publisher, RejectedEntries
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.records import Kind, record
from lambdas.retrying import Backoff
from lambdas.store import keys
from lambdas.store.items import Stored
from lambdas.store.table import Table

TYPES = ("User", "Group")


@dataclass(frozen=True)
class Progress:
    """How far a replay has come."""

    published: int
    total: int
    """How many resources there are, by the directory's counts."""


class Replay:
    """Publishes ``feed:add`` (RFC 9967 section 2.3.1) for each user and group of a directory."""

    def __init__(self, target: Target, directory: str) -> None:
        """Open it on a deployed environment.

        :raises Problem: When the environment has no bus.
        """
        self.target = target
        self.directory = directory
        self.full = target.settings.events is not None and target.settings.events.content == "full"
        source = Source(target.settings.name, f"{target.base_url}/v2")
        self.publisher = Publisher(target.client("events"), bus_of(target), source)
        self.id = str(uuid.uuid4())

    def run(self) -> Iterator[Progress]:
        """Publish page by page, and yield how far it has come. The replay leaves a record under the operator's name.

        :raises Problem: When the environment does not answer, or the bus refuses events.
        """
        journal = Journal(self.target)
        table = self.target.table()
        with self.target.aws_errors_as_problems():
            total = sum(self._count(table, each) for each in TYPES)
            published = 0
            for kind in TYPES:
                for page in table.pages(keys.resources(self.directory, kind)):
                    self._publish([self._event(kind, Stored.from_item(item)) for item in page])
                    published += len(page)
                    yield Progress(published, total)
        detail = f"{published} resources"
        journal.write(
            record(
                Kind.OPERATION,
                environment=self.target.settings.name,
                directory=self.directory,
                operator=journal.operator,
                action="events replayed",
                detail=detail,
            )
        )

    def _count(self, table: Table, kind: str) -> int:
        items = table.query(keys.counts(self.directory, kind), attributes=("n",))
        return sum(int(item["n"]["N"]) for item in items)

    def _publish(self, events: list[Event]) -> None:
        """Publish events; those that the bus is too busy for are published again.

        :raises Problem: When it refuses some for another reason.
        :raises OutOfTimeError: When it stays too busy.
        """
        pause = Backoff()
        while events:
            try:
                self.publisher.publish(events)
                events = []
            except RejectedEntries as rejected:
                if rejected.refused:
                    code = rejected.refused[0][1]
                    raise Problem(f"The bus {self.publisher.bus} refused events: {code}.") from rejected
                events = rejected.retryable
                pause.wait()

    def _event(self, kind: str, stored: Stored) -> Event:
        document = json.loads(stored.document)
        subject = resource_subject(kind, stored.id, document.get("externalId"), full=self.full)
        jti = str(uuid.uuid5(uuid.UUID(self.id), subject["uri"]))
        return Event(EventType.FEED_ADD, self.directory, subject, {}, jti, self.id, datetime.now(UTC), stored.version)


def bus_of(target: Target) -> str:
    """Return the name of an environment's bus.

    :raises Problem: When it has none.
    """
    if target.event_bus_name is None:
        name = target.settings.name
        raise Problem(f"Environment {name} has no event bus: add [events] to environments/{name}.toml, and deploy it.")
    return target.event_bus_name
