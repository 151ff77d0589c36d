"""Whether provisioning is alive, and what needs attention: the data of the console's first page."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from lambdas.credentials.clients import Client, ClientKind
from lambdas.credentials.connections import State, Token
from lambdas.credentials.expiry import ExpiringCredential, expiring_credentials
from lambdas.credentials.scopes import Scope
from lambdas.environment.file import EndpointSettings
from lambdas.environment.file.watch import Watch
from lambdas.operations.connections import ConnectionWithTokens
from lambdas.operations.guard import Guarded, GuardState
from lambdas.operations.log.events import is_failure
from lambdas.operations.log.pages import is_request, newest, newest_request
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection
from lambdas.operations.target import Target

DAY = timedelta(days=1)

BACK = timedelta(days=7)
"""How far back the last request is searched for."""

PAUSE = timedelta(minutes=10)
"""A pause between two requests of a connection that separates two cycles; Entra ID's cycles are 20 to 40 minutes apart."""

MOST = 1_000
"""The most records of a cycle that are counted."""

MOST_FAILURES = 20_000
"""The most failures of a day that are counted."""

STALLED = timedelta(days=2)
"""How long after its last use a connection needs attention where no watch runs (:mod:`lambdas.watch`)."""

FAILING = 5
"""How many users and groups with failed requests are named, those with the most first."""


@dataclass(frozen=True)
class Cycle:
    """The last requests of a connection without a long pause between them."""

    connection: str
    began: datetime
    ended: datetime
    requests: int
    failures: int
    has_more: bool = False
    """Whether it has more requests than were counted (:data:`MOST`)."""


@dataclass(frozen=True)
class Failing:
    """A user or group whose requests failed in the last 24 hours."""

    resource_type: str
    name: str
    times: int


@dataclass(frozen=True)
class Activity:
    """What identity providers did lately."""

    last_cycle: Cycle | None
    """None when there was no request in :data:`BACK`. Its end is the last request."""

    failures: list[int]
    """The number of failures in each of the last 24 hours, the current hour last; every kind of failure counts."""

    failing: list[Failing]
    """The users and groups with the most failures in these hours, at most :data:`FAILING`."""

    counted_from: datetime | None = None
    """From when on failures are counted, where there are too many to count those of 24 hours; None otherwise."""


@dataclass(frozen=True)
class Attention:
    """A connection that needs attention."""

    connection: str
    name: str
    why: str
    """A clause such as ``is disabled``."""

    page: str
    """The page of the console that shows more, below its root."""


def read_activity(target: Target, now: datetime, seconds: float | None = None) -> Activity:
    """Return what identity providers did lately, from the log.

    :param seconds: The time after which each of the three searches ends; None for no end.
    :raises Problem: When the log cannot be read.
    """
    reader = LogReader.of(target)
    failures = [0] * 24
    failing: Counter[tuple[str, str]] = Counter()
    end = now + timedelta(milliseconds=1)
    page = newest(reader, Selection(failed=True), until=end, oldest=now - DAY, limit=MOST_FAILURES, seconds=seconds)
    for event in page.events:
        hours = int((now - event.at) / timedelta(hours=1))
        if 0 <= hours < len(failures):
            failures[-1 - hours] += 1
            if name := event.record.get("resource_name"):
                failing[str(event.record.get("resource_type", "User")), str(name)] += 1
    most = [Failing(kind, name, times) for (kind, name), times in failing.most_common(FAILING)]
    return Activity(_last_cycle(reader, now, seconds), failures, most, page.before)


def notice_of_expiry(settings: EndpointSettings) -> timedelta:
    """Return how long before its expiry a credential needs attention, as the watch reports it: 30 days where no watch runs."""
    return timedelta(days=(settings.watch or Watch()).ending_days)


