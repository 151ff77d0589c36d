"""Users who keep failing: requests about them are refused again and again."""

import hashlib
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.operations.log.events import LogEvent, Record, status_of, text_of
from lambdas.operations.log.reader import LogReader, LogUnavailable
from lambdas.records import Kind

WINDOW = timedelta(days=1)
"""How far back failures count. Entra ID retries a failing user in each cycle, later once a day."""

PATTERN = f'{{ $.event = "{Kind.REQUEST}" && $.status >= 400 && $.connection = "*" }}'
"""The filter pattern of refused requests of clients."""

READ_SECONDS = 60
"""How long the log is read in one run. The function has twice as long, and what it reports otherwise does not wait for the log."""

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
    :raises LogUnavailable: When the log does not answer, or takes longer than :data:`READ_SECONDS`.
    """
    late = time.monotonic() + READ_SECONDS
    failures: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], LogEvent] = {}
    for page in reader.pages(now - WINDOW, now, pattern=PATTERN):
        if time.monotonic() > late:
            raise LogUnavailable(f"The log of a day takes longer to read than {READ_SECONDS} seconds.")
        for event in page:
            name = _user_of(event.record)
            if name:
                user = (str(event.record.get("directory")), name)
                failures[user] += 1
                last[user] = max(event, last.get(user, event), key=lambda each: each.at)
    found = [FailingUser(*user, number, last[user].record) for user, number in failures.items() if number >= least]
    return sorted(found, key=lambda each: (-each.failures, each.name))[:MOST]


def _user_of(record: Record) -> str | None:
    """Return the user a refused request of a client is about; None for any other record."""
    is_refused = record.get("event") == Kind.REQUEST and status_of(record) >= 400 and record.get("connection")
    if not is_refused or record.get("resource_type") != "User" or record.get("method") == "GET":
        return None
    return text_of(record, "resource_name") or text_of(record, "external_id") or text_of(record, "resource_id")
