"""The operations on users, with the environment's rules on disabled and deleted users.

``active`` always has a value, so that ``active eq true`` and ``active eq false`` find every user between them. It is true for a new
user unless the request or the environment's file says otherwise; a PUT without it and a PATCH that gives it no value leave it as it
is, and a PATCH that removes it is refused. So no request enables a user by leaving ``active`` out.
"""

from typing import Any, cast

from scim2_models import MutabilityException, NotFoundException, PatchOp, Resource, ResponseParameters
from scim2_server.conditions import Conditions

from lambdas.scim.detail import Detail
from lambdas.scim.errors import TakenValueException
from lambdas.scim.found_resources import FoundResource
from lambdas.scim.plain_bodies import PlainBody
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.plain_patches import NotPlainError, PlainPatch
from lambdas.scim.resource_operations import ResourceOperations, is_conditional
from lambdas.scim.rules import Deprovisioning, is_active
from lambdas.scim.trace import DISABLED, ENABLED, REMOVED

State = Resource[Any] | PlainResource
"""A state of a user."""

NOT_PROVISIONED = Detail(
    "The user was created by an operator, and the identity provider has not provisioned it. Provision the user before you "
    "disable or delete it."
)


class Users(ResourceOperations):
    """The operations on the users of a directory.

    A user whom an operator created by hand belongs to the identity provider once it provisions the same userName: a creation
    adopts the user, and a change links it. Until then the identity provider can neither disable nor delete it.
    """

    def create(
        self, body: Resource[Any] | PlainBody, parameters: ResponseParameters[Any] | None = None
    ) -> FoundResource:
        """Create a user, or adopt the user with its userName that an operator created by hand, and return it."""
        try:
            return super().create(body, parameters)
        except TakenValueException as taken:
            if isinstance(body, PlainBody):
                body = self.service.validate_creation(self.resource_type, body.body)
                self._prepare(body)
            adopted = self._adopt(body, taken)
            if adopted is None:
                raise
            self.trace.found(adopted)
            return adopted

    def _adopt(self, sent: Resource[Any], taken: TakenValueException) -> FoundResource | None:
        """Replace the attributes of the user with a userName by those of a creation; None unless it was created by hand."""
        owner = taken.owner
        if taken.attribute != "userName" or owner is None or not is_active(sent):
            return None
        try:
            return self._retry(Conditions(), lambda: self._adopt_once(owner, sent))
        except NotFoundException:  # deleted since
            return None

    def _adopt_once(self, user_id: str, sent: Resource[Any]) -> FoundResource | None:
        self.storage.get_head(self.resource_type, user_id)
        if not self._is_protected(user_id):
            return None
        found = self.storage.read(self.resource_type, user_id)
        current = found.to_model()
        after = self.service.apply_replacement(current, sent.model_copy(deep=True), Conditions())
        return self._write(found, current, after, was_active=is_active(current))

    def patch(self, resource_id: str, patch: "PatchOp[Any] | PlainPatch", conditions: Conditions) -> FoundResource:
        """Apply a PATCH to a user and return the user (RFC 7644 section 3.5.2)."""
        user = super().patch(resource_id, patch, conditions)
        self.trace.found(user)
        return user

    def replace(self, resource_id: str, replacement: Resource[Any], conditions: Conditions) -> FoundResource:
        """Apply a PUT to a user and return the user (RFC 7644 section 3.5.1)."""
        user = super().replace(resource_id, replacement, conditions)
        self.trace.found(user)
        return user

    def _prepare(self, resource: Resource[Any]) -> None:
        super()._prepare(resource)
        if getattr(resource, "active", None) is None:
            resource["active"] = True

    def reload(self, changed: FoundResource, parameters: ResponseParameters[Any]) -> FoundResource:
        """Return a changed user, which is complete already."""
        return changed

    def _patch_once(
        self, resource_id: str, patch: "PatchOp[Any] | PlainPatch", conditions: Conditions
    ) -> FoundResource:
        found = self.storage.read(self.resource_type, resource_id)
        if isinstance(patch, PlainPatch):
            try:
                return self._patch_plain(found, patch, conditions)
            except NotPlainError:
                patch = self._validated(patch)
        current = found.to_model()
        was_active = is_active(current)  # before the library applies the PATCH in place
        patched = self.service.apply_patch(current, patch, conditions)
        return self._write(found, current, patched, was_active=was_active)

    def _patch_plain(self, found: FoundResource, patch: PlainPatch, conditions: Conditions) -> FoundResource:
        """Apply a PATCH without a model of the user.

        :raises NotPlainError: When it takes the model, before anything is written.
        """
        current, after = self.service.apply_plain_patch(found, patch, conditions)
        was_active, becomes_active = is_active(current), is_active(after or current)
        if self.service.rules.after_change(was_active, becomes_active) is not Deprovisioning.STAYS:
            raise NotPlainError
        return self._write(found, current, after, was_active=was_active)

    def _replace_once(self, resource_id: str, replacement: Resource[Any], conditions: Conditions) -> FoundResource:
        found = self.storage.read(self.resource_type, resource_id)
        current = found.to_model()
        fresh = replacement.model_copy(deep=True)
        if getattr(fresh, "active", None) is None:
            fresh["active"] = is_active(current)
        replaced = self.service.apply_replacement(current, fresh, conditions)
        return self._write(found, current, replaced, was_active=is_active(current))

    def _write(self, found: FoundResource, current: State, after: State | None, *, was_active: bool) -> FoundResource:
        """Write the state that a PATCH or PUT leads to, apply the rules on disabled users, and return the user.

        :param found: The user as it was read.
        :param current: Its state. That of a user who leaves groups or is removed is a model.
        :param after: The new state; None when the request changes nothing.
        """
        if self._is_protected(found.id):
            if was_active and not is_active(after or current):
                raise MutabilityException(detail=NOT_PROVISIONED)
            self.storage.link(found.id)
            self.trace.linked = True
            after = after or current
        becomes_active = is_active(after or current)
        if was_active and not becomes_active:
            self._guard(found.id)
        outcome = self.service.rules.after_change(was_active, becomes_active)
        if becomes_active != was_active:
            self.trace.activity = DISABLED if was_active else ENABLED
        if outcome is Deprovisioning.STAYS:
            return self._update(found, after)
        state = cast("Resource[Any]", after or current)
        if outcome is Deprovisioning.LEAVES:
            return self._write_and_leave(found, cast("Resource[Any]", current), state if after else None)
        self.storage.delete(self.resource_type, found.id, expected_version=found.version)
        self.trace.became = REMOVED
        nothing = dict.fromkeys({"groups", "entitlements"} & type(state).model_fields.keys())
        return FoundResource.of_model(self.resource_type, state.model_copy(update=nothing))

    def _update(self, found: FoundResource, after: State | None) -> FoundResource:
        if after is None:
            return found
        return self.storage.write(self.resource_type, after, expected_version=found.version)

    def _write_and_leave(
        self, found: FoundResource, current: Resource[Any], after: Resource[Any] | None
    ) -> FoundResource:
        """Write the state of a user who leaves all groups, and return the user."""
        groups = len(getattr(current, "groups", None) or [])
        self.trace.groups_left = groups or self.trace.groups_left
        if not groups:
            return self._update(found, after)
        return self.storage.update_and_leave(self.resource_type, after or current, expected_version=found.version)

    def _delete_once(self, resource_id: str, conditions: Conditions) -> None:
        outcome = self.service.rules.after_deletion()
        stays = outcome is not Deprovisioning.REMOVED
        # A user's version depends on its groups where it shows permission sets, so a condition needs the whole user.
        read = self.storage.read if stays or is_conditional(conditions) else self.storage.read_head
        found = read(self.resource_type, resource_id)
        self.trace.found(found)
        self.service.check_conditions(found, "DELETE", conditions)
        if self._is_protected(resource_id):
            raise MutabilityException(detail=NOT_PROVISIONED)
        if not stays or is_active(found.to_model()):
            self._guard(resource_id)
        if stays:
            self._disable(found, found.to_model(), outcome)
        else:
            self.storage.delete(self.resource_type, resource_id, expected_version=found.version)

    def _guard(self, user_id: str) -> None:
        """Count a user that is about to be disabled or deleted.

        :raises HeldException: When the guard against mass deprovisioning holds it.
        """
        if self.storage.guard is not None:
            self.storage.guard.check([user_id])

    def _is_protected(self, user_id: str) -> bool:
        """Return whether a user was created by hand, and the caller is an identity provider, which has not provisioned it."""
        return self.service.rules.links_users and self.storage.is_by_hand(user_id)

    def _disable(self, found: FoundResource, user: Resource[Any], outcome: Deprovisioning) -> None:
        """Disable a user instead of deleting it: a deviation from RFC 7644 section 3.6 that the environment asks for."""
        after = user.model_copy(update={"active": False}) if is_active(user) else None
        self.trace.became, self.trace.changed = DISABLED, ["active"] if after else []
        if outcome is Deprovisioning.LEAVES:
            self._write_and_leave(found, user, after)
        else:
            self._update(found, after)
