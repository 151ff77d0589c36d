"""Activity: what operators did, in this console and at the command line alike."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console.app import Console
from lambdas.console.log_search import LIMIT, SPANS, older_query, oldest, query_of, span_of, until
from lambdas.console.requests import Request
from lambdas.credentials.sessions import Role
from lambdas.operations.log import descriptions
from lambdas.operations.log.events import LogEvent, id_of, is_failure
from lambdas.operations.log.names import Names
from lambdas.operations.log.pages import SECONDS, activity
from lambdas.operations.log.reader import LogReader


def add_routes(console: Console) -> None:
    """Serve the page."""

    @console.page("GET", "/activity", Role.TECHNICIAN)
    def frame(request: Request) -> Response[str]:
        """Show the page; the records follow."""
        query = query_of({"since": span_of(request.query, "7d"), "until": request.query.get("until", "")})
        return console.show("activity.html", request, title="Activity", spans=SPANS, query=query)

    @console.page("GET", "/activity/records", Role.TECHNICIAN)
    def records(request: Request) -> Response[str]:
        """Show what operators did, the newest first."""
        span, end = span_of(request.query, "7d"), request.query.get("until", "")
        target = console.target(request)
        begin = oldest(span)
        page = activity(LogReader.of(target), until=until(end), oldest=begin, limit=LIMIT, seconds=SECONDS)
        names = Names(target)
        names.learn(each.record for each in page.events)
        return console.show(
            "_acts.html" if request.is_partial else "acts.html",
            request,
            title="Activity",
            lines=[_line(each, names) for each in page.events],
            older=older_query({"since": span}, page.before),
            read_from=page.before or begin,
        )


def _line(event: LogEvent, names: Names) -> dict[str, Any]:
    record = event.record
    return {
        "at": event.at,
        "id": id_of(record),
        "operator": descriptions.short_operator(str(record.get("operator"))),
        "service": record.get("service", ""),
        "action": record.get("action") or descriptions.action(record),
        "subject": descriptions.subject_of(record, names) or record.get("connection", ""),
        "detail": record.get("detail") or ", ".join(map(str, record.get("changed") or ())),
        "failed": is_failure(record),
    }
