"""The reader of an environment's log group: page by page, and each event of a followed log once."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import HTTPClientError

from lambdas.operations.aws_errors import aws_errors_as_problems
from lambdas.operations.log.events import LogEvent
from lambdas.operations.problems import Unavailable
from lambdas.operations.target import Target

PAGE = 10_000
"""Events of one FilterLogEvents call, its upper limit. ministack returns no `nextToken`: after a full page, the next one begins at
the time of the last event."""

LATE = timedelta(seconds=30)
"""How late an event may appear after its own time; each poll starts this much earlier."""

POLL_SECONDS = 1.0

Progress = Callable[[int, datetime | None], None]
"""Called before each request with the number of events so far and the time of the last one."""


class LogUnavailable(Unavailable):
    """The log group does not answer."""


def _no_progress(_: int, __: datetime | None) -> None:
    """Report nothing."""


class LogReader:
    """Reads one log group."""

    def __init__(self, client: Any, group: str, place: str, when_silent: str) -> None:
        """Open a log group.

        :param client: A botocore client of CloudWatch Logs.
        :param group: The name of the log group.
        :param place: What messages call it.
        :param when_silent: What to advise when it does not answer.
        """
        self.client = client
        self.group = group
        self.place = place
        self.when_silent = when_silent

    @classmethod
    def of(cls, target: Target) -> Self:
        """Return the reader of an environment's log. Raises Problem when the stack has no output for the log group."""
        with target.aws_errors_as_problems():
            return cls(target.client("logs"), target.log_group, target.place, target.when_silent)

    def pages(
        self,
        since: datetime,
        until: datetime | None = None,
        *,
        pattern: str = "",
        streams: str = "",
        progress: Progress = _no_progress,
    ) -> Iterator[list[LogEvent]]:
        """Yield the events between two moments in the order of their time, page by page. A page may be empty.

        :param pattern: A filter pattern of CloudWatch Logs, so that other events are not transferred. The local cloud ignores
            patterns of JSON, so the caller must filter the events itself.
        :param streams: The beginning of the names of the log streams to read; all by default.
        :raises LogUnavailable: When the log does not answer.
        :raises Problem: When it may not be read.
        """
        request: dict[str, Any] = {"logGroupName": self.group, "startTime": _milliseconds(since), "limit": PAGE}
        if until is not None:
            request["endTime"] = _milliseconds(until)
        if pattern:
            request["filterPattern"] = pattern
        if streams:
            request["logStreamNamePrefix"] = streams
        number, last, known = 0, None, set[LogEvent]()
        while True:
            progress(number, last)
            answer = self._ask(request)
            found = [_event(each) for each in answer["events"]]
            page = [event for event in found if event not in known]
            number += len(page)
            last = page[-1].at if page else last
            yield page
            if answer.get("nextToken"):
                request["nextToken"] = answer["nextToken"]
            elif "nextToken" in request or len(found) < PAGE or last is None or not page:
                return
            else:
                request["startTime"] = _milliseconds(last)
                known = {event for event in found if event.at == last}

    def read(self, since: datetime, until: datetime | None = None, *, pattern: str = "") -> Iterator[LogEvent]:
        """Yield the events of :meth:`pages` one by one."""
        for page in self.pages(since, until, pattern=pattern):
            yield from page

    def follow(
        self, since: datetime, *, pattern: str = "", progress: Progress = _no_progress
    ) -> Iterator[list[LogEvent]]:
        """Yield the events since a moment, then new events as they arrive, without end. No event is repeated."""
        seen: set[LogEvent] = set()
        while True:
            newest = since
            for page in self.pages(since, pattern=pattern, progress=progress):
                fresh = [event for event in page if event not in seen]
                seen.update(fresh)
                newest = max([newest, *(event.at for event in fresh)])
                yield fresh
            since = max(since, newest - LATE)
            seen = {event for event in seen if event.at >= since}
            time.sleep(POLL_SECONDS)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with aws_errors_as_problems(self.place, self.when_silent):
            try:
                answer: dict[str, Any] = self.client.filter_log_events(**request)
            except (HTTPClientError, NoConnectionError):
                raise LogUnavailable(f"No answer from {self.place}. {self.when_silent}") from None
        return answer


def _event(event: dict[str, Any]) -> LogEvent:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    return LogEvent(at, event["message"], event.get("logStreamName", ""), event.get("eventId", ""))


def _milliseconds(at: datetime) -> int:
    return max(0, int(at.timestamp() * 1000))
