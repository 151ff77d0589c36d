"""Everything in the log group about one request, found by its ids in the records of all functions."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.operations.guidance import Guide
from lambdas.operations.log.cause import Cause
from lambdas.operations.log.causes import cause_of
from lambdas.operations.log.events import LogEvent, Record, text_of
from lambdas.operations.log.ids import ALL_FIELDS, AUTHORIZER_FIELD, FORM, authorizer_call_of, ids_of, patterns
from lambdas.operations.log.reader import LogReader
from lambdas.records import Kind

STEPS = (timedelta(hours=2), timedelta(days=1), timedelta(days=7))
"""How far back an id is searched for, one after the other: it does not contain a time."""

AROUND = timedelta(minutes=2)
"""How far from a record the other records of the same request are searched for."""

SWEPT_WITHIN = timedelta(minutes=15)
"""How long after a deletion its sweep is searched for."""


@dataclass
class RequestHistory:
    """The records about one request; each part is None where there is no such record."""

    request: LogEvent | None = None
    """The SCIM log's record: who did what, and the result."""

    credentials: LogEvent | None = None
    """The authorizer's record, when it refused."""

    failure: LogEvent | None = None
    """The trace of an unexpected failure."""

    access: LogEvent | None = None
    """API Gateway's record."""

    functions: list[LogEvent] = field(default_factory=list)
    """Lambda's reports of the calls: time, memory, and whether one timed out."""

    sweeps: list[LogEvent] = field(default_factory=list)
    """The sweeps after a group was deleted, in the order of time: one that failed is retried."""

    permissions: list[LogEvent] = field(default_factory=list)
    """Changes of users' permission sets, where the request is the call that noticed them."""

    @property
    def events(self) -> list[LogEvent]:
        """Return all records, in the order of time."""
        parts = [self.access, self.credentials, self.request, self.failure, *self.functions, *self.sweeps]
        parts += self.permissions
        return sorted((each for each in parts if each), key=lambda event: event.at)

    def cause(self, guide: Guide) -> Cause | None:
        """Return why the request failed and what to do, from the record with the most detail; None when it succeeded."""
        for event in (self.credentials, self.request, self.access, self.failure, *self._last_sweeps()):
            cause = cause_of(event.record) if event else None
            if event and cause:
                return cause.of(event.record, guide)
        return None

    def _last_sweeps(self) -> Iterable[LogEvent]:
        """Return the latest sweep of each group, which completes an earlier one that failed."""
        return {str(each.record.get("group")): each for each in self.sweeps}.values()

    def as_json(self, guide: Guide) -> dict[str, Any]:
        """Return the records, the cause and the remedy for programs."""
        parts = {
            "request": self.request,
            "credentials": self.credentials,
            "failure": self.failure,
            "access": self.access,
        }
        cause = self.cause(guide)
        return {
            **{name: _plain(event) for name, event in parts.items() if event},
            "functions": [_plain(each) for each in self.functions],
            "sweeps": [_plain(each) for each in self.sweeps],
            "permissions": [_plain(each) for each in self.permissions],
            **({"why": cause.why, "what_to_do": cause.remedy} if cause else {}),
        }


def find(
    reader: LogReader,
    wanted: str,
    since: datetime | None,
    progress: Callable[[str], None],
    *,
    at: datetime | None = None,
) -> list[RequestHistory]:
    """Return the histories of the requests whose id begins with a text: several when the text is too short.

    :param wanted: The beginning of API Gateway's id of the request, or of Lambda's id of a call that it caused.
    :param since: How far back to search; None to search step by step, see :data:`STEPS`.
    :param progress: Called with a text on the progress.
    :param at: The time of one of its records, where it is known: its neighborhood is searched first, however old it is.
    """
    if not FORM.fullmatch(wanted):
        return []
    now = datetime.now(UTC)
    periods: list[tuple[datetime, datetime | None]] = [(at - AROUND, at + AROUND)] if at else []
    periods += [(each, None) for each in ([since] if since else [now - step for step in STEPS])]
    for begin, end in periods:
        hits = _beginning(reader, (begin, end), wanted, progress)
        if hits:
            return [_history(reader, each, progress) for each in _requests_among(hits, wanted)]
    return []


def _requests_among(hits: list[LogEvent], wanted: str) -> list[list[LogEvent]]:
    """Group records by request: those that share an id of their own, and the authorizer's records beside a request it refused."""
    groups: list[tuple[set[str], list[LogEvent]]] = []
    for hit in hits:
        ids = ids_of(hit.record)
        near = [group for group in groups if group[0] & ids]
        merged = (ids.union(*(each[0] for each in near)), [hit, *(event for each in near for event in each[1])])
        groups = [group for group in groups if group not in near] + [merged]
    calls = {call for hit in hits if (call := authorizer_call_of(hit.record))}
    requests = [_with_authorizer(ids, events, groups) for ids, events in groups if not ids & calls]
    exact = [events for ids, events in requests if wanted in ids]
    return exact or [events for _, events in requests]


