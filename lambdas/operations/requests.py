"""An operator's change to a user or group: served like an identity provider's request, and recorded like one."""

import json
import time
import uuid
from http import HTTPStatus
from typing import Any

from scim2_models import SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas import records
from lambdas.operations.journal import Journal
from lambdas.records import Kind
from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.log_fields import answer_fields, known, request_fields
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.storage import DynamoStorage


class OperatorRequest:
    """One SCIM request in an operator's name."""

    def __init__(self, journal: Journal, storage: DynamoStorage, service: DirectoryService) -> None:
        """Take where the record goes, a storage that serves no other request, and the service with the operators' rules."""
        self.journal = journal
        self.storage = storage
        self.service = service
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
        meter = self.storage.table.meter
        meter.reset()
        started = time.perf_counter()
        try:
            response = DirectoryHandler(self.service, self.storage, self.trace).handle(request)
        except Exception as exception:
            self._record(request, route, self._failure(exception), started)
            raise
        self._record(request, route, response, started)
        return response

    def _failure(self, exception: Exception) -> ScimResponse:
        if isinstance(exception, SCIMException):
            return self.service.error_response(exception)
        return ScimResponse(
            HTTPStatus.INTERNAL_SERVER_ERROR, {"detail": f"The change failed ({type(exception).__name__})."}
        )

    def _record(self, request: ScimRequest, route: str, response: ScimResponse, started: float) -> None:
        sender = {
            "request_id": str(uuid.uuid4()),
            "directory": self.storage.directory,
            "operator": self.journal.operator,
            "method": request.method,
            "route": route,
        }
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        cost = {records.MILLISECONDS: milliseconds, **self.storage.table.meter.fields()}
        fields = {**sender, **request_fields(request, self.trace), **answer_fields(response, request), **cost}
        environment = self.journal.target.settings.name
        self.journal.write(records.record(Kind.REQUEST, environment=environment, **known(fields)))
