"""The rules for creating, renaming and deleting groups.

A refusal is 400 rather than 403, which identity providers read as bad credentials; see :meth:`DirectoryService.authorize`.
"""

from typing import Any

from scim2_models import MutabilityException, Resource

from lambdas.environment.file.endpoint import EndpointSettings
from lambdas.environment.file.permissions import Source
from lambdas.environment.permission_sets import system_set
from lambdas.scim.case_sensitivity import comparable_text
from lambdas.scim.detail import Detail


class GroupRules:
    """The group rules of one environment.

    Every check raises a :class:`scim2_models.MutabilityException` that names what is still possible.
    """

    def __init__(self, environment: EndpointSettings) -> None:
        self.permissions = environment.permissions
        self.created_by_clients = environment.groups.created_by_clients

    def check_creation(self) -> None:
        """Raise an error for a new group where clients cannot create groups."""
        if self.created_by_clients:
            return
        names = ", ".join(each.name for each in self.permissions.sets)
        listed = Source.SYSTEM_GROUPS in self.permissions.sources
        raise MutabilityException(
            detail=Detail(
                "Identity providers cannot create groups in this directory. Provision members into the existing groups.{names}",
                names=f" The groups are: {names}." if listed else "",
            )
        )

    def check_change(self, before: Resource[Any], after: Resource[Any]) -> None:
        """Raise an error for a new name of a fixed group; a change of case alone is ignored."""
        name, wanted = _name(before), _name(after)
        if name == wanted or not self._is_fixed(name):
            return
        if name and wanted and comparable_text(name) == comparable_text(wanted):
            after["displayName"] = name
            return
        raise MutabilityException(
            detail=Detail(
                'Group "{name}" cannot be renamed by an identity provider; only its members can change.',
                values={"name": name},
            )
        )

    def check_deletion(self, name: str | None) -> None:
        """Raise an error for the deletion of a fixed group."""
        if self._is_fixed(name):
            raise MutabilityException(
                detail=Detail(
                    'Group "{name}" cannot be deleted by an identity provider; remove its members instead.',
                    values={"name": name},
                )
            )

    def _is_fixed(self, name: str | None) -> bool:
        """Return whether clients cannot rename or delete a group: they create none, or it belongs to a permission set."""
        return not self.created_by_clients or system_set(self.permissions, name) is not None


def _name(group: Resource[Any]) -> str | None:
    return getattr(group, "display_name", None)
