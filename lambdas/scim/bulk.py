"""Bulk requests (RFC 7644 section 3.7): each operation is applied as the single request that it stands for."""

import time
from collections.abc import Callable
from typing import Any, cast

from scim2_models import BulkOperation, PatchOp, Resource, ResourceType
from scim2_server.bulk import BulkPlan, BulkStep
from scim2_server.conditions import Conditions
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas.scim import limits
from lambdas.scim.detail import Detail
from lambdas.scim.errors import BusyException
from lambdas.scim.resource_operations import ResourceOperations
from lambdas.scim.service import DirectoryService

NOT_STARTED = Detail("The request ran out of time before it reached this operation. Send the operation again.")


class BulkRun:
    """One bulk request on its way through its operations."""

    def __init__(
        self,
        service: DirectoryService,
        operations_on: Callable[[ResourceType], ResourceOperations],
        request: ScimRequest,
    ) -> None:
        """Prepare the run.

        :param operations_on: Returns the operations on the resources of a type.
        """
        self.service = service
        self.operations_on = operations_on
        self.request = request
        self.ends = time.monotonic() + limits.BULK_SECONDS

    def run(self) -> ScimResponse:
        """Apply the operations in the order of their references, and return one result for each that ran."""
        plan = self.service.read_bulk(self.request.body, self.request.header("Content-Type"))
        for step in plan:
            result, resource = self._step(plan, step)
            plan.record(step, result, resource)
        return self.service.bulk_response(plan)

    def _step(self, plan: BulkPlan, step: BulkStep) -> tuple[dict[str, Any], Resource[Any] | None]:
        """Apply one operation; a failure is the result of this operation and of no other (RFC 7644 section 3.7.3).

        An operation that there is no time for is answered with 503, so that the client gets the results of the others.

        :return: The result, and the resource that was created or changed.
        """
        operation = plan.operation(step)
        outcome = self.service.bulk_outcome(self.request.base_url, operation)
        if time.monotonic() >= self.ends:
            return self.service.bulk_failure(outcome, BusyException(detail=NOT_STARTED)), None
        try:
            resource_type = self.service.route_bulk_operation(operation)
            operation = plan.resolve(step)
            self.service.locate_bulk_operation(self.request.base_url, resource_type, operation, outcome)
            self.service.authorize_bulk_operation(self.request, operation, resource_type)
            failure = self.service.bulk_validation_failure(operation, outcome)
            if failure is not None:
                return failure, None
            resource = self._apply(self.operations_on(cast("ResourceType", resource_type)), operation)
        except Exception as exception:
            return self.service.bulk_failure(outcome, exception), None
        return self.service.bulk_success(self.request.base_url, operation, outcome, resource), resource

    def _apply(self, resources: ResourceOperations, operation: BulkOperation[Resource[Any]]) -> Resource[Any] | None:
        conditions = Conditions(if_match=operation.version if self.service.etag_supported else None)
        resource_id = cast("str", operation.resource_id)
        match operation.method:
            case BulkOperation.Method.post:
                return resources.create(cast("Resource[Any]", operation.data)).to_model()
            case BulkOperation.Method.put:
                return resources.replace(resource_id, cast("Resource[Any]", operation.data), conditions).to_model()
            case BulkOperation.Method.patch:
                self.service.ensure_patch_supported()
                return resources.patch(resource_id, cast("PatchOp[Any]", operation.data), conditions).to_model()
            case _:
                resources.delete(resource_id, conditions)
                return None
