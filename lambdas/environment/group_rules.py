"""What clients may do to groups, beside changing their members.

Refusals are 400 and not 403, which identity providers take for bad credentials; see :meth:`DirectoryService.authorize`.
"""

from typing import Any

from scim2_models import MutabilityException, Resource

from lambdas.environment.file.environment import Environment
from lambdas.environment.file.permissions import Source
from lambdas.environment.permission_sets import system_set


class GroupRules:
    """The rules on groups of one environment.

    Every check raises a :class:`scim2_models.MutabilityException` that says what stays possible.
    """

    def __init__(self, environment: Environment) -> None:
        """Take the environment's checked file."""
        self.permissions = environment.permissions
        self.created_by_clients = environment.groups.created_by_clients

    def check_creation(self) -> None:
        """Refuse a new group when clients create none."""
        if self.created_by_clients:
            return
        detail = (
            "Groups of this directory are not created by identity providers. Provision the members of those that exist."
        )
        if Source.SYSTEM_GROUPS in self.permissions.sources:
            detail += f" They are: {', '.join(each.name for each in self.permissions.sets)}."
        raise MutabilityException(detail=detail)

    def check_change(self, before: Resource[Any], after: Resource[Any]) -> None:
        """Refuse another name for a group that keeps its own; the same name in other letters stays as it is."""
        name, wanted = _name(before), _name(after)
        if name == wanted or not self._is_fixed(before):
            return
        if name and wanted and name.casefold() == wanted.casefold():
            after["displayName"] = name
            return
        raise MutabilityException(
            detail=f'The group "{name}" is not renamed by identity providers; its members can be changed'
        )

    def check_deletion(self, current: Resource[Any]) -> None:
        """Refuse the deletion of a group that stays."""
        if self._is_fixed(current):
            raise MutabilityException(
                detail=f'The group "{_name(current)}" is not deleted by identity providers; its members can be removed'
            )

    def _is_fixed(self, group: Resource[Any]) -> bool:
        """Tell whether a group is not the clients' to rename or delete: any, where they create none, or a permission set's."""
        return not self.created_by_clients or system_set(self.permissions, _name(group)) is not None


def _name(group: Resource[Any]) -> str | None:
    return getattr(group, "display_name", None)
