"""An operator's change to a user or group: served like an identity provider's request, and recorded like one."""

import json
import time
import uuid
from typing import Any

from scim2_models import SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas import records
from lambdas.operations.journal import Journal
from lambdas.records import Kind
from lambdas.scim.detail import Detail
from lambdas.scim.log_fields import answer_fields, known, request_fields
from lambdas.scim.trace import Trace
from lambdas.store.directories import Directories
from lambdas.store.items import ByHand


class OperatorRequest:
    """One SCIM request in an operator's name."""

    def __init__(
        self, journal: Journal, directories: Directories, directory: str, by_hand: ByHand | None = None
    ) -> None:
        """Prepare a request.

        :param journal: Writes the record.
        :param directories: The directories of the environment, open with the rules for operators.
        :param directory: The id of the directory that the request is for.
        :param by_hand: What a user that the request creates has beside its attributes.
        """
        self.journal = journal
        self.directories = directories
        self.directory = directory
        self.by_hand = by_hand
        self.trace = Trace()

    def send(self, method: str, route: str, path: str, body: Any = None) -> ScimResponse:
        """Serve the request, and leave its record whether it succeeds or not.

        :param route: The path with placeholders, such as ``/Users/{id}``.
        :param body: The body of a PATCH or POST; None for DELETE.
        :raises SCIMException: When the request is refused.
        """
        request = ScimRequest(
            method=method,
            base_url="",
            path=path,
            headers={"Content-Type": "application/scim+json"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        meter = self.directories.table.meter
        meter.reset()
        started = time.perf_counter()
        try:
            response = self.directories.handle(self.directory, request, self.trace, by_hand=self.by_hand)
        except Exception as exception:
            refusal = exception if isinstance(exception, SCIMException) else _failure(exception)
            self._record(request, route, self.directories.service.error_response(refusal), refusal, started)
            raise
        self._record(request, route, response, None, started)
        return response

    def _record(
        self, request: ScimRequest, route: str, response: ScimResponse, refusal: SCIMException | None, started: float
    ) -> None:
        sender = {
            "request_id": str(uuid.uuid4()),
            "directory": self.directory,
            "operator": self.journal.operator,
            "method": request.method,
            "route": route,
        }
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        cost = {records.MILLISECONDS: milliseconds, **self.directories.table.meter.fields()}
        fields = {**sender, **request_fields(request, self.trace), **answer_fields(response, refusal), **cost}
        environment = self.journal.target.settings.name
        self.journal.write(records.record(Kind.REQUEST, environment=environment, **known(fields)))


def _failure(exception: Exception) -> SCIMException:
    """Return the error that the record of a failed change has."""
    failure = SCIMException(detail=Detail("The change failed ({kind}).", kind=type(exception).__name__))
    failure.status = 500
    return failure
