"""The SCIM protocol of one directory, without input or output: routing, reading, applying changes, answering."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

from scim2_models import (
    MutabilityException,
    NotFoundException,
    PatchOp,
    PatchOperation,
    Resource,
    ResourceType,
    SCIMException,
)
from scim2_server.conditions import Conditions
from scim2_server.errors import MethodNotAllowedException
from scim2_server.requests import ScimRequest
from scim2_server.routing import Operation, Target, match
from scim2_server.service import ScimService

from lambdas.scim.bulk_reading import BulkReading
from lambdas.scim.cursors import SealedCursors
from lambdas.scim.detail import Detail
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.error_details import path_of, restate
from lambdas.scim.error_places import place_of
from lambdas.scim.found_resources import FoundResource, version_of
from lambdas.scim.models import ALWAYS_PRESENT, is_group
from lambdas.scim.patch_application import PatchApplication
from lambdas.scim.plain_bodies import PlainBody
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.plain_patches import NotPlainError, PlainPatch
from lambdas.scim.responses import Responses
from lambdas.scim.rules import Rules
from lambdas.scim.upstream import SealedService
from lambdas.scim.value_checks import check_values, lacks_values

SEARCHES = (Operation.search, Operation.search_with_body)


class DirectoryService(BulkReading, Responses, SealedService):
    """The SCIM protocol of one directory."""

    def __init__(self, provider: DirectoryProvider, secret: Callable[[], bytes], rules: Rules | None = None) -> None:
        """Create the service; it serves any number of requests, also at the same time.

        :param provider: The models, schemas, resource types and capabilities to serve.
        :param secret: Returns the secret that seals cursors. Called when a cursor is sealed or opened, so that requests without
            cursors cost no read.
        :param rules: The rules of the environment; the RFCs alone by default.
        """
        super().__init__(provider, SealedCursors(secret))
        self.described = provider
        self.rules = rules or Rules()
        self.reads_groups_as_roles = self.rules.reads_groups_as_roles

    @staticmethod
    def match(request: ScimRequest) -> Target:
        """Return the operation that a request asks for, and its target.

        :raises NotFoundException: When no endpoint has the path.
        :raises MethodNotAllowedException: When the endpoint does not support the method. ``.search`` supports POST only (RFC
            7644 section 3.4.3); the library reads it as an id otherwise, and answers 404.
        """
        if request.path.rstrip("/").endswith("/.search") and request.method.upper() != "POST":
            raise MethodNotAllowedException(allowed=["POST"])
        endpoint, _, resource_id = request.path.strip("/").partition("/")
        if not resource_id or "/" in resource_id or resource_id == ".search":
            return _match(request.method.upper(), request.path)
        try:
            return replace(_match(request.method.upper(), f"{endpoint}/-"), resource_id=resource_id)
        except SCIMException:
            return ScimService.match(request)  # whose error names the path

    # -- Resource types ---------------------------------------------------------------------------------------------

    def get_resource_type_by_endpoint(self, endpoint: str) -> ResourceType | None:
        """Return the resource type at an endpoint, whether it is served or not; None for an unknown endpoint."""
        wanted = endpoint.strip("/").lower()
        known = self.described.known_types
        return next((each for each in known if str(each.endpoint).strip("/").lower() == wanted), None)

    def reference_location(self, base_url: str, reference: str) -> str:
        """Return the URL of a reference to a resource; the common ``Users/2819c223`` without parsing it as a URL.

        A reference that is no URL, such as ``http://[a/Users/x``, is returned as the client sent it.
        """
        endpoint, _, resource_id = reference.rpartition("/")
        resource_type = self._types_by_endpoint.get(endpoint)
        if resource_type is None:
            try:
                return super().reference_location(base_url, reference)
            except ValueError:
                return reference
        return self.resource_location(base_url, resource_type, resource_id)

    @cached_property
    def _types_by_endpoint(self) -> dict[str, ResourceType]:
        return {self.endpoint_of(each): each for each in self.described.known_types}

    def authorize(self, request: ScimRequest, target: Target, resource_type: ResourceType) -> None:
        """Raise an error for a request on a resource type that is not served.

        The status is 400: identity providers read 401 and 403 as bad credentials, which end all provisioning (idp-behaviour
        1.9), and 405 as a defect of the endpoint (getsentry/self-hosted#2280, where Microsoft asks for 400). 501 is for what no
        resource supports, and a 5xx is retried and raises the operator's alarm.

        :raises NotFoundException: When the request reads a resource.
        :raises MutabilityException: When it changes one.
        """
        if self.described.serves(resource_type) or target.operation in SEARCHES:
            return
        if target.operation is Operation.query:
            raise NotFoundException(detail=Detail("This directory does not serve {name}s.", name=resource_type.name))
        detail = "This directory does not serve {name}s. Turn off their provisioning in the identity provider."
        raise MutabilityException(detail=Detail(detail, name=resource_type.name))

    def authorized_types(
        self, request: ScimRequest, target: Target, resource_types: list[ResourceType]
    ) -> list[ResourceType]:
        """Return the types that a search covers.

        A search for a type that is not served finds nothing: identity providers test a connection by searching for groups too,
        and a 404 would end all provisioning (idp-behaviour 1.2).
        """
        return [each for each in resource_types if self.described.serves(each)]

    def check_conditions(self, found: FoundResource, method: str, conditions: Conditions) -> None:
        """Check the conditions of a request against a resource as it was found.

        :raises PreconditionFailedException: When one does not hold.
        """
        # The document may show more than the stored version covers; where there is none, only the model has the whole version.
        version = found.version if found.document is not None else version_of(found.to_model())
        conditions.check(version if self.etag_supported else None, method)

    # -- Changing ---------------------------------------------------------------------------------------------------

    def apply_patch(
        self, current: Resource[Any], patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any] | None:
        """Apply a PATCH to a stored resource, in place, and return it; None when it changes nothing.

        :raises SCIMException: When an operation fails; the resource is of no use then.
        """
        self.check_preconditions(current, "PATCH", conditions)
        before = _without_members(current).model_copy(deep=True)
        application = PatchApplication(current)
        changes = [_apply(application, *each) for each in enumerate(patch_op.operations or [])]
        application.finish()
        if "active" in type(current).model_fields and current["active"] is None:
            current["active"] = before["active"]  # cleared: no default of the file may enable or disable a user
        if not any(changes):
            return None
        check_values(self.described, current, before)
        self.rules.check_change(before, current, patched=True)
        return current

    def read_plain_body(self, resource_type: ResourceType, payload: Any) -> PlainBody | None:
        """Return the body of a POST of a user that needs no model, neither to be read nor by the rules; None for any other."""
        if is_group(resource_type):
            return None
        name = str(resource_type.name)
        document = self.described.plain_bodies(name).read(payload)
        if (
            document is None
            or lacks_values(self.described, name, document)
            or self.rules.concern(document, is_new=True)
        ):
            return None
        if "active" not in document:
            document = self.described.plain_documents(name).read({**document, "active": True}) or document
        return PlainBody(payload, PlainResource("", document))

    def apply_plain_patch(
        self, found: FoundResource, patch: PlainPatch, conditions: Conditions
    ) -> tuple[PlainResource, PlainResource | None]:
        """Return the states of a user before and after a plain PATCH; None for the second when it changes nothing.

        :raises NotPlainError: When the state can only be computed by :meth:`apply_patch`.
        :raises PreconditionFailedException: When a condition of the request does not hold.
        """
        documents = self.described.plain_documents(str(found.resource_type.name))
        before = None if found.content is None else documents.read(found.content)
        if before is None:
            raise NotPlainError
        self.check_conditions(found, "PATCH", conditions)
        current = PlainResource(found.id, before)
        after, changed = patch.apply(before)
        if not changed:
            return current, None
        document = documents.read(after)
        if document is None or self.rules.concern(document, is_new=False):
            raise NotPlainError
        return current, PlainResource(found.id, document)

    def apply_replacement(
        self, current: Resource[Any], replacement: Resource[Any], conditions: Conditions
    ) -> Resource[Any] | None:
        """Return the new state that a PUT gives a stored resource; None when it changes nothing."""
        check_values(self.described, replacement, _without_members(current))
        for extension in type(current).get_extension_models().values():
            # An extension that the PUT leaves out keeps its readOnly and immutable attributes, which no client can remove.
            if current[extension] is not None and replacement[extension] is None:
                replacement[extension] = extension()
        try:
            replaced = super().apply_replacement(current, replacement, conditions)
        except MutabilityException as error:
            detail = Detail(
                "{name} is immutable: it cannot be changed once it has a value. Leave it out, or send the stored value.",
                name=path_of((error.attribute,)),
            )
            raise MutabilityException(detail=detail) from None
        if replaced is not None:
            self.rules.check_change(_without_members(current), replaced, patched=False)
        return replaced


@lru_cache(maxsize=128)
def _match(method: str, path: str) -> Target:
    """Return the target of a request; the library looks through all of its routes each time."""
    return match(method, path)


def _apply(application: PatchApplication, index: int, operation: "PatchOperation[Any]") -> bool:
    """Apply one operation of a PATCH in place, and return whether it changed anything."""
    try:
        _check_removal(operation)
        return application.apply(operation)
    except SCIMException as error:
        raise restate(error, place_of(index, operation, error)) from None


def _check_removal(operation: "PatchOperation[Any]") -> None:
    """Raise an error for the removal of an attribute that every resource has a value of (RFC 7644 section 3.5.2.2).

    :raises MutabilityException: Naming the attribute.
    """
    binding = operation.path.resolve() if operation.op is PatchOperation.Op.remove and operation.path else None
    schema = str(getattr(binding.model, "__schema__", "")) if binding else ""
    if binding is not None and binding.field_name in ALWAYS_PRESENT.get(schema, ()):
        detail = Detail("{name} is required: a PATCH cannot remove it. Replace its value.", name=binding.field_name)
        raise MutabilityException(detail=detail)


def _without_members(resource: Resource[Any]) -> Resource[Any]:
    """Return a resource, of a group all but its members, of which there may be a hundred thousand."""
    return resource.model_copy(update={"members": None}) if is_group(resource) else resource