def _with_authorizer(
    ids: set[str], events: list[LogEvent], groups: list[tuple[set[str], list[LogEvent]]]
) -> tuple[set[str], list[LogEvent]]:
    """Return the ids and records of a request with those of the authorizer's call that refused it."""
    calls = {call for event in events if (call := authorizer_call_of(event.record))}
    return ids | calls, [*events, *(event for other, found in groups if other & calls for event in found)]


def _history(reader: LogReader, hits: list[LogEvent], progress: Callable[[str], None]) -> RequestHistory:
    """Collect the records that share an id with these, directly or through another record."""
    known: set[str] = set()
    events = dict.fromkeys(hits)
    while True:
        ids = {each for event in events for each in (*ids_of(event.record), authorizer_call_of(event.record)) if each}
        if ids <= known:
            return _with_sweeps(reader, _arranged(list(events)), progress)
        known |= ids
        first, last = min(event.at for event in events), max(event.at for event in events)
        for event in _naming(reader, first - AROUND, last + AROUND, ids, progress):
            events[event] = None


def _arranged(events: list[LogEvent]) -> RequestHistory:
    history = RequestHistory()
    for event in sorted(events, key=lambda each: each.at):
        match event.record.get("event"):
            case Kind.REQUEST | Kind.OPERATION | Kind.TOKEN_ISSUED:
                history.request = event
            case Kind.REFUSED | Kind.TOKEN_REFUSED:
                history.credentials = event
            case Kind.FAILURE:
                history.failure = event
            case Kind.ACCESS:
                history.access = event
            case Kind.SWEEP:
                history.sweeps.append(event)
            case Kind.PERMISSIONS:
                history.permissions.append(event)
            case _:
                history.functions.append(event)
    return history


def _with_sweeps(reader: LogReader, history: RequestHistory, progress: Callable[[str], None]) -> RequestHistory:
    """Add the sweeps that followed: of the group that the request deleted, or the retries of a sweep."""
    groups = {str(each.record.get("group")) for each in history.sweeps}
    if history.request and _deletes_group(history.request.record):
        groups.add(str(history.request.record.get("resource_id")))
    if groups:
        begin = history.events[0].at
        of_them = " || ".join(f'($.group = "{each}")' for each in sorted(groups))
        pattern = f'{{ $.event = "{Kind.SWEEP}" && ({of_them}) }}'
        found = _read(reader, begin, begin + SWEPT_WITHIN, pattern, progress)
        sweeps = [
            each for each in found if each.record.get("event") == Kind.SWEEP and each.record.get("group") in groups
        ]
        history.sweeps = sorted(sweeps, key=lambda each: each.at)
    return history


def _deletes_group(record: Record) -> bool:
    return record.get("method") == "DELETE" and record.get("resource_type") == "Group"


def _beginning(
    reader: LogReader, period: tuple[datetime, datetime | None], wanted: str, progress: Callable[[str], None]
) -> list[LogEvent]:
    """Return the records of a period with an id that begins with a text."""
    (pattern,) = patterns([f"{wanted}*"], ALL_FIELDS)
    events = _read(reader, *period, pattern, progress)
    return [event for event in events if any(each.startswith(wanted) for each in _all_ids(event.record))]


def _naming(
    reader: LogReader, since: datetime, until: datetime, ids: set[str], progress: Callable[[str], None]
) -> list[LogEvent]:
    """Return the records between two moments with one of these ids as their own."""
    events = (event for each in patterns(sorted(ids)) for event in _read(reader, since, until, each, progress))
    return [event for event in events if ids_of(event.record) & ids]


def _all_ids(record: Record) -> set[str]:
    authorizer = text_of(record, AUTHORIZER_FIELD)
    return ids_of(record) | ({authorizer} if authorizer else set())


def _read(
    reader: LogReader, since: datetime, until: datetime | None, pattern: str, progress: Callable[[str], None]
) -> Iterator[LogEvent]:
    def report(number: int, last: datetime | None) -> None:
        progress(f"searching since {since.astimezone():%Y-%m-%d %H:%M}, {number:,} records read")

    for page in reader.pages(since, until, pattern=pattern, progress=report):
        yield from page


def _plain(event: LogEvent) -> dict[str, Any]:
    return {"time": event.at.isoformat(timespec="milliseconds")} | {
        name: value for name, value in event.record.items() if name != "_aws"
    }
