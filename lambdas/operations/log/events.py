"""One line of the log group, and which lines an operator sees."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from lambdas.records import Kind

Record = dict[str, Any]
"""A log record: the JSON object that a function, API Gateway or an operator's change wrote."""

SHOWN = frozenset(Kind) - {
    Kind.ACCESS,
    Kind.CONSOLE,
    Kind.TOKEN,
    Kind.TOKEN_USE,
    Kind.CHANGE_FAILED,
    Kind.EVENTS,
    Kind.WEBHOOK,
    Kind.WATCHED,
}
"""The kinds that an operator sees; of :attr:`Kind.ACCESS` only refusals that no function recorded."""

ABSENT = "-"
"""What API Gateway writes where a request has no value."""

_BY_AUTHORIZER = frozenset({"UNAUTHORIZED", "AUTHORIZER_FAILURE"})
"""Refusals that the authorizer records whenever it is called. Not ACCESS_DENIED: a cached policy denies without a call."""


@dataclass(frozen=True)
class LogEvent:
    """One line of the log group."""

    at: datetime
    """When it was written, in UTC."""

    message: str
    """The line."""

    stream: str = ""
    """Its log stream: one for each instance of a function, ``operators/...`` for operators' changes."""

    id: str = ""
    """CloudWatch's id, which distinguishes equal lines; empty in the local cloud."""

    @cached_property
    def record(self) -> Record:
        """The JSON object of the line; empty when the line is not one."""
        try:
            value = json.loads(self.message)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


def is_shown(record: Record) -> bool:
    """Return whether a record is about a request or a change; the other lines are technical.

    API Gateway has a record of every request. It is shown where it is the only one: for a refusal that no function recorded.
    """
    if record.get("event") == Kind.ACCESS:
        return is_gateway_refusal(record)
    return record.get("event") in SHOWN


def is_gateway_refusal(record: Record) -> bool:
    """Return whether API Gateway refused a request, and the authorizer has no record of it with more detail."""
    refusal = text_of(record, "refusal")
    if record.get("event") != Kind.ACCESS or refusal is None:
        return False
    return refusal not in _BY_AUTHORIZER or text_of(record, "authorizer_request_id") is None


def is_failure(record: Record) -> bool:
    """Return whether a record is about something that failed or was refused."""
    match record.get("event"):
        case Kind.REQUEST:
            return status_of(record) >= 400
        case Kind.SWEEP:
            return bool(record.get("sweeps_failed"))
        case Kind.REFUSED | Kind.TOKEN_REFUSED | Kind.FAILURE | Kind.STALLED | Kind.USER_FAILING:
            return True
        case _:
            return is_gateway_refusal(record)


def status_of(record: Record) -> int:
    """Return the HTTP status in a record, 0 when there is none. API Gateway writes it as text."""
    try:
        return int(record.get("status", 0))
    except (TypeError, ValueError):
        return 0


def text_of(record: Record, name: str) -> str | None:
    """Return a field of a record as text; None when it is absent, empty or :data:`ABSENT`."""
    value = record.get(name)
    return None if value in (None, "", ABSENT) else str(value)


def id_of(record: Record) -> str | None:
    """Return the id that finds everything about a record's request: the request's own, or that of the authorizer's call."""
    return text_of(record, "request_id") or text_of(record, "function_request_id")