def last_request(target: Target, now: datetime) -> datetime | None:
    """Return when an identity provider or product sent its last request in :data:`BACK`; None when none did.

    :raises Problem: When the log cannot be read.
    """
    found = newest_request(LogReader.of(target), until=now, oldest=now - BACK)
    return found.at if found else None


def attention(
    held: Iterable[ConnectionWithTokens],
    clients: Iterable[Client],
    now: datetime,
    stalled: Mapping[str, datetime] = MappingProxyType({}),
    guarded: Iterable[Guarded] = (),
    *,
    within: timedelta,
) -> list[Attention]:
    """Return what needs attention, in the order of the connections: one line for each of its reasons.

    :param clients: The OAuth clients of all connections.
    :param stalled: The connections that the watch found silent, each with its last use.
    :param guarded: The connections that deprovision more users than the guard's limit.
    :param within: How long before its expiry a credential needs attention; see :func:`notice_of_expiry`.
    """
    by_connection: dict[str, list[Client]] = {}
    for client in clients:
        by_connection.setdefault(client.connection, []).append(client)
    above = {each.connection: each for each in guarded}
    found = []
    for one in held:
        name = one.connection.label or one.connection.id
        of_it = by_connection.get(one.connection.id, [])
        expiring = expiring_credentials(one.tokens, of_it, now, within)
        reasons = _reasons(one, of_it, expiring, now, stalled.get(one.connection.id))
        if counted := above.get(one.connection.id):
            found.append(Attention(one.connection.id, name, _guard_reason(counted), "/guard"))
        found += [Attention(one.connection.id, name, why, f"/connections/{one.connection.id}") for why in reasons]
    return found


def _reasons(
    held: ConnectionWithTokens,
    clients: list[Client],
    expiring: Sequence[ExpiringCredential],
    now: datetime,
    silent_since: datetime | None,
) -> list[str]:
    if held.connection.state is State.DISABLED:
        return ["is disabled: its identity provider is refused"]
    has_client = any(each.kind is ClientKind.FEDERATED or each.live_secrets(now) for each in clients)
    reasons = [] if held.live(now) or has_client else ["has no valid credentials"]
    reasons += [f"has a {each.kind} that expires on {each.expires:%Y-%m-%d}, and no newer one" for each in expiring]
    all_of_it: list[Token | Client] = [*held.tokens, *clients]
    used = [each.last_used for each in all_of_it if each.last_used and each.scope is Scope.PROVISION]
    if silent_since:
        reasons.append(f"is stalled: no request was accepted since {silent_since:%Y-%m-%d %H:%M} UTC")
    elif used and now - max(used) > STALLED and held.connection.silent_hours != 0:
        reasons.append(f"has sent nothing since {max(used):%Y-%m-%d}")
    return reasons


def _guard_reason(counted: Guarded) -> str:
    match counted.state:
        case GuardState.HELD:
            done = "is held: it would deprovision"
        case GuardState.RELEASED:
            done = f"is released until {counted.released_until:%Y-%m-%d %H:%M} UTC: it deprovisioned"
        case _:
            done = "deprovisioned"
    return f"{done} {counted.count} users within an hour, more than {counted.limit}"


def _last_cycle(reader: LogReader, now: datetime, seconds: float | None) -> Cycle | None:
    last = newest_request(reader, until=now, oldest=now - BACK, seconds=seconds)
    if last is None:
        return None
    connection, ended = str(last.record["connection"]), last.at
    end = ended + timedelta(milliseconds=1)
    of_connection = Selection(connection=connection)
    page = newest(reader, of_connection, until=end, oldest=ended - DAY, limit=MOST, seconds=seconds)
    began, requests, failures = ended, 0, 0
    for event in page.events:
        if not is_request(event.record):
            continue
        if began - event.at > PAUSE:
            return Cycle(connection, began, ended, requests, failures)
        began, requests, failures = event.at, requests + 1, failures + is_failure(event.record)
    return Cycle(connection, began, ended, requests, failures, page.before is not None)
