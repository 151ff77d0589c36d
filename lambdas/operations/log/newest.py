"""The newest records first, from a log that can only be read forwards: windows that go back and grow."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.operations.log.events import LogEvent, Record
from lambdas.operations.log.reader import LogReader

FIRST_WINDOW = timedelta(minutes=10)
"""The newest window. Each further one is twice as long, so that a quiet log takes few reads and a busy one short ones."""

SECONDS = 6.0
"""How long a page of a browser waits for the log."""

INSTANT = timedelta(milliseconds=1)
"""The smallest difference that CloudWatch Logs distinguishes; both ends of a search belong to it."""


@dataclass(frozen=True)
class NewestRecords:
    """Some of the records before a moment."""

    events: list[LogEvent]
    """The newest first."""

    read_from: datetime
    """Everything from here on has been read. Older records are found from here backwards."""

    is_complete: bool
    """Whether the search reached its start."""


def newest(
    reader: LogReader,
    wanted: Callable[[Record], bool],
    pattern: str,
    *,
    since: datetime,
    until: datetime,
    limit: int,
    seconds: float = SECONDS,
) -> NewestRecords:
    """Return the newest wanted records between two moments.

    It ends early when it has ``limit`` records, or after ``seconds``; a window that was begun is always read to its end, so that
    no record is skipped.

    :param wanted: Whether a record is wanted; a pattern finds at least those.
    :param pattern: A filter pattern of CloudWatch Logs.
    """
    ends = time.monotonic() + seconds
    found: list[LogEvent] = []
    end, window = until, FIRST_WINDOW
    while end > since and len(found) < limit and time.monotonic() < ends:
        start = max(since, end - window)
        events = [each for each in reader.read(start, end - INSTANT, pattern=pattern) if wanted(each.record)]
        found += sorted(events, key=lambda each: each.at, reverse=True)
        end, window = start, window * 2
    return NewestRecords(found, end, end <= since)
