"""The SCIM log: one record for every request, which is its metrics too."""

import time
from typing import Any

from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas import records
from lambdas.api.callers import Caller
from lambdas.api.event import Event, route_of
from lambdas.api.observability import logger
from lambdas.api.redaction import filter_shape, named_in, trace_of, without_values
from lambdas.records import Kind
from lambdas.scim.trace import Trace
from lambdas.store.table import Meter

MAX_TEXT = 500
"""Characters of one text in a record. A client may send megabytes where a name belongs."""

MAX_NAMES = 50
"""Attribute names in one record."""


class Record:
    """What is known of one request, gathered while it is served."""

    def __init__(self, event: Event) -> None:
        """Begin with the event as API Gateway sent it; the clock starts now."""
        self.started = time.perf_counter()
        self.event = event
        self.caller: Caller | None = None
        self.operator: str | None = None
        self.request: ScimRequest | None = None
        self.trace = Trace()

    @property
    def request_id(self) -> str:
        """API Gateway's id of the request: the one in its access log and in the answer's ``x-amzn-RequestId``."""
        return str((self.event.get("requestContext") or {}).get("requestId"))

    def failure(self, exception: Exception) -> None:
        """Log an unforeseen exception with its full trace."""
        logger.error(
            Kind.FAILURE.value,
            **records.record(
                Kind.FAILURE,
                request_id=self.request_id,
                exception_name=type(exception).__name__,
                exception=trace_of(exception, self.request),
            ),
        )

    def finish(self, response: ScimResponse, meter: Meter, environment: str) -> None:
        """Log the request's record.

        :param response: What was answered.
        :param meter: What was asked of DynamoDB.
        :param environment: The environment's name, the metrics' only dimension.
        """
        try:
            logger.info(Kind.REQUEST.value, **records.with_metrics(self.fields(response, meter, environment)))
        except Exception as exception:  # what was done is done: the client gets its answer, the operator this
            self.failure(exception)

    def fields(self, response: ScimResponse, meter: Meter, environment: str) -> dict[str, Any]:
        """Return the record; a field that is not known or empty is left out. The parameters are those of :meth:`finish`."""
        fields = {**self._who_and_what(), **self._outcome(response), **self._cost(meter)}
        known = {name: value for name, value in fields.items() if value not in (None, [], "")}
        return records.record(Kind.REQUEST, environment=environment, **known)

    def _who_and_what(self) -> dict[str, Any]:
        caller, trace = self.caller, self.trace
        named = named_in(self.request) if trace.name is None else {}  # a creation that was refused
        query = self.request.query if self.request else {}
        return {
            "request_id": self.request_id,
            "connection": caller.connection if caller else None,
            "directory": caller.directory if caller else None,
            "token": caller.token if caller else None,
            "operator": self.operator,
            "method": str(self.event.get("httpMethod")),
            "route": route_of(self.event),
            "filter": _short(filter_shape(query["filter"])) if query.get("filter") else None,
            "resource_type": trace.resource_type,
            "resource_id": _short(trace.resource_id),
            "resource_name": _short(trace.name or named.get("username") or named.get("displayname")),
            "external_id": _short(trace.external_id or named.get("externalid")),
            "changed": [_short(name) for name in trace.changed[:MAX_NAMES]],
            "operations": trace.operations,
            "became": trace.became,
            "groups_left": trace.groups_left,
            "results": trace.results,
        }

    def _outcome(self, response: ScimResponse) -> dict[str, Any]:
        status = int(response.status)
        error = response.body or {} if status >= 400 else {}
        detail = error.get("detail")
        return {
            "status": status,
            "scim_type": error.get("scimType"),
            "detail": _short(without_values(detail, self.request)) if detail else None,
            records.REFUSED: int(400 <= status < 500),
            records.FAILED: int(status >= 500),
        }

    def _cost(self, meter: Meter) -> dict[str, Any]:
        return {
            records.MILLISECONDS: round((time.perf_counter() - self.started) * 1000, 1),
            "dynamodb_calls": meter.calls,
            "read_units": meter.read_units,
            "write_units": meter.write_units,
        }


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}…"
