"""Users who keep failing: requests about them are refused again and again."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.operations.log.events import LogEvent, Record, status_of, text_of
from lambdas.operations.log.reader import LogReader
from lambdas.records import Kind

WINDOW = timedelta(days=1)
"""How far back failures count. Entra ID retries a failing user in each cycle, later once a day."""

PATTERN = f'{{ $.event = "{Kind.REQUEST}" && $.status >= 400 && $.connection = "*" }}'
"""The filter pattern of refused requests of clients."""

MOST = 2_000
"""The most failing users that are remembered, so that what is remembered fits into one item."""


@dataclass(frozen=True)
class FailingUser:
    """A user about whom requests were refused repeatedly within :data:`WINDOW`."""

    directory: str
    name: str
    """The ``userName``, or else the ``externalId`` or the id."""

    failures: int
    last: Record
    """The record of the last refused request."""

    @property
    def digest(self) -> str:
        """What is remembered of the user: no name."""
        return hashlib.sha256(f"{self.directory}\n{self.name.casefold()}".encode()).hexdigest()[:16]


def failing_users(reader: LogReader, now: datetime, least: int) -> list[FailingUser]:
    """Return the failing users, those with the most failures first.

    :param least: The number of refused requests from which a user is failing.
    :raises LogUnavailable: When the log does not answer.
    """
    refused: dict[tuple[str, str], list[LogEvent]] = defaultdict(list)
    for event in reader.read(now - WINDOW, now, pattern=PATTERN):
        name = _user_of(event.record)
        if name:
            refused[str(event.record.get("directory")), name].append(event)
    found = [
        FailingUser(directory, name, len(events), max(events, key=lambda each: each.at).record)
        for (directory, name), events in refused.items()
        if len(events) >= least
    ]
    return sorted(found, key=lambda each: (-each.failures, each.name))[:MOST]


def _user_of(record: Record) -> str | None:
    """Return the user a refused request of a client is about; None for any other record."""
    is_refused = record.get("event") == Kind.REQUEST and status_of(record) >= 400 and record.get("connection")
    if not is_refused or record.get("resource_type") != "User" or record.get("method") == "GET":
        return None
    return text_of(record, "resource_name") or text_of(record, "external_id") or text_of(record, "resource_id")
