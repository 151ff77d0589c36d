"""The log in pages by time, the newest first: a window of time is read, and the one before it while there is too little."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.operations.journal import STREAMS
from lambdas.operations.log.events import LogEvent, Record
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection
from lambdas.records import Kind

FIRST_WINDOW = timedelta(minutes=15)
"""The first window of time that a page reads; each further one is four times as long."""

LONGEST_WINDOW = timedelta(days=2)

BUSY = 2_000
"""The records of a window after which the next one is not longer, so that a window takes seconds at most."""

SECONDS = 6.0
"""How long a page of a browser waits for the log. A window that was begun is read to its end, so that no record is skipped."""

REQUESTS = f'{{ $.event = "{Kind.REQUEST}" && $.connection = "*" }}'
"""The filter pattern of identity providers' requests; an operator's has no connection."""

CHANGES = frozenset({Kind.OPERATION, Kind.REQUEST})
"""The kinds of records that operators' changes leave."""


@dataclass(frozen=True)
class LogPage:
    """A page of the log."""

    events: list[LogEvent]
    """The newest first."""

    before: datetime | None
    """Where the next page ends; None when the search reached its oldest moment."""


def newest(
    reader: LogReader,
    selection: Selection,
    *,
    until: datetime,
    oldest: datetime,
    limit: int = 100,
    seconds: float | None = None,
) -> LogPage:
    """Return the newest wanted records before a moment.

    A page may have more records than its limit, if several were written in the last millisecond that it covers; so the pages
    together miss none and repeat none.

    :param until: The end of the page, exclusive: now, or :attr:`LogPage.before` of the page before.
    :param oldest: How far back to search.
    :param limit: The number of records after which the page ends.
    :param seconds: The time after which the page ends, whatever it has found; None for no end.
    """
    return _page(reader, selection.pattern(), "", selection.matches, (until, oldest), limit, seconds)


def activity(
    reader: LogReader, *, until: datetime, oldest: datetime, limit: int = 100, seconds: float | None = None
) -> LogPage:
    """Return the newest changes that operators made before a moment, in the console and with scimctl; see :func:`newest`."""
    return _page(reader, "", f"{STREAMS}/", _is_change, (until, oldest), limit, seconds)


def newest_request(
    reader: LogReader, *, until: datetime, oldest: datetime, seconds: float | None = None
) -> LogEvent | None:
    """Return the newest request of an identity provider before a moment; None when there is none, or none in the time."""
    found = _page(reader, REQUESTS, "", is_request, (until, oldest), 1, seconds).events
    return found[0] if found else None


def is_request(record: Record) -> bool:
    """Return whether a record is of an identity provider's request that was answered."""
    return record.get("event") == Kind.REQUEST and bool(record.get("connection"))


def _is_change(record: Record) -> bool:
    return bool(record.get("operator")) and record.get("event") in CHANGES


def _page(
    reader: LogReader,
    pattern: str,
    streams: str,
    wanted: Callable[[Record], bool],
    period: tuple[datetime, datetime],
    limit: int,
    seconds: float | None,
) -> LogPage:
    found: list[LogEvent] = []
    (end, oldest), window = period, FIRST_WINDOW
    late = math.inf if seconds is None else time.monotonic() + seconds
    while end > oldest and len(found) < limit and time.monotonic() < late:
        begin = max(oldest, end - window)
        # The log counts in milliseconds, and its end is inclusive.
        pages = reader.pages(begin, end - timedelta(milliseconds=1), pattern=pattern, streams=streams)
        read = [event for page in pages for event in page]
        found += sorted((each for each in read if wanted(each.record)), key=lambda each: each.at, reverse=True)
        end, window = begin, min(window * 4, LONGEST_WINDOW) if len(read) < BUSY else window
    if len(found) <= limit:
        return LogPage(found, end if end > oldest else None)
    last = found[limit - 1].at
    events = [event for event in found if event.at >= last]
    return LogPage(events, last if len(events) < len(found) or end > oldest else None)
