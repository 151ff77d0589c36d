"""The record of a request in the SCIM log, which holds its metrics too."""

import time
from typing import Any

from scim2_models import SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas import records
from lambdas.api.callers import Caller
from lambdas.api.event import Event, route_of
from lambdas.api.observability import logger, write_record
from lambdas.records import Kind
from lambdas.scim.guarding import GuardResult
from lambdas.scim.log_fields import answer_fields, known, request_fields
from lambdas.scim.trace import Trace
from lambdas.stacks import stack_of
from lambdas.store.meter import Meter

FIELDS_OF_GUARD = ("request_id", "connection", "directory")
"""What the record of the guard has of a request."""


class Record:
    """The record of one request, filled while it is served."""

    def __init__(self, event: Event) -> None:
        """Start the record; its duration counts from now."""
        self.started = time.perf_counter()
        self.event = event
        self.caller: Caller | None = None
        self.request: ScimRequest | None = None
        self.trace = Trace()
        self.refusal: SCIMException | None = None

    @property
    def request_id(self) -> str:
        """API Gateway's id of the request, which is in its access log and in the answer's ``x-amzn-RequestId``."""
        return str((self.event.get("requestContext") or {}).get("requestId"))

    def failure(self, exception: Exception) -> None:
        """Log the stack of an unexpected exception."""
        logger.error(
            Kind.FAILURE.value,
            **records.record(
                Kind.FAILURE,
                request_id=self.request_id,
                exception_name=type(exception).__name__,
                exception=stack_of(exception),
            ),
        )

    def finish(self, response: ScimResponse, meter: Meter, environment: str) -> None:
        """Log the request's record.

        :param response: The response.
        :param meter: The DynamoDB calls and capacity units of the request.
        :param environment: The environment's name, the metrics' only dimension.
        """
        try:
            write_record(records.with_metrics(self.fields(response, meter, environment)))
            if self.trace.guard is not None and self.trace.guard.is_first:
                logger.warning(Kind.GUARD.value, **records.with_metrics(self._guard(self.trace.guard, environment)))
        except Exception as exception:  # the request has succeeded: its client gets the answer all the same
            self.failure(exception)

    def fields(self, response: ScimResponse, meter: Meter, environment: str) -> dict[str, Any]:
        """Return the record without fields that are unknown or empty. The parameters are those of :meth:`finish`."""
        asked = request_fields(self.request, self.trace)
        cost = {records.MILLISECONDS: round((time.perf_counter() - self.started) * 1000, 1), **meter.fields()}
        fields = {**self._sender(), **asked, **answer_fields(response, self.refusal), **cost}
        return records.record(Kind.REQUEST, environment=environment, **known(fields))

    def _guard(self, result: GuardResult, environment: str) -> dict[str, Any]:
        """Return the record of the first user above the limit of deprovisioned users."""
        sender = {name: value for name, value in self._sender().items() if name in FIELDS_OF_GUARD}
        counted = {"users": result.count, "limit": result.limit, "held": result.held, records.MASS_DEPROVISIONING: 1}
        return records.record(Kind.GUARD, environment=environment, **known(sender), **counted)

    def _sender(self) -> dict[str, Any]:
        caller = self.caller
        return {
            "request_id": self.request_id,
            "connection": caller.connection if caller else None,
            "directory": caller.directory if caller else None,
            "token": caller.token if caller else None,
            "method": str(self.event.get("httpMethod")),
            "route": route_of(self.event),
        }
