"""What the operations on users and on groups have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from scim2_models import PatchOp, PreconditionFailedException, Resource, ResourceType, ResponseParameters
from scim2_server.conditions import Conditions

from lambdas.retrying import Backoff
from lambdas.scim.found_resources import FoundResource
from lambdas.scim.plain_bodies import PlainBody
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.plain_patches import PlainPatch
from lambdas.scim.service import DirectoryService
from lambdas.scim.storage import DirectoryStorage
from lambdas.scim.trace import Trace
from lambdas.scim.value_checks import check_values

T = TypeVar("T")


class ResourceOperations(ABC):
    """The operations on the resources of one type, for one request.

    Every method raises the :class:`scim2_models.SCIMException` that refuses the request, and records in the trace which
    resource it was about.
    """

    def __init__(
        self, resource_type: ResourceType, service: DirectoryService, storage: DirectoryStorage, trace: Trace
    ) -> None:
        self.resource_type = resource_type
        self.service = service
        self.storage = storage
        self.trace = trace

    def create(
        self, body: Resource[Any] | PlainBody, parameters: ResponseParameters[Any] | None = None
    ) -> FoundResource:
        """Create a resource and return it as it is stored (RFC 7644 section 3.3).

        :param body: The validated body, or one that needs no model and no checks.
        :param parameters: What the answer shows; stored parts that it leaves out are not read.
        """
        self.trace.creates(body)
        resource = body.resource if isinstance(body, PlainBody) else body
        if not isinstance(resource, PlainResource):
            self._prepare(resource)
        created = self.storage.write_new(self.resource_type, resource, parameters)
        self.trace.found(created)
        return created

    def read(self, resource_id: str, parameters: ResponseParameters[Any]) -> FoundResource:
        """Return a resource, without stored parts that its answer leaves out (RFC 7644 section 3.4.1)."""
        found = self.storage.read(self.resource_type, resource_id, parameters)
        self.trace.found(found)
        return found

    def patch(self, resource_id: str, patch: "PatchOp[Any] | PlainPatch", conditions: Conditions) -> FoundResource:
        """Apply a PATCH and return the result (RFC 7644 section 3.5.2); :meth:`reload` completes it for an answer."""
        self.trace.about(self.resource_type, resource_id)
        self.trace.patched(patch)
        return self._retry(conditions, lambda: self._patch_once(resource_id, patch, conditions))

    def replace(self, resource_id: str, replacement: Resource[Any], conditions: Conditions) -> FoundResource:
        """Apply a PUT and return the result (RFC 7644 section 3.5.1); :meth:`reload` completes it for an answer."""
        self.trace.about(self.resource_type, resource_id)
        self.trace.wrote(replacement)
        return self._retry(conditions, lambda: self._replace_once(resource_id, replacement, conditions))

    def delete(self, resource_id: str, conditions: Conditions) -> None:
        """Delete a resource in the state that its conditions were checked against (RFC 7644 section 3.6)."""
        self.trace.about(self.resource_type, resource_id)
        self._retry(conditions, lambda: self._delete_once(resource_id, conditions))

    def _validated(self, patch: "PatchOp[Any] | PlainPatch") -> "PatchOp[Any]":
        """Return a PATCH as the protocol library applies it."""
        if isinstance(patch, PlainPatch):
            return self.service.validate_patch(self.resource_type, {"Operations": list(patch.operations)})
        return patch

    def _prepare(self, resource: Resource[Any]) -> None:
        """Check a resource before it is created, and set its default values."""
        check_values(self.service.described, resource)
        self.service.rules.check_creation(resource)

    @abstractmethod
    def reload(self, changed: FoundResource, parameters: ResponseParameters[Any]) -> FoundResource:
        """Return what :meth:`patch` or :meth:`replace` returned, with everything that an answer shows."""

    @abstractmethod
    def _patch_once(
        self, resource_id: str, patch: "PatchOp[Any] | PlainPatch", conditions: Conditions
    ) -> FoundResource:
        """Read the resource, apply a PATCH and write the result."""

    @abstractmethod
    def _replace_once(self, resource_id: str, replacement: Resource[Any], conditions: Conditions) -> FoundResource:
        """Read the resource, apply a PUT and write the result."""

    @abstractmethod
    def _delete_once(self, resource_id: str, conditions: Conditions) -> None:
        """Read the resource, check its conditions and delete it."""

    @staticmethod
    def _retry(conditions: Conditions, attempt: Callable[[], T]) -> T:
        """Return the result of an attempt, repeated from its read on as long as concurrent requests win.

        Without ``If-Match`` a client expects no conflict: two PATCHes of one user that meet are both applied, one after the
        other (idp-behaviour case 60). With a condition, a lost race is 412.

        :raises OutOfTimeError: When other requests won until the time for retries was over.
        """
        pause = Backoff()
        while True:
            try:
                return attempt()
            except PreconditionFailedException:
                if is_conditional(conditions):
                    raise
                pause.wait()


def is_conditional(conditions: Conditions) -> bool:
    """Return whether a request depends on the version of the resource (RFC 7644 section 3.14)."""
    return bool(conditions.if_match or conditions.if_none_match)
