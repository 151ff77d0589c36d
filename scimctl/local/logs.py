"""The SCIM log of the local cloud, read from CloudWatch Logs and told for people."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import HTTPClientError
from rich.text import Text

from scimctl.local.state import LocalState
from scimctl.problems import Problem

SHOWN = ("scim.request", "scim.refused", "scim.failure")
"""The records that tell of a client's request; the rest of the log group is of the machinery."""

_PAGE = 10_000
"""Events of one FilterLogEvents call, its upper limit. ministack gives no `nextToken`: a full page is read on in time."""

_LATE = timedelta(seconds=10)
"""How much later than its own time an event may appear; so far back a poll looks again."""

_POLL_SECONDS = 1.0
_ANSWER_SECONDS = 30

_SINCE = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Stopped(Problem):
    """The local cloud does not answer any more."""


@dataclass(frozen=True)
class LogEvent:
    """One line of the log group."""

    at: datetime
    message: str

    @property
    def record(self) -> dict[str, Any]:
        """The line as Powertools' Logger wrote it; empty when it is no JSON object."""
        try:
            value = json.loads(self.message)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


class LogReader:
    """Reads the log group of a local environment; every event once."""

    def __init__(self, local: LocalState) -> None:
        """Take where the local cloud answers. Raises Problem when no log group was deployed."""
        if "LogGroupName" not in local.outputs:
            raise Problem("The stack has no log group yet: run `scimctl local up` first.")
        self.group = local.outputs["LogGroupName"]
        once = Config(retries={"total_max_attempts": 1}, read_timeout=_ANSWER_SECONDS)
        self.client = boto3.client("logs", config=once, **local.client_arguments())
        self._seen: dict[tuple[int, str, str], None] = {}

    def read(self, since: datetime) -> Iterator[LogEvent]:
        """Give the events since a moment that were not given before, in the order of their time."""
        start = max(0, int(since.timestamp() * 1000))
        while True:
            page = self._page(start)
            fresh = [event for event in page if _identity(event) not in self._seen]
            for event in fresh:
                self._seen[_identity(event)] = None
                yield LogEvent(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"])
            if len(page) < _PAGE or not fresh:
                return
            start = page[-1]["timestamp"]

    def follow(self, since: datetime) -> Iterator[LogEvent]:
        """Give the events since a moment, and then each as it comes, for ever."""
        while True:
            newest = since
            for event in self.read(since):
                newest = max(newest, event.at)
                yield event
            since = max(since, newest - _LATE)
            self._forget(since)
            time.sleep(_POLL_SECONDS)

    def _page(self, start: int) -> list[dict[str, Any]]:
        """Ask for events from a moment on, in milliseconds."""
        try:
            answer = self.client.filter_log_events(logGroupName=self.group, startTime=start, limit=_PAGE)
        except (HTTPClientError, NoConnectionError):
            raise Stopped("The local cloud was stopped.") from None
        events: list[dict[str, Any]] = answer["events"]
        return events

    def _forget(self, before: datetime) -> None:
        """Forget the events that no poll can see again."""
        earliest = int(before.timestamp() * 1000)
        self._seen = {identity: None for identity in self._seen if identity[0] >= earliest}


def moment(since: str, now: datetime) -> datetime:
    """Read `--since`: how long ago (`90s`, `10m`, `2h`, `1d`) or a time (ISO 8601; local without an offset).

    Raises Problem for anything else.
    """
    ago = _SINCE.fullmatch(since)
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(since).astimezone(UTC)
    except (ValueError, OverflowError):
        example = f"{now:%Y-%m-%dT%H:%M}"
        raise Problem(f"--since {since}: give how long ago, as in 10m or 2h, or a time, as in {example}.") from None


def told(event: LogEvent, *, everything: bool = False) -> Text | None:
    """Tell an event in one line; None for one that is not about a client's request, unless `everything` is asked for."""
    record = event.record
    kind = record.get("event")
    if kind not in SHOWN:
        return Text(f"{_clock(event)}  {event.message.rstrip()}", style="dim") if everything else None
    if kind == "scim.request":
        return _request(event, record)
    if kind == "scim.refused":
        return _refusal(event, record)
    failure = f"{record.get('exception_name')}: request {record.get('request_id')}\n{record.get('exception', '')}"
    return Text(f"{_clock(event)}  failure  {failure}".rstrip(), style="red")


def _request(event: LogEvent, record: dict[str, Any]) -> Text:
    """Tell of an answered request: time, status, what, whom, what changed or was wrong, how long."""
    status = int(record.get("status", 0))
    line = Text(f"{_clock(event)}  ")
    line.append(f"{status}", style=_colour(status))
    line.append(f"  {record.get('method', ''):<6} {_short_route(record)}")
    whom = record.get("resource_name") or record.get("external_id") or record.get("resource_id")
    details = [
        whom,
        f"filter {record['filter']}" if record.get("filter") else None,
        f"changed {', '.join(record['changed'])}" if record.get("changed") else None,
        f"{record['results']} results" if record.get("results") is not None else None,
        " ".join(str(record[name]) for name in ("scim_type", "detail") if record.get(name)),
    ]
    for detail in filter(None, details):
        line.append(f"  {detail}")
    line.append(f"  {record.get('milliseconds', '?')} ms, {record.get('dynamodb_calls', 0)} calls", style="dim")
    return line


def _refusal(event: LogEvent, record: dict[str, Any]) -> Text:
    """Tell of credentials that were refused, and why."""
    line = Text(f"{_clock(event)}  ")
    line.append(str(record.get("status", "5xx")), style="red")
    line.append(f"  credentials refused: {record.get('reason', 'unknown')}")
    for name in ("connection", "token"):
        if record.get(name):
            line.append(f"  {name} {record[name]}")
    return line


def _short_route(record: dict[str, Any]) -> str:
    """Give the route without what all routes begin with."""
    return str(record.get("route", "")).removeprefix("/v2/{connection}") or "/"


def _clock(event: LogEvent) -> str:
    """Give the time of day where the operator is."""
    return f"{event.at.astimezone():%H:%M:%S}"


def _colour(status: int) -> str:
    if status >= 500:
        return "bold red"
    return "yellow" if status >= 400 else "green"


def _identity(event: dict[str, Any]) -> tuple[int, str, str]:
    """Tell an event from all others; ministack gives them no `eventId`."""
    return event["timestamp"], event.get("logStreamName", ""), event.get("eventId") or event["message"]
