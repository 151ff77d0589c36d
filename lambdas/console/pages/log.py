"""The SCIM log: failures first, filters in the address, and everything about one request."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console.app import Console
from lambdas.console.guide import GUIDE
from lambdas.console.log_search import LIMIT, SPANS, moment_of, older_query, oldest, query_of, span_of, until
from lambdas.console.requests import Request
from lambdas.credentials.sessions import Role
from lambdas.operations.log import descriptions, request_history
from lambdas.operations.log.events import LogEvent, id_of, is_failure, status_of
from lambdas.operations.log.names import Names
from lambdas.operations.log.pages import SECONDS, LogPage, newest
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection, Subject


def add_routes(console: Console) -> None:
    """Serve the pages of the log."""

    @console.page("GET", "/log", Role.TECHNICIAN)
    def frame(request: Request) -> Response[str]:
        """Show the filters at once; the records follow, because CloudWatch takes its time."""
        asked = asked_of(request.query)
        return console.show("log.html", request, title="SCIM log", asked=asked, spans=SPANS, query=query_of(asked))

    @console.page("GET", "/log/records", Role.TECHNICIAN)
    def records(request: Request) -> Response[str]:
        """Show the records that the filters select."""
        asked = asked_of(request.query)
        found = read(console, request, asked)
        template = "_records.html" if request.is_partial else "records.html"
        return console.show(
            template,
            request,
            title="SCIM log",
            lines=lines_of(console, request, found.events),
            older=older_query(asked, found.before),
            read_from=found.before or oldest(asked["since"]),
        )

    @console.page("GET", "/log/requests/<request_id>", Role.TECHNICIAN)
    def one(request: Request, request_id: str) -> Response[str]:
        """Show the frame of everything about one request at once; its records follow."""
        query = query_of({"at": request.query.get("at", "")[:20]})
        title = f"Request {request_id}"
        return console.show("request.html", request, title=title, request_id=request_id, query=query)

    @console.page("GET", "/log/requests/<request_id>/records", Role.TECHNICIAN)
    def records_of_one(request: Request, request_id: str) -> Response[str]:
        """Show everything about one request. Its time in the address finds it however old it is."""
        target = console.target(request)
        at = moment_of(request.query.get("at", ""))
        found = request_history.find(LogReader.of(target), request_id, None, lambda _: None, at=at)
        names = Names(target)
        histories = [
            {
                "cause": each.cause(GUIDE),
                "events": [_shown_event(event, names) for event in each.events],
            }
            for each in found
        ]
        template = "_request.html" if request.is_partial else "request_records.html"
        return console.show(template, request, title=f"Request {request_id}", histories=histories)


def asked_of(query: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of an address: only those that are known, each with a value that is possible."""
    found = {name: query.get(name, "").strip()[:400] for name in ("user", "group", "connection", "until")}
    found["show"] = "all" if query.get("show") == "all" or found["user"] or found["group"] else "failed"
    found["since"] = span_of(query, "1d")
    found["live"] = "1" if query.get("live") == "1" else ""
    return found


def read(console: Console, request: Request, asked: Mapping[str, str]) -> LogPage:
    """Return the newest records that the filters select."""
    kind, name = ("Group", asked["group"]) if asked["group"] else ("User", asked["user"])
    selection = Selection(
        failed=asked["show"] == "failed",
        subject=Subject(kind, name, {name}) if name else None,
        connection=asked["connection"] or None,
    )
    return newest(
        LogReader.of(console.target(request)),
        selection,
        until=until(asked["until"]),
        oldest=oldest(asked["since"]),
        limit=LIMIT,
        seconds=SECONDS,
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
            "code": str(each.record.get("scim_type") or ""),
            "outcome": _outcome(each),
            "failed": is_failure(each.record),
        }
        for each in events
    ]


def _outcome(event: LogEvent) -> str:
    """Return the outcome without the SCIM error code in front, which has a place of its own."""
    return descriptions.outcome_of(event.record).removeprefix(str(event.record.get("scim_type") or "")).strip()


def _shown_event(event: LogEvent, names: Names) -> dict[str, Any]:
    hidden = {"_aws", "event", "level", "message", "timestamp", "service", "environment"}
    return {
        "at": event.at,
        "event": event.record.get("event") or "platform",
        "action": descriptions.action(event.record) if event.record.get("event") else "Lambda's report",
        "subject": descriptions.subject_of(event.record, names),
        "code": str(event.record.get("scim_type") or ""),
        "outcome": _outcome(event),
        "fields": [
            (name, ", ".join(map(str, value)) if isinstance(value, list) else value)
            for name, value in event.record.items()
            if name not in hidden and value is not None
        ],
    }
