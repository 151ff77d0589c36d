"""Reading bulk requests: an invalid operation fails alone, with the same error as the single request that it stands for."""

from functools import reduce
from operator import or_
from typing import Any

from pydantic import ValidationError
from scim2_models import BulkOperation, BulkRequest, Context, InvalidSyntaxException, Resource
from scim2_server.bulk import BulkPlan
from scim2_server.utils import parametrize

from lambdas.scim.detail import Detail
from lambdas.scim.error_places import explain_patch
from lambdas.scim.request_reading import RequestReading

Operation = BulkOperation[Resource[Any]]

_VALID: dict[str, Any] = {"Operations": [{"method": "DELETE", "path": "/Users/-"}]}
"""Operations that stand for the client's while the rest of a message is validated."""


class BulkReading(RequestReading):
    """The steps of a service that read bulk requests."""

    def read_bulk(self, body: bytes, content_type: str | None) -> BulkPlan:
        """Return the operations of a bulk request, in the order of their references (RFC 7644 section 3.7).

        :raises SCIMException: When the message as a whole is invalid or exceeds a limit.
        """
        self.ensure_supported(self.config.bulk, "Bulk")
        self.ensure_bulk_payload_size(len(body))
        payload = self._read_dialect(BulkRequest, self.decode_body(body, content_type))
        models = [self.get_model(each) for each in self.provider.resource_types]
        envelope = {**payload, **_VALID} if isinstance(payload, dict) else payload
        message = self._validate(parametrize(BulkRequest, reduce(or_, models)), envelope, Context.BULK_REQUEST)
        return BulkPlan([self._read_operation(each) for each in _operations_of(payload)], message.fail_on_errors)

    def _read_operation(self, operation: Any) -> Operation:
        """Return a validated operation; an invalid one has its error as the response."""
        members = operation if isinstance(operation, dict) else {}
        path = members.get("path")
        model = (self._model_at(path) if isinstance(path, str) else None) or self.get_models()[0]
        kind = parametrize(BulkOperation, model)
        try:
            return kind.model_validate(operation, scim_ctx=Context.BULK_REQUEST)
        except ValidationError as error:
            failure = self.error_of(explain_patch(model, members.get("data"), error))
        method, bulk_id = members.get("method"), members.get("bulkId")
        return kind(
            method=method if method in list(BulkOperation.Method) else None,
            bulk_id=bulk_id if isinstance(bulk_id, str) else None,
            path=path if isinstance(path, str) else None,
            status=failure.status,
            response=failure,
        )


def _operations_of(payload: dict[str, Any]) -> list[Any]:
    """Return the operations of a message.

    :raises InvalidSyntaxException: When there are none.
    """
    operations = payload.get("Operations")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntaxException(detail=Detail("Operations must be a list with one or more operations"))
    return operations
