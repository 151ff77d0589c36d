"""Activity: what operators did, in this console and at the command line alike."""

from datetime import UTC, datetime, timedelta

from aws_lambda_powertools.event_handler import Response

from lambdas.console.app import Console
from lambdas.console.pages.log import LIMIT, SPANS, asked_of, query_of
from lambdas.console.requests import Request
from lambdas.console.sign_in.sessions import Role
from lambdas.operations.log import descriptions
from lambdas.operations.log.events import Record
from lambdas.operations.log.names import Names
from lambdas.operations.log.newest import newest
from lambdas.operations.log.reader import LogReader
from lambdas.records import Kind

PATTERN = f'{{ $.operator = "*" && $.event != "{Kind.CONSOLE}" }}'
"""Records with an operator, but not page views of the console."""


def add_routes(console: Console) -> None:
    """Serve the page."""

    @console.page("GET", "/activity", Role.TECHNICIAN)
    def frame(request: Request) -> Response[str]:
        """Show the page; the records follow."""
        asked = {"since": request.query.get("since", "7d") if request.query.get("since") in SPANS else "7d"}
        return console.show("activity.html", request, title="Activity", asked=asked, spans=list(SPANS), query=asked)

    @console.page("GET", "/activity/records", Role.TECHNICIAN)
    def records(request: Request) -> Response[str]:
        """Show what operators did, the newest first."""
        asked = asked_of({"since": "7d", **request.query})
        target = console.target(request)
        until = float(asked["until"]) if asked["until"].replace(".", "", 1).isdecimal() else None
        found = newest(
            LogReader.of(target),
            is_act,
            PATTERN,
            since=datetime.now(UTC) - SPANS[asked["since"]],
            until=datetime.fromtimestamp(until, UTC) if until else datetime.now(UTC) + timedelta(seconds=5),
            limit=LIMIT,
        )
        names = Names(target)
        names.learn(each.record for each in found.events)
        lines = [
            {
                "at": each.at,
                "operator": descriptions.short_operator(str(each.record.get("operator"))),
                "service": each.record.get("service", ""),
                "action": each.record.get("action") or descriptions.action(each.record),
                "subject": descriptions.subject_of(each.record, names) or each.record.get("connection", ""),
                "detail": each.record.get("detail") or ", ".join(map(str, each.record.get("changed") or ())),
            }
            for each in found.events
        ]
        older = query_of({**asked, "until": f"{found.read_from.timestamp():.3f}"}) if not found.is_complete else None
        template = "_acts.html" if request.is_partial else "acts.html"
        return console.show(template, request, title="Activity", lines=lines, older=older, read_from=found.read_from)


def is_act(record: Record) -> bool:
    """Return whether a record is of something that an operator did."""
    return bool(record.get("operator")) and record.get("event") in (Kind.OPERATION, Kind.REQUEST)
