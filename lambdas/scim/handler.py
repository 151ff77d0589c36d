"""Serving one request: scim2-server's handler, with groups changed by delta and lost races tried again.

Without ``If-Match`` a client expects no conflict: two PATCHes of one user that meet are both applied, one after the other
(idp-behaviour case 60). So a lost race is answered by reading again and applying again; with ``If-Match`` it is 412.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from scim2_models import (
    BulkOperation,
    Meta,
    PatchOp,
    PreconditionFailedException,
    Resource,
    ResourceType,
    TooManyException,
)
from scim2_server.conditions import Conditions
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.routing import Target
from scim2_server.storage import projection

from lambdas.retrying import Backoff, request_time
from lambdas.scim import limits
from lambdas.scim.extensions.open_extension import check_open_names
from lambdas.scim.membership import MemberChange, MembersNeeded, read_members, split_members
from lambdas.scim.rules import Deprovisioning, is_active
from lambdas.scim.service import DirectoryService
from lambdas.scim.storage import DirectoryStorage
from lambdas.scim.trace import DISABLED, REMOVED, Trace

T = TypeVar("T")


class DirectoryHandler(ScimHandler):
    """Serves a request to one directory, and notes in its trace what it was about."""

    service: DirectoryService
    storage: DirectoryStorage

    def __init__(self, service: DirectoryService, storage: DirectoryStorage, trace: Trace) -> None:
        """Take the protocol, the directory's storage, and the trace to fill."""
        super().__init__(service, storage)
        self.trace = trace
        self.compared = 0

    def handle(self, request: ScimRequest) -> ScimResponse:
        """Serve a request.

        :raises SCIMException: When it is refused; :meth:`DirectoryService.error_response` makes the answer.
        """
        with self.service.provider:
            self._note(self.service.match(request))
        with request_time():
            return super().handle(request)

    def _note(self, target: Target) -> None:
        resource_type = self.service.get_resource_type_by_endpoint(target.endpoint or "")
        if resource_type is not None:
            self.trace.about(resource_type, target.resource_id)

    # -- One resource -----------------------------------------------------------------------------------------------

    def create(self, request: ScimRequest) -> ScimResponse:
        """Create a resource (RFC 7644 section 3.3)."""
        with self.service.provider:
            target = self.service.match(request)
            if target.me:
                return super().create(request)
            resource_type = self.service.resource_type_at(cast("str", target.endpoint))
            self.service.authorize(request, target, resource_type)
            resource = self.service.read_creation(resource_type, request.body, request.header("Content-Type"))
            return self.service.creation_response(request.base_url, self._create(resource_type, resource))

    def _create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        self.trace.saw(resource)
        self.trace.wrote(resource)
        check_open_names(resource)
        self.service.rules.check_creation(resource)
        created = self.storage.create(resource_type, resource)
        self.trace.saw(created)
        return created

    def query(self, request: ScimRequest) -> ScimResponse:
        """Read a resource (RFC 7644 section 3.4.1)."""
        with self.service.provider:
            target = self.service.route(request, self.service.match(request).operation)
            resource_type = self.service.resource_type_at(cast("str", target.endpoint))
            self.service.authorize(request, target, resource_type)
            parameters = self.service.read_response_parameters(resource_type, request.query)
            resource = self.storage.get(
                resource_type, cast("str", target.resource_id), **projection(self.storage, parameters)
            )
            self.trace.saw(resource)
            conditions = self.service.read_conditions(request)
            return self.service.query_response(request.base_url, resource, parameters, conditions)

    def patch(self, request: ScimRequest) -> ScimResponse:
        """Modify a resource (RFC 7644 section 3.5.2)."""
        with self.service.provider:
            target = self.service.route(request, self.service.match(request).operation)
            resource_type = self.service.resource_type_at(cast("str", target.endpoint))
            self.service.authorize(request, target, resource_type)
            parameters = self.service.read_response_parameters(resource_type, request.query)
            patch_op = self.service.read_patch(resource_type, request.body, request.header("Content-Type"))
            conditions = self.service.read_conditions(request)
            resource_id = cast("str", target.resource_id)
            resource = self.patch_resource(resource_type, resource_id, patch_op, conditions)
            if _is_group(resource_type) and (parameters.attributes or parameters.excluded_attributes):
                resource = self.storage.get(resource_type, resource_id, **projection(self.storage, parameters))
            return self.service.patch_response(request.base_url, resource, parameters)

    def replace(self, request: ScimRequest) -> ScimResponse:
        """Replace a resource (RFC 7644 section 3.5.1)."""
        with self.service.provider:
            target = self.service.route(request, self.service.match(request).operation)
            resource_type = self.service.resource_type_at(cast("str", target.endpoint))
            self.service.authorize(request, target, resource_type)
            parameters = self.service.read_response_parameters(resource_type, request.query)
            replacement = self.service.read_replacement(resource_type, request.body, request.header("Content-Type"))
            conditions = self.service.read_conditions(request)
            resource_id = cast("str", target.resource_id)
            resource = self._replace(resource_type, resource_id, replacement, conditions)
            if _is_group(resource_type):
                resource = self.storage.get(resource_type, resource_id, **projection(self.storage, parameters))
            return self.service.replacement_response(request.base_url, resource, parameters)

    # -- Changes ----------------------------------------------------------------------------------------------------

    def patch_resource(
        self, resource_type: ResourceType, resource_id: str, patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any]:
        """Apply a PATCH, anew after each lost race, and return the result; a group comes back without its members."""
        self.trace.about(resource_type, resource_id)
        self.trace.patched(patch_op)
        if _is_group(resource_type):
            return self._retry(conditions, lambda: self._patch_group(resource_type, resource_id, patch_op, conditions))
        resource = self._retry(conditions, lambda: self._patch_user(resource_type, resource_id, patch_op, conditions))
        self.trace.saw(resource)
        return resource

    def _patch_user(
        self, resource_type: ResourceType, user_id: str, patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any]:
        """Apply a PATCH to a user."""
        current = self.storage.get(resource_type, user_id)
        was_active = is_active(current)  # asked now: a PATCH is applied in place
        patched = self.service.apply_patch(current, patch_op, conditions)
        return self._write_user(resource_type, current, patched, was_active=was_active)

    def _write_user(
        self, resource_type: ResourceType, current: Resource[Any], after: Resource[Any] | None, *, was_active: bool
    ) -> Resource[Any]:
        """Write the state that a PATCH or PUT of a user leads to, with what becomes of the user then, and return it.

        :param after: The new state; None when the request changes nothing.
        """
        version = current.meta.version if current.meta else None
        ending = self.service.rules.after_change(was_active, after or current)
        if ending is Deprovisioning.REMOVED:
            self.storage.delete(resource_type, str(current.id), expected_version=version)
            self.trace.became = REMOVED
            nothing = dict.fromkeys({"groups", "entitlements"} & type(current).model_fields.keys())
            return (after or current).model_copy(update=nothing)
        if ending is Deprovisioning.LEAVES:
            return self._write_leaver(resource_type, current, after, version)
        return current if after is None else self.storage.update(resource_type, after, expected_version=version)

    def _write_leaver(
        self, resource_type: ResourceType, current: Resource[Any], after: Resource[Any] | None, version: str | None
    ) -> Resource[Any]:
        """Write the state of a user who leaves all groups; one that is in none leaves no trace of it."""
        groups = len(getattr(current, "groups", None) or [])
        self.trace.groups_left = groups or self.trace.groups_left
        if groups:
            return self.storage.update_and_leave(resource_type, after or current, expected_version=version)
        return current if after is None else self.storage.update(resource_type, after, expected_version=version)

    def _patch_group(
        self, resource_type: ResourceType, group_id: str, patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any]:
        """Apply a PATCH to a group without loading its members, unless its outcome depends on them."""
        try:
            change, others = split_members(patch_op)
        except MembersNeeded:
            return self._patch_compared(resource_type, group_id, patch_op, conditions)
        if change is not None and not others and not (conditions.if_match or conditions.if_none_match):
            version = self.storage.update_group(resource_type, group_id, None, change)
            return self._unread(resource_type, group_id, version)
        head = self.storage.get_head(resource_type, group_id)
        version = head.meta.version if head.meta else None
        rest = patch_op.model_copy(update={"operations": others})
        patched = self.service.apply_patch(head, rest, conditions)
        self.trace.saw(head)
        if patched is not None or change is not None:
            version = self.storage.update_group(resource_type, group_id, patched, change, expected_version=version)
        return self._unread(resource_type, group_id, version)

    def _patch_compared(
        self, resource_type: ResourceType, group_id: str, patch_op: "PatchOp[Any]", conditions: Conditions
    ) -> Resource[Any]:
        """Apply a PATCH whose outcome depends on what a group's members are.

        :raises TooManyException: When the request's operations look at more than :data:`limits.MAX_MEMBERS_COMPARED`.
        """
        try:
            current = self.storage.get(resource_type, group_id)
        except TooManyException:
            raise _too_many_compared() from None
        compared = self.compared + len(getattr(current, "members", None) or [])
        if compared > limits.MAX_MEMBERS_COMPARED:
            raise _too_many_compared()
        version = current.meta.version if current.meta else None
        patched = self.service.apply_patch(current, patch_op, conditions)
        if patched is not None:
            current = self.storage.update(resource_type, patched, expected_version=version)
        self.compared = compared
        return current

    def _replace(
        self, resource_type: ResourceType, resource_id: str, replacement: Resource[Any], conditions: Conditions
    ) -> Resource[Any]:
        """Apply a PUT, anew after each lost race."""
        self.trace.about(resource_type, resource_id)
        self.trace.wrote(replacement)

        def attempt() -> Resource[Any]:
            if _is_group(resource_type):
                return self._replace_group(resource_type, resource_id, replacement, conditions)
            current = self.storage.get(resource_type, resource_id)
            replaced = self.service.apply_replacement(current, replacement.model_copy(deep=True), conditions)
            return self._write_user(resource_type, current, replaced, was_active=is_active(current))

        resource = self._retry(conditions, attempt)
        self.trace.saw(resource)
        return resource

    def _replace_group(
        self, resource_type: ResourceType, group_id: str, replacement: Resource[Any], conditions: Conditions
    ) -> Resource[Any]:
        """Replace a group: its attributes as a whole, its members as the difference to what is stored.

        :raises TooManyException: When it names more members than :data:`limits.MAX_MEMBERS_REPLACED`.
        """
        named = getattr(replacement, "members", None) or []
        if len(named) > limits.MAX_MEMBERS_REPLACED:
            raise TooManyException(
                detail=f"The body names {len(named):,} members; a PUT may name up to {limits.MAX_MEMBERS_REPLACED:,}. Send a "
                "PATCH that adds and removes the members that change."
            )
        members = MemberChange()
        members.replace(read_members([_plain(each) for each in named]))
        head = self.storage.get_head(resource_type, group_id)
        version = head.meta.version if head.meta else None
        fresh = replacement.model_copy(update={"members": None}).model_copy(deep=True)
        replaced = self.service.apply_replacement(head, fresh, conditions)
        version = self.storage.update_group(resource_type, group_id, replaced, members, expected_version=version)
        return self._unread(resource_type, group_id, version)

    def delete_resource(self, resource_type: ResourceType, resource_id: str, conditions: Conditions) -> None:
        """Delete a resource in the state that its conditions were checked against, or disable it where the rules say so."""
        self.trace.about(resource_type, resource_id)
        ending = Deprovisioning.REMOVED if _is_group(resource_type) else self.service.rules.after_deletion()
        stays = ending is not Deprovisioning.REMOVED

        def attempt() -> None:
            # A group's version is its head's; a user's may tell of more, so a condition is compared with the whole.
            compares = bool(conditions.if_match or conditions.if_none_match) and not _is_group(resource_type)
            read = self.storage.get if compares or stays else self.storage.get_head
            current = read(resource_type, resource_id)
            self.trace.saw(current)
            self.service.check_deletion(current, conditions)
            self.service.rules.check_deletion(current)
            if stays:
                self._disable(resource_type, current, ending)
                return
            version = current.meta.version if current.meta else None
            self.storage.delete(resource_type, resource_id, expected_version=version)

        self._retry(conditions, attempt)

    def _disable(self, resource_type: ResourceType, user: Resource[Any], ending: Deprovisioning) -> None:
        """Disable a user who was to be deleted: a deviation from RFC 7644 section 3.6, which the environment asks for."""
        version = user.meta.version if user.meta else None
        self.trace.became, self.trace.changed = DISABLED, ["active"] if is_active(user) else []
        after = user.model_copy(update={"active": False}) if is_active(user) else None
        if ending is Deprovisioning.LEAVES:
            self._write_leaver(resource_type, user, after, version)
        elif after is not None:
            self.storage.update(resource_type, after, expected_version=version)

    def apply_bulk_operation(
        self, resource_type: ResourceType, operation: BulkOperation[Resource[Any]]
    ) -> Resource[Any] | None:
        """Apply one operation of a bulk request as the request it stands for."""
        if not self.service.etag_supported:
            operation.version = None
        if operation.method == BulkOperation.Method.post:
            return self._create(resource_type, cast("Resource[Any]", operation.data))
        if operation.method == BulkOperation.Method.put:
            return self._replace(
                resource_type,
                cast("str", operation.resource_id),
                cast("Resource[Any]", operation.data),
                Conditions(if_match=operation.version),
            )
        return super().apply_bulk_operation(resource_type, operation)

    @staticmethod
    def _retry(conditions: Conditions, attempt: Callable[[], T]) -> T:
        """Make a change, reading and computing it anew while other requests win; a client with conditions is told instead.

        :raises OutOfTimeError: When others won until the time for attempts was up.
        """
        pause = Backoff()
        while True:
            try:
                return attempt()
            except PreconditionFailedException:
                if conditions.if_match or conditions.if_none_match:
                    raise
                pause.wait()

    def _unread(self, resource_type: ResourceType, group_id: str, version: str | None) -> Resource[Any]:
        """Return a group of which only the id and perhaps the version are known: enough for an answer without a body."""
        group = self.service.get_model(resource_type).model_construct(id=group_id)
        group.meta = Meta(resource_type=resource_type.name, version=version)
        return group

    # -- Search -----------------------------------------------------------------------------------------------------

    def search(self, request: ScimRequest) -> ScimResponse:
        """Search with GET (RFC 7644 section 3.4.2)."""
        response = super().search(request)
        return self._noted(response)

    def search_with_body(self, request: ScimRequest) -> ScimResponse:
        """Search with POST on ``.search`` (RFC 7644 section 3.4.3)."""
        return self._noted(super().search_with_body(request))

    def _noted(self, response: ScimResponse) -> ScimResponse:
        found = (response.body or {}).get("Resources") or []
        self.trace.results = len(found)
        return response


def _is_group(resource_type: ResourceType) -> bool:
    """Tell whether resources of a type have members that are kept apart."""
    return resource_type.name == "Group"


def _too_many_compared() -> TooManyException:
    """Return the refusal of a PATCH that looks at more members than it has time for."""
    return TooManyException(
        detail=f"More than {limits.MAX_MEMBERS_COMPARED:,} members would have to be compared with a filter, or changed in "
        'part. Name the members by their ids: members[value eq "<id>"].'
    )


def _plain(member: Any) -> Any:
    """Return a validated member as the value it was read from."""
    return {"value": member.value, "$ref": member.ref, "type": member.type, "display": member.display}
