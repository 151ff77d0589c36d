"""The log in pages by time, the newest first: a window of time is read, and the one before it while there is too little."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.operations.journal import STREAMS
from lambdas.operations.log.events import LogEvent
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection

FIRST_WINDOW = timedelta(minutes=15)
"""The first window of time that a page reads; each further one is four times as long."""

LONGEST_WINDOW = timedelta(days=2)


@dataclass(frozen=True)
class LogPage:
    """A page of the log."""

    events: list[LogEvent]
    """The newest first."""

    before: datetime | None
    """Where the next page ends; None when the search reached its oldest moment."""


def newest(reader: LogReader, selection: Selection, *, until: datetime, oldest: datetime, limit: int = 100) -> LogPage:
    """Return the newest wanted records before a moment.

    A page may have more records than its limit, if several were written in the last millisecond that it covers; so the pages
    together miss none and repeat none.

    :param until: The end of the page, exclusive: now, or :attr:`LogPage.before` of the page before.
    :param oldest: How far back to search.
    :param limit: The number of records after which the page ends.
    """
    return _page(reader, selection.pattern(), "", selection.matches, until, oldest, limit)


def activity(reader: LogReader, *, until: datetime, oldest: datetime, limit: int = 100) -> LogPage:
    """Return the newest changes that operators made before a moment, in the console and with scimctl; see :func:`newest`."""
    return _page(reader, "", f"{STREAMS}/", lambda record: "operator" in record, until, oldest, limit)


def _page(
    reader: LogReader,
    pattern: str,
    streams: str,
    wanted: Callable[[dict[str, object]], bool],
    until: datetime,
    oldest: datetime,
    limit: int,
) -> LogPage:
    found: list[LogEvent] = []
    end, window = until, FIRST_WINDOW
    while end > oldest and len(found) < limit:
        begin = max(oldest, end - window)
        # The log counts in milliseconds, and its end is inclusive.
        pages = reader.pages(begin, end - timedelta(milliseconds=1), pattern=pattern, streams=streams)
        found += sorted(
            (event for page in pages for event in page if wanted(event.record)), key=lambda each: each.at, reverse=True
        )
        end, window = begin, min(window * 4, LONGEST_WINDOW)
    if len(found) <= limit:
        return LogPage(found, end if end > oldest else None)
    last = found[limit - 1].at
    events = [event for event in found if event.at >= last]
    return LogPage(events, last if len(events) < len(found) or end > oldest else None)
