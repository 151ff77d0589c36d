"""The SCIM log: failures first, filters in the address, and everything about one request."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console.app import Console
from lambdas.console.guide import GUIDE
from lambdas.console.requests import Request
from lambdas.console.sign_in.sessions import Role
from lambdas.operations.log import descriptions, request_history
from lambdas.operations.log.events import LogEvent, id_of, is_failure, status_of
from lambdas.operations.log.names import Names
from lambdas.operations.log.newest import NewestRecords, newest
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection, Subject

LIMIT = 100
"""Records on one page."""

SPANS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7), "90d": timedelta(days=90)}
"""How far back a search may go."""


def add_routes(console: Console) -> None:
    """Serve the pages of the log."""

    @console.page("GET", "/log", Role.TECHNICIAN)
    def frame(request: Request) -> Response[str]:
        """Show the filters at once; the records follow, because CloudWatch takes its time."""
        asked = asked_of(request.query)
        return console.show(
            "log.html", request, title="SCIM log", asked=asked, spans=list(SPANS), query=query_of(asked)
        )

    @console.page("GET", "/log/records", Role.TECHNICIAN)
    def records(request: Request) -> Response[str]:
        """Show the records that the filters select."""
        asked = asked_of(request.query)
        found = read(console, request, asked)
        template = "_records.html" if request.is_partial else "records.html"
        older = query_of({**asked, "until": f"{found.read_from.timestamp():.3f}"}) if not found.is_complete else None
        return console.show(
            template,
            request,
            title="SCIM log",
            lines=lines_of(console, request, found.events),
            older=older,
            read_from=found.read_from,
        )

    @console.page("GET", "/log/requests/<request_id>", Role.TECHNICIAN)
    def one(request: Request, request_id: str) -> Response[str]:
        """Show everything about one request."""
        target = console.target(request)
        found = request_history.find(LogReader.of(target), request_id, None, lambda _: None)
        names = Names(target)
        histories = [
            {
                "cause": each.cause(GUIDE),
                "events": [_shown_event(event, names) for event in each.events],
            }
            for each in found
        ]
        return console.show("request.html", request, title=f"Request {request_id}", histories=histories)


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of an address: only those that are known, each with a value that is possible."""
    found = {name: query.get(name, "").strip()[:400] for name in ("user", "group", "connection", "until")}
    found["show"] = "all" if query.get("show") == "all" or found["user"] or found["group"] else "failed"
    found["since"] = query.get("since", "1d") if query.get("since") in SPANS else "1d"
    found["live"] = "1" if query.get("live") == "1" else ""
    return found


def query_of(asked: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that an address needs: those that have a value."""
    return {name: value for name, value in asked.items() if value}


def read(console: Console, request: Request, asked: Mapping[str, str]) -> NewestRecords:
    """Return the newest records that the filters select."""
    kind, name = ("Group", asked["group"]) if asked["group"] else ("User", asked["user"])
    selection = Selection(
        failed=asked["show"] == "failed",
        subject=Subject(kind, name, {name}) if name else None,
        connection=asked["connection"] or None,
    )
    until = _until(asked["until"])
    return newest(
        LogReader.of(console.target(request)),
        selection.matches,
        selection.pattern(),
        since=datetime.now(UTC) - SPANS[asked["since"]],
        until=until,
        limit=LIMIT,
    )


def lines_of(console: Console, request: Request, events: list[LogEvent]) -> list[dict[str, Any]]:
    """Return records as lines for people. A technician sees the log, which names people, as scimctl shows it."""
    names = Names(console.target(request))
    names.learn(each.record for each in events)
    names.look_up(each.record for each in events)
    return [
        {
            "at": each.at,
            "id": id_of(each.record),
            "status": status_of(each.record),
            "action": descriptions.action(each.record),
            "subject": descriptions.subject_of(each.record, names),
            "outcome": descriptions.outcome_of(each.record),
            "failed": is_failure(each.record),
        }
        for each in events
    ]


def _shown_event(event: LogEvent, names: Names) -> dict[str, Any]:
    hidden = {"_aws", "event", "level", "message", "timestamp", "service", "environment"}
    return {
        "at": event.at,
        "event": event.record.get("event") or "platform",
        "action": descriptions.action(event.record) if event.record.get("event") else "Lambda's report",
        "subject": descriptions.subject_of(event.record, names),
        "outcome": descriptions.outcome_of(event.record),
        "fields": [(name, value) for name, value in event.record.items() if name not in hidden and value is not None],
    }


def _until(text: str) -> datetime:
    """Return the moment that an address names; now for anything else."""
    try:
        return datetime.fromtimestamp(float(text), UTC) if text else datetime.now(UTC) + timedelta(seconds=5)
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC) + timedelta(seconds=5)
