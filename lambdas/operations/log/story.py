"""Everything that the log group holds about one request: gathered by its ids from all who wrote of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.operations.log.causes import Cause, cause_of
from lambdas.operations.log.events import LogEvent, Record, text_of
from lambdas.operations.log.reader import LogReader
from lambdas.records import Kind

ID_FIELDS = ("request_id", "function_request_id", "authorizer_request_id")
"""The fields that tell which request a record is about: API Gateway's id of it, and Lambda's of the two calls it led to."""

STEPS = (timedelta(hours=2), timedelta(days=1), timedelta(days=7))
"""How far back an id is looked for, one after the other: it does not tell when it was given."""

AROUND = timedelta(minutes=2)
"""How far from a record the others of the same request are."""

SWEPT_WITHIN = timedelta(minutes=15)
"""How long after a deletion its sweep is looked for."""

MIN_ID = 6
"""Characters of an id that are enough to look for it."""


@dataclass
class Story:
    """What is known of one request; each part is None where there is no such record."""

    request: LogEvent | None = None
    """The SCIM log's record: who, what, result."""

    credentials: LogEvent | None = None
    """The authorizer's record, when it refused."""

    failure: LogEvent | None = None
    """The trace of an unforeseen failure."""

    access: LogEvent | None = None
    """API Gateway's record."""

    functions: list[LogEvent] = field(default_factory=list)
    """What Lambda reported of the calls: time, memory, and whether one was ended."""

    sweeps: list[LogEvent] = field(default_factory=list)
    """What was swept after a group was deleted, in the order of time: one that failed is tried again."""

    permissions: list[LogEvent] = field(default_factory=list)
    """Whose permission sets changed, where the story is of the call that found out."""

    @property
    def events(self) -> list[LogEvent]:
        """Return all of it, in the order of time."""
        parts = [self.access, self.credentials, self.request, self.failure, *self.functions, *self.sweeps]
        parts += self.permissions
        return sorted((each for each in parts if each), key=lambda event: event.at)

    def cause(self, environment: str, scimctl: str = "scimctl") -> Cause | None:
        """Return why it did not succeed and what to do in an environment, by the record that knows best.

        :param scimctl: How a command that acts on the environment begins (:attr:`lambdas.operations.target.Target.scimctl`).
        """
        for event in (self.credentials, self.request, self.access, self.failure, *self._last_sweeps()):
            cause = cause_of(event.record) if event else None
            if event and cause:
                return cause.of(event.record, environment, scimctl)
        return None

    def _last_sweeps(self) -> Iterable[LogEvent]:
        """Return the latest sweep after each group: an earlier one that failed was made good by it."""
        return {str(each.record.get("group")): each for each in self.sweeps}.values()

    def as_json(self, environment: str, scimctl: str = "scimctl") -> dict[str, Any]:
        """Return it for programs; the parameters are those of :meth:`cause`."""
        parts = {
            "request": self.request,
            "credentials": self.credentials,
            "failure": self.failure,
            "access": self.access,
        }
        cause = self.cause(environment, scimctl)
        return {
            **{name: _plain(event) for name, event in parts.items() if event},
            "functions": [_plain(each) for each in self.functions],
            "sweeps": [_plain(each) for each in self.sweeps],
            "permissions": [_plain(each) for each in self.permissions],
            **({"why": cause.why, "what_to_do": cause.remedy} if cause else {}),
        }


def find(reader: LogReader, wanted: str, since: datetime | None, progress: Callable[[str], None]) -> list[Story]:
    """Return the stories of the requests whose id begins so: one, none, or several when too little of the id is given.

    :param wanted: The beginning of API Gateway's id of the request, or of Lambda's id of a call it led to.
    :param since: How far back to look; None to go back step by step, see :data:`STEPS`.
    :param progress: Told what is being done.
    """
    now = datetime.now(UTC)
    for begin in [since] if since else [now - step for step in STEPS]:
        hits = _beginning(reader, begin, wanted, progress)
        if hits:
            return [_story(reader, each, progress) for each in _requests_among(hits, wanted)]
    return []


def _requests_among(hits: list[LogEvent], wanted: str) -> list[list[LogEvent]]:
    """Group records by the request that they are about: those that share an id are about one."""
    groups: list[tuple[set[str], list[LogEvent]]] = []
    for hit in hits:
        ids = _ids_of(hit.record)
        near = [group for group in groups if group[0] & ids]
        merged = (ids.union(*(each[0] for each in near)), [hit, *(event for each in near for event in each[1])])
        groups = [group for group in groups if group not in near] + [merged]
    exact = [events for ids, events in groups if wanted in ids]
    return exact or [events for _, events in groups]


