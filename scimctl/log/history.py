"""`scimctl log show`: everything about one request, for people."""

from collections.abc import Mapping

from rich.text import Text

from lambdas.operations.log import descriptions
from lambdas.operations.log.events import LogEvent, Record, status_of, text_of
from lambdas.operations.log.names import Names
from lambdas.operations.log.request_history import RequestHistory
from lambdas.operations.target import Target
from lambdas.records import Kind
from scimctl import console
from scimctl.log.moments import clock, full
from scimprobe.printable import printable

_WIDTH = 19

REQUEST_LINES: Mapping[str, str] = {
    "operator": "By operator",
    "connection": "Connection",
    "directory": "Directory",
    "token": "Token",
    "client": "OAuth client",
    "secret": "Client secret",
    "expires_in": "Seconds valid",
    "resource_id": "Id",
    "external_id": "External id",
    "owner": "Owner of the value",
    "filter": "Filter",
    "changed": "Attributes",
    "ignored": "Ignored attributes",
    "activity": "User was",
    "became": "Became",
    "groups_left": "Groups left",
    "results": "Found",
}
"""Fields of the SCIM log's record and their labels; the others are part of sentences."""

CREDENTIAL_LINES: Mapping[str, str] = {
    "reason": "Reason",
    "token": "Token",
    "token_connection": "Of connection",
    "connection": "Tenant URL of",
    "function_request_id": "Its call",
}
TOKEN_REQUEST_LINES: Mapping[str, str] = {
    "reason": "Reason",
    "client": "OAuth client",
    "connection": "Connection",
    "claim": "Wrong claim",
    "received": "Received",
    "expected": "Expected",
    "detail": "Detail",
}
"""Of a refused request for an access token. Received claims are not proven."""

ACCESS_LINES: Mapping[str, str] = {
    "host": "Host name",
    "path": "Path",
    "refusal": "Refused as",
    "connection": "Connection",
    "token": "Token",
    "source_ip": "From",
    "milliseconds": "Milliseconds",
    "function_milliseconds": "of the function",
    "authorizer_milliseconds": "of the authorizer",
    "bytes": "Bytes answered",
}


def print_history(history: RequestHistory, names: Names, target: Target) -> None:
    """Print request and response, cause and remedy, then the records of each function."""
    _headline(history, names)
    cause = history.cause(target.guide)
    if cause:
        _line("Why", cause.why)
        _line("What to do", cause.remedy)
    if history.request:
        _section("SCIM log", history.request)
        _fields(history.request.record, REQUEST_LINES)
        _cost(history.request.record)
    if history.credentials:
        is_token_request = history.credentials.record.get("event") == Kind.TOKEN_REFUSED
        _section("Token endpoint" if is_token_request else "Authorizer", history.credentials)
        _fields(history.credentials.record, TOKEN_REQUEST_LINES if is_token_request else CREDENTIAL_LINES)
        _trace(history.credentials.record)
    if history.access:
        _section("API Gateway", history.access)
        _fields(history.access.record, ACCESS_LINES)
    if history.failure:
        _section("Failure", history.failure)
        _trace(history.failure.record)
    for event in history.functions:
        _platform(event)
    for event in history.sweeps:
        _section("Sweep", event)
        _line("Group", descriptions.subject_of(event.record, names))
        _line("Swept", descriptions.outcome_of(event.record))
        _trace(event.record)
    for event in history.permissions:
        _section("Permission sets", event)
        _line("User", descriptions.subject_of(event.record, names))
        _line("Changed", descriptions.outcome_of(event.record))


def _headline(history: RequestHistory, names: Names) -> None:
    """Print the request's id, what was asked and what was answered, from the record with the most detail."""
    best = [history.request, history.access, history.credentials, history.failure, *history.events]
    event = next(each for each in best if each)
    ids = [text_of(each.record, "request_id") for each in history.events]
    _line("Request", next(filter(None, ids), text_of(event.record, "function_request_id") or ""), style="bold")
    _line("Time", full(event.at))
    _line("What", f"{descriptions.action(event.record)}  {descriptions.subject_of(event.record, names)}".rstrip())
    method, route = text_of(event.record, "method"), descriptions.route_of(event.record)
    if method:
        _line("", f"{method} {route}", style="dim")
    answer = [text_of(event.record, "scim_type"), text_of(event.record, "detail")]
    if event.record.get("event") == Kind.OPERATION:
        _line("Done", "  ".join(filter(None, answer)))
        return
    if event.record.get("event") in (Kind.SWEEP, Kind.PERMISSIONS):
        return
    status = 500 if event.record.get("event") == Kind.FAILURE else status_of(event.record)
    _line("Answer", "  ".join([str(status or "?"), *filter(None, answer)]))


def _section(title: str, event: LogEvent) -> None:
    console.out.print()
    console.out.print(
        Text.assemble((title, "bold"), (f"  {clock(event.at)}  {printable(event.stream)}", "dim")), soft_wrap=True
    )


def _fields(record: Record, lines: Mapping[str, str]) -> None:
    for name, label in lines.items():
        value = record.get(name)
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        if value not in (None, "", "-"):
            _line(label, str(value))


def _cost(record: Record) -> None:
    if "milliseconds" not in record:
        return
    units = f"{record.get('read_units', 0):g} read and {record.get('write_units', 0):g} write units"
    _line("Took", f"{record.get('milliseconds', '?')} ms, {record.get('dynamodb_calls', 0)} DynamoDB calls, {units}")


def _trace(record: Record) -> None:
    trace = text_of(record, "exception")
    if trace:
        console.out.print(Text(printable(trace, lines=True)), soft_wrap=True)


def _platform(event: LogEvent) -> None:
    """Print Lambda's report of a call (``platform.report``), the guard's record, or any other line with its id."""
    if event.record.get("event") == Kind.GUARD:
        _section("Guard", event)
        _line("Counted", descriptions.outcome_of(event.record))
        return
    report = event.record.get("record")
    metrics = report.get("metrics") if isinstance(report, dict) else None
    _section(str(event.record.get("type") or "Another record"), event)
    if not isinstance(report, dict) or not isinstance(metrics, dict):
        _line("Says", event.message)
        return
    _line("Ended as", str(report.get("status", "?")))
    _line(
        "Took",
        f"{metrics.get('durationMs', '?')} ms; {metrics.get('maxMemoryUsedMB', '?')} of "
        f"{metrics.get('memorySizeMB', '?')} MB",
    )
    for name in ("initDurationMs", "restoreDurationMs"):
        if name in metrics:
            _line("Cold start", f"{metrics[name]} ms")


def _line(label: str, value: str, style: str = "") -> None:
    shown = Text(f"{label + ':' if label else '':<{_WIDTH}}  ", style="dim")
    console.out.print(shown.append(Text(printable(value), style=style or "not dim")), soft_wrap=True)
