"""Overview: is provisioning alive, what needs attention, and how much there is."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.sign_in.sessions import Role
from lambdas.credentials.connections import State
from lambdas.operations.connections import Connections, ConnectionWithTokens
from lambdas.operations.log.events import LogEvent, Record, is_failure
from lambdas.operations.log.newest import newest
from lambdas.operations.log.reader import LogReader
from lambdas.operations.resources import Resources
from lambdas.records import Kind

ENDING = timedelta(days=30)
"""How long before its end a token needs attention."""

DAY = timedelta(days=1)
BARS = 24
LIMIT = 20_000
"""Records of a day that are counted at most."""

PATTERN = f'{{ ($.event = "{Kind.REQUEST}" && $.connection = "*") || $.event = "{Kind.REFUSED}" }}'


def add_routes(console: Console) -> None:
    """Serve the page."""

    @console.page("GET", "", Role.TECHNICIAN)
    def overview(request: Request) -> Response[str]:
        """Show counts and credentials at once; what the log says follows."""
        target = console.target(request)
        held = Connections(target).all()
        figures = {f"{name}s": count for name, count in Resources(target).counts().items()}
        figures["Connections"] = len(held)
        return console.show(
            "overview.html", request, title="Overview", figures=figures, attention=attention_of(held, datetime.now(UTC))
        )

    @console.page("GET", "/day", Role.TECHNICIAN)
    def day(request: Request) -> Response[str]:
        """Show the last day from the log."""
        now = datetime.now(UTC)
        found = newest(
            LogReader.of(console.target(request)),
            is_provisioning,
            PATTERN,
            since=now - DAY,
            until=now + timedelta(seconds=5),
            limit=LIMIT,
        )
        failing = Counter(
            (str(each.record.get("resource_type")), str(each.record.get("resource_name")))
            for each in found.events
            if is_failure(each.record) and each.record.get("resource_name")
        )
        template = "_day.html" if request.is_partial else "day.html"
        return console.show(
            template,
            request,
            title="The last day",
            last=found.events[0].at if found.events else None,
            requests=len(found.events),
            failures=sum(is_failure(each.record) for each in found.events),
            bars=bars_of(found.events, now),
            failing=failing.most_common(5),
            read_from=None if found.is_complete else found.read_from,
        )


def is_provisioning(record: Record) -> bool:
    """Return whether a record is of an identity provider's request, or of one that was refused."""
    return (record.get("event") == Kind.REQUEST and bool(record.get("connection"))) or record.get(
        "event"
    ) == Kind.REFUSED


def attention_of(held: list[ConnectionWithTokens], now: datetime) -> list[dict[str, Any]]:
    """Return the connections that need attention, each with the reason."""
    found = []
    for each in held:
        name = each.connection.label or each.connection.id
        live = each.live(now)
        if each.connection.state is State.DISABLED:
            found.append({"id": each.connection.id, "name": name, "why": "is disabled"})
        elif not live:
            found.append({"id": each.connection.id, "name": name, "why": "has no valid token"})
        elif (last := max(token.expires for token in live)) - now < ENDING:
            found.append(
                {"id": each.connection.id, "name": name, "why": f"has no token that is valid after {last:%Y-%m-%d}"}
            )
    return found


def bars_of(events: list[LogEvent], now: datetime) -> list[dict[str, int]]:
    """Return the requests of each hour of the last day, the oldest first: ``good`` and ``bad`` ones, and heights up to 60."""
    counts = [[0, 0] for _ in range(BARS)]
    for each in events:
        hour = min(BARS - 1, max(0, int((now - each.at).total_seconds() // 3600)))
        counts[BARS - 1 - hour][is_failure(each.record)] += 1
    highest = max(1, *(sum(each) for each in counts))
    return [
        {
            "good": good,
            "bad": bad,
            "bad_height": -(-60 * bad // highest),
            "height": -(-60 * (good + bad) // highest),
        }
        for good, bad in counts
    ]
