"""The operations on groups: PATCH and PUT that change members without reading them, and DELETE."""

from typing import Any

from scim2_models import Meta, PatchOp, Resource, ResponseParameters, TooManyException
from scim2_server.conditions import Conditions

from lambdas.scim import limits
from lambdas.scim.detail import Detail
from lambdas.scim.found_resources import FoundResource, version_of
from lambdas.scim.members_in_requests import (
    MemberChange,
    MembersNeeded,
    read_members,
    read_plain_change,
    split_members,
)
from lambdas.scim.plain_patches import PlainPatch
from lambdas.scim.resource_operations import ResourceOperations, is_conditional


class Groups(ResourceOperations):
    """The operations on the groups of a directory.

    :meth:`patch` and :meth:`replace` return groups without their members; :meth:`reload` reads them for an answer.
    """

    compared = 0
    """The members that the PATCHes of this request have compared; see :data:`limits.MAX_MEMBERS_COMPARED`."""

    def reload(self, changed: FoundResource, parameters: ResponseParameters[Any]) -> FoundResource:
        """Return a changed group with what its answer shows of it."""
        return self.read(changed.id, parameters)

    def _patch_once(
        self, resource_id: str, patch: "PatchOp[Any] | PlainPatch", conditions: Conditions
    ) -> FoundResource:
        if isinstance(patch, PlainPatch) and not is_conditional(conditions):
            return self._change_members(resource_id, read_plain_change(patch))
        patch_op = self._validated(patch)
        try:
            change, others = split_members(patch_op)
        except MembersNeeded:
            return self._patch_compared(resource_id, patch_op, conditions)
        if change is not None and not others and not is_conditional(conditions):
            return self._change_members(resource_id, change)
        head = self.storage.get_head(self.resource_type, resource_id)
        version = version_of(head)
        rest = patch_op.model_copy(update={"operations": others})
        patched = self.service.apply_patch(head, rest, conditions)
        self.trace.saw(head)
        if patched is not None or change is not None:
            version = self.storage.update_group(
                self.resource_type, resource_id, patched, change, expected_version=version
            )
        return self._unread(resource_id, version)

    def _change_members(self, group_id: str, change: MemberChange) -> FoundResource:
        """Change the members of a group that is not read."""
        version = self.storage.update_group(self.resource_type, group_id, None, change)
        return self._unread(group_id, version)

    def _patch_compared(self, group_id: str, patch_op: "PatchOp[Any]", conditions: Conditions) -> FoundResource:
        """Apply a PATCH whose outcome depends on the present members.

        :raises TooManyException: When the PATCHes of the request compare more than :data:`limits.MAX_MEMBERS_COMPARED`.
        """
        current = self.storage.get_small_group(
            self.resource_type, group_id, limits.MAX_MEMBERS_COMPARED - self.compared
        )
        if current is None:
            raise _too_many_compared()
        compared = self.compared + len(getattr(current, "members", None) or [])
        version = version_of(current)
        patched = self.service.apply_patch(current, patch_op, conditions)
        found = FoundResource.of_model(self.resource_type, current)
        if patched is not None:
            found = self.storage.write(self.resource_type, patched, expected_version=version)
        self.compared = compared
        return found

    def _replace_once(self, resource_id: str, replacement: Resource[Any], conditions: Conditions) -> FoundResource:
        """Replace a group: its attributes as a whole, its members by the difference to the stored ones."""
        named = getattr(replacement, "members", None) or []
        members = MemberChange()
        members.replace(read_members([_plain(each) for each in named]))
        head = self.storage.get_head(self.resource_type, resource_id)
        version = version_of(head)
        fresh = replacement.model_copy(update={"members": None}).model_copy(deep=True)
        replaced = self.service.apply_replacement(head, fresh, conditions)
        version = self.storage.update_group(
            self.resource_type, resource_id, replaced, members, expected_version=version
        )
        return self._unread(resource_id, version)

    def _delete_once(self, resource_id: str, conditions: Conditions) -> None:
        found = self.storage.read_head(self.resource_type, resource_id)
        self.trace.found(found)
        self.service.check_conditions(found, "DELETE", conditions)
        self.service.rules.check_deletion(found.name)
        self.storage.delete(self.resource_type, resource_id, expected_version=found.version)

    def _unread(self, group_id: str, version: str | None) -> FoundResource:
        """Return a group with only its id and, if known, its version: enough for an answer without a body."""

        def model() -> Resource[Any]:
            meta = Meta(resource_type=self.resource_type.name, version=version)
            return self.service.get_model(self.resource_type)(id=group_id, meta=meta)

        return FoundResource(self.resource_type, group_id, version, None, model)


def _too_many_compared() -> TooManyException:
    return TooManyException(
        detail=Detail(
            "The request filters or partly changes more than {limit:,} members. Select members by their ids: "
            'members[value eq "<id>"].',
            limit=limits.MAX_MEMBERS_COMPARED,
        )
    )


def _plain(member: Any) -> Any:
    """Return a validated member as the JSON value that it was read from."""
    return {"value": member.value, "$ref": member.ref, "type": member.type, "display": member.display}
