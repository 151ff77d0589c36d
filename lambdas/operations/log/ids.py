"""The ids in log records, and the filter patterns that find them."""

import re
from collections.abc import Iterable, Iterator

from lambdas.operations.log.events import Record, text_of
from lambdas.records import Kind

MAX_PATTERN = 1_024
"""Characters of a filter pattern (CloudWatch Logs, FilterLogEvents)."""

FORM = re.compile(r"[A-Za-z0-9-]{1,100}")
"""The form of an id and of the beginning of one. Nothing else can stand in a pattern."""

AUTHORIZER_FIELD = "authorizer_request_id"
"""The field of API Gateway's record with Lambda's id of the authorizer's call."""

OWN_FIELDS = ("request_id", "function_request_id", "record.requestId")
"""The paths of a record's own ids: API Gateway's id, Lambda's id of the call, and the same in Lambda's own reports."""

ALL_FIELDS = (*OWN_FIELDS, AUTHORIZER_FIELD)

BY_CREDENTIALS = frozenset(
    {"UNAUTHORIZED", "ACCESS_DENIED", "AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR", "EXPIRED_TOKEN"}
)
"""API Gateway's response types for a request that the authorizer did not let through."""


def ids_of(record: Record) -> set[str]:
    """Return a record's own ids."""
    platform = record.get("record")
    nested = text_of(platform, "requestId") if isinstance(platform, dict) else None
    return {each for each in (text_of(record, "request_id"), text_of(record, "function_request_id"), nested) if each}


def authorizer_call_of(record: Record) -> str | None:
    """Return the id of the authorizer's call that refused the request of API Gateway's record; None for any other record.

    For a request that was let through, the id says nothing: the result of a call is cached, and API Gateway may write its id
    for every request that uses it. Following it would merge the requests of one minute into one history.
    """
    if record.get("event") != Kind.ACCESS or text_of(record, "refusal") not in BY_CREDENTIALS:
        return None
    return text_of(record, AUTHORIZER_FIELD)


def patterns(values: Iterable[str], fields: Iterable[str] = OWN_FIELDS) -> Iterator[str]:
    """Yield filter patterns that together find the records with one of these values in one of these fields.

    Each has at most :data:`MAX_PATTERN` characters.
    """
    paths = list(fields)
    pattern = ""
    for condition in (f'($.{path} = "{value}")' for value in values for path in paths):
        longer = f"{pattern} || {condition}" if pattern else condition
        if len(longer) + len("{  }") > MAX_PATTERN:
            yield f"{{ {pattern} }}"
            longer = condition
        pattern = longer
    if pattern:
        yield f"{{ {pattern} }}"
