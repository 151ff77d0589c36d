"""One line of the log group, and which kinds of them an operator is shown."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from lambdas.records import Kind

Record = dict[str, Any]
"""What one line says: the JSON object that a function, API Gateway or an operator's command wrote."""


SHOWN = frozenset(Kind) - {Kind.ACCESS, Kind.TOKEN, Kind.TOKEN_USE}
"""The kinds that an operator is shown; of :attr:`Kind.ACCESS` only refusals that no function saw."""

ABSENT = "-"
"""What API Gateway writes where a request has no value."""

_BY_AUTHORIZER = frozenset({"UNAUTHORIZED", "AUTHORIZER_FAILURE"})
"""Refusals that the authorizer has a record of, whenever it was asked. Not ACCESS_DENIED: a cached policy denies in silence."""


@dataclass(frozen=True)
class LogEvent:
    """One line of the log group."""

    at: datetime
    """When it was written, in UTC."""

    message: str
    """The line itself."""

    stream: str = ""
    """The log stream it is in: one per instance of a function, ``operators/...`` for operators' changes."""

    id: str = ""
    """What tells it from an equal one; the local cloud gives none."""

    @cached_property
    def record(self) -> Record:
        """The line's JSON object; empty when it is none."""
        try:
            value = json.loads(self.message)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


def is_shown(record: Record) -> bool:
    """Tell whether a record says what became of a request or a change; the rest of the log group is of the machinery.

    Every request has a record of API Gateway's; it is shown where it is the only one, for a refusal that no function saw.
    """
    if record.get("event") == Kind.ACCESS:
        return is_gateway_refusal(record)
    return record.get("event") in SHOWN


def is_gateway_refusal(record: Record) -> bool:
    """Tell whether API Gateway answered by itself, and the authorizer left no record of its own that tells more."""
    refusal = text_of(record, "refusal")
    if record.get("event") != Kind.ACCESS or refusal is None:
        return False
    return refusal not in _BY_AUTHORIZER or text_of(record, "authorizer_request_id") is None


def is_failure(record: Record) -> bool:
    """Tell whether a record is of something that did not succeed."""
    match record.get("event"):
        case Kind.REQUEST:
            return status_of(record) >= 400
        case Kind.SWEEP:
            return bool(record.get("sweeps_failed"))
        case Kind.REFUSED | Kind.FAILURE:
            return True
        case _:
            return is_gateway_refusal(record)


def status_of(record: Record) -> int:
    """Return the HTTP status that a record tells, 0 when it tells none; API Gateway writes it as a text."""
    try:
        return int(record.get("status", 0))
    except (TypeError, ValueError):
        return 0


def text_of(record: Record, name: str) -> str | None:
    """Return a field of a record as text; None when it is absent, empty or what API Gateway writes for absent."""
    value = record.get(name)
    return None if value in (None, "", ABSENT) else str(value)


def id_of(record: Record) -> str | None:
    """Return the id under which ``scimctl log show`` finds the whole story: the request's, or that of the authorizer's call."""
    return text_of(record, "request_id") or text_of(record, "function_request_id")
