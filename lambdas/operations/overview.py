"""Whether provisioning is alive, and what needs attention: the data of the console's first page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.credentials.connections import Token
from lambdas.operations.connections import Connections
from lambdas.operations.log.events import LogEvent, Record, is_failure
from lambdas.operations.log.pages import newest
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection
from lambdas.operations.target import Target
from lambdas.records import Kind

DAY = timedelta(days=1)

BACK = timedelta(days=7)
"""How far back the last request is searched for."""

PAUSE = timedelta(minutes=10)
"""A pause between two requests of a connection that separates two cycles; Entra ID's cycles are 20 to 40 minutes apart."""

MOST = 1_000
"""The most records of a cycle that are counted."""

SOON = timedelta(days=30)
"""How long before its expiry a token needs attention, like the alarm of the stack."""


@dataclass(frozen=True)
class Cycle:
    """The last requests of a connection without a long pause between them."""

    connection: str
    began: datetime
    ended: datetime
    requests: int
    failures: int


@dataclass(frozen=True)
class Activity:
    """What identity providers did lately."""

    last_cycle: Cycle | None
    """None when there was no request in :data:`BACK`. Its end is the last request."""

    failures: list[int]
    """The number of failures in each of the last 24 hours, the current hour last; every kind of failure counts."""


def read_activity(target: Target, now: datetime) -> Activity:
    """Return what identity providers did lately, from the log.

    :raises Problem: When the log cannot be read.
    """
    reader = LogReader.of(target)
    failures = [0] * 24
    failed = Selection(failed=True)
    for event in reader.read(now - DAY, now, pattern=failed.pattern()):
        hours = int((now - event.at) / timedelta(hours=1))
        if failed.matches(event.record) and 0 <= hours < len(failures):
            failures[-1 - hours] += 1
    return Activity(_last_cycle(reader, now), failures)


def expiring_tokens(target: Target, now: datetime) -> list[Token]:
    """Return the tokens that expire within :data:`SOON`, the first to expire first; expired ones are not among them."""
    live = [token for each in Connections(target).all() for token in each.live(now)]
    return sorted((each for each in live if each.expires - now < SOON), key=lambda each: each.expires)


def last_request(target: Target, now: datetime) -> datetime | None:
    """Return when an identity provider or product sent its last request in :data:`BACK`; None when none did.

    :raises Problem: When the log cannot be read.
    """
    found = _last_request(LogReader.of(target), now)
    return found.at if found else None


def _last_request(reader: LogReader, now: datetime) -> LogEvent | None:
    last = newest(reader, Selection(), until=now, oldest=now - BACK, limit=1).events
    while last and not _is_request(last[0].record):
        last = newest(reader, Selection(), until=last[-1].at, oldest=now - BACK, limit=1).events
    return last[0] if last else None


def _last_cycle(reader: LogReader, now: datetime) -> Cycle | None:
    last = _last_request(reader, now)
    if last is None:
        return None
    connection, ended = str(last.record["connection"]), last.at
    of_connection = Selection(connection=connection)
    page = newest(reader, of_connection, until=ended + timedelta(milliseconds=1), oldest=ended - DAY, limit=MOST)
    began, requests, failures = ended, 0, 0
    for event in page.events:
        if not _is_request(event.record):
            continue
        if began - event.at > PAUSE:
            break
        began, requests, failures = event.at, requests + 1, failures + is_failure(event.record)
    return Cycle(connection, began, ended, requests, failures)


def _is_request(record: Record) -> bool:
    return record.get("event") == Kind.REQUEST and bool(record.get("connection"))
