"""The rules of an environment for writing users and groups."""

from collections.abc import Mapping
from typing import Any

from scim2_models import Resource

from lambdas.environment.attribute_checks import AttributeChecks
from lambdas.environment.file.endpoint import EndpointSettings
from lambdas.environment.group_rules import GroupRules
from lambdas.environment.role_rules import RoleRules
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.rules import Deprovisioning, Rules


class EnvironmentRules(Rules):
    """The rules of one environment for requests from clients."""

    def __init__(self, environment: EndpointSettings, provider: DirectoryProvider) -> None:
        self.environment = environment
        self.groups = GroupRules(environment)
        self.roles = RoleRules(environment.permissions)
        self.reads_groups_as_roles = environment.permissions.roles_from == "groups"
        self._attributes = {name: AttributeChecks(provider.declared(name)) for name in ("User", "Group")}

    def check_creation(self, resource: Resource[Any]) -> None:
        """Raise an error for a group that clients cannot create; otherwise set defaults and check attributes."""
        if _is_group(resource):
            self.groups.check_creation()
        else:
            self.roles.keep_one(resource)
            self.roles.check(resource)
        self._of(resource).apply(resource)

    def check_change(self, before: Resource[Any], after: Resource[Any], *, patched: bool) -> None:
        """Raise an error for the renaming of a fixed group; otherwise set defaults and check attributes."""
        if _is_group(after):
            self.groups.check_change(before, after)
        else:
            self.roles.keep_one(after, before)
            self.roles.check(after, before)
        self._of(after).apply(after, before, patched=patched)

    def concern(self, user: Mapping[str, Any], *, is_new: bool) -> bool:
        """Return whether the file says something about the attributes of a user that a change would apply."""
        return self.roles.concern(user) or self._attributes["User"].concern(user, is_new=is_new)

    def check_deletion(self, group_name: str | None) -> None:
        """Raise an error for the deletion of a fixed group."""
        self.groups.check_deletion(group_name)

    def after_change(self, was_active: bool, becomes_active: bool) -> Deprovisioning:
        """Return the deprovisioning of a user after a change.

        A disabled user leaves its groups at every change until it is in none, so that a retry completes a change that failed
        half-way. Only a user that this change disables is removed; one that was created disabled is kept.
        """
        rules = self.environment.users.deprovisioning
        if becomes_active:
            return Deprovisioning.STAYS
        if rules.deactivated == "remove" and was_active:
            return Deprovisioning.REMOVED
        return Deprovisioning.LEAVES if rules.memberships == "remove" else Deprovisioning.STAYS

    def after_deletion(self) -> Deprovisioning:
        """Return the deprovisioning of a deleted user."""
        rules = self.environment.users.deprovisioning
        if rules.deleted == "remove":
            return Deprovisioning.REMOVED
        return Deprovisioning.LEAVES if rules.memberships == "remove" else Deprovisioning.STAYS

    def _of(self, resource: Resource[Any]) -> AttributeChecks:
        return self._attributes["Group" if _is_group(resource) else "User"]


class OperatorRules(EnvironmentRules):
    """The rules of an environment for an operator's commands, which do exactly what they say.

    Deleting a user removes it even where a client's DELETE only disables; disabling keeps the user even where a client's change
    removes it.
    """

    links_users = False

    def after_change(self, was_active: bool, becomes_active: bool) -> Deprovisioning:
        """Return whether a disabled user leaves its groups; it is never removed."""
        found = super().after_change(was_active, becomes_active)
        if found is not Deprovisioning.REMOVED:
            return found
        leaves = self.environment.users.deprovisioning.memberships == "remove"
        return Deprovisioning.LEAVES if leaves else Deprovisioning.STAYS

    def after_deletion(self) -> Deprovisioning:
        """Remove the user."""
        return Deprovisioning.REMOVED


def _is_group(resource: Resource[Any]) -> bool:
    return "members" in type(resource).model_fields