def _story(reader: LogReader, hits: list[LogEvent], progress: Callable[[str], None]) -> Story:
    """Gather what belongs to some records of one request: what they name may name more."""
    known: set[str] = set()
    events = dict.fromkeys(hits)
    while True:
        ids = {each for event in events for each in _ids_of(event.record)}
        if ids <= known:
            return _with_sweeps(reader, _arranged(list(events)), progress)
        known |= ids
        first, last = min(event.at for event in events), max(event.at for event in events)
        for event in _naming(reader, first - AROUND, last + AROUND, ids, progress):
            events[event] = None


def _arranged(events: list[LogEvent]) -> Story:
    story = Story()
    for event in sorted(events, key=lambda each: each.at):
        match event.record.get("event"):
            case Kind.REQUEST | Kind.OPERATION:
                story.request = event
            case Kind.REFUSED:
                story.credentials = event
            case Kind.FAILURE:
                story.failure = event
            case Kind.ACCESS:
                story.access = event
            case Kind.SWEEP:
                story.sweeps.append(event)
            case Kind.PERMISSIONS:
                story.permissions.append(event)
            case _:
                story.functions.append(event)
    return story


def _with_sweeps(reader: LogReader, story: Story, progress: Callable[[str], None]) -> Story:
    """Add what was swept after the request, when it deleted a group; and how a sweep went on, when the story is of one."""
    groups = {str(each.record.get("group")) for each in story.sweeps}
    if story.request and _deletes_group(story.request.record):
        groups.add(str(story.request.record.get("resource_id")))
    if groups:
        begin = story.events[0].at
        of_them = " || ".join(f'($.group = "{each}")' for each in sorted(groups))
        pattern = f'{{ $.event = "{Kind.SWEEP}" && ({of_them}) }}'
        found = _read(reader, begin, begin + SWEPT_WITHIN, pattern, progress)
        sweeps = [
            each for each in found if each.record.get("event") == Kind.SWEEP and each.record.get("group") in groups
        ]
        story.sweeps = sorted(sweeps, key=lambda each: each.at)
    return story


def _deletes_group(record: Record) -> bool:
    return record.get("method") == "DELETE" and record.get("resource_type") == "Group"


def _beginning(reader: LogReader, since: datetime, wanted: str, progress: Callable[[str], None]) -> list[LogEvent]:
    """Return the records since a moment that name an id which begins so."""
    events = _read(reader, since, None, _pattern([f"{wanted}*"]), progress)
    return [event for event in events if any(each.startswith(wanted) for each in _ids_of(event.record))]


def _naming(
    reader: LogReader, since: datetime, until: datetime, ids: set[str], progress: Callable[[str], None]
) -> list[LogEvent]:
    """Return the records between two moments that name one of some ids."""
    events = _read(reader, since, until, _pattern(sorted(ids)), progress)
    return [event for event in events if _ids_of(event.record) & ids]


def _pattern(values: Iterable[str]) -> str:
    fields = [*(f"$.{name}" for name in ID_FIELDS), "$.record.requestId"]
    conditions = [f'({name} = "{value}")' for value in values for name in fields]
    return f"{{ {' || '.join(conditions)} }}"


def _read(
    reader: LogReader, since: datetime, until: datetime | None, pattern: str, progress: Callable[[str], None]
) -> Iterator[LogEvent]:
    def tell(number: int, last: datetime | None) -> None:
        progress(f"looking back to {since.astimezone():%Y-%m-%d %H:%M}, {number:,} records read")

    for page in reader.pages(since, until, pattern=pattern, progress=tell):
        yield from page


def _ids_of(record: Record) -> set[str]:
    """Return the ids that a record names, those of Lambda's own reports among them."""
    platform = record.get("record")
    nested = text_of(platform, "requestId") if isinstance(platform, dict) else None
    return {each for each in (*(text_of(record, name) for name in ID_FIELDS), nested) if each}


def _plain(event: LogEvent) -> dict[str, Any]:
    return {"time": event.at.isoformat(timespec="milliseconds")} | {
        name: value for name, value in event.record.items() if name != "_aws"
    }
