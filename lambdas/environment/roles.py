"""The roles of a user, and the permission sets they name.

Entra sends an app role by its mapping (idp-behaviour 1.12)::

    {"value": "Admin", "display": "Administrator", "type": "WindowsAzureActiveDirectoryRole", "primary": true}
    {"value": "{\\"id\\":\\"18d1...\\",\\"value\\":\\"Admin\\",\\"displayName\\":\\"Administrator\\"}"}

The second form comes from ``SingleAppRoleAssignment`` and ``AppRoleAssignmentsComplex`` in a PATCH: JSON inside a string. It is
stored as sent and parsed only here.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.environment.file.permissions import Permissions, PermissionSet, Source
from lambdas.scim.case_sensitivity import comparable_text

NAMES = ("value", "display", "displayName")
"""The keys that can hold the name of a role, in order of precedence."""


@dataclass(frozen=True)
class Role:
    """One role of a user."""

    names: tuple[str, ...]
    """The value and the display names, as sent."""

    @property
    def shown(self) -> str:
        """The name for errors and reasons."""
        return self.names[0]


def read_roles(values: Iterable[Any] | None) -> list[Role]:
    """Return the roles in a user's ``roles``, without those that have no name.

    :param values: Values of ``roles``: mappings as in JSON, or models with the attributes ``value`` and ``display``.
    """
    read = [_names(each if isinstance(each, Mapping) else vars(each)) for each in values or ()]
    return [Role(names) for names in read if names]


def sets_named(permissions: Permissions, role: Role) -> list[PermissionSet]:
    """Return the permission sets that a role names by id or name, or by the id of their system group, regardless of case."""
    names = {comparable_text(name) for name in role.names}
    return [each for each in permissions.sets if not names.isdisjoint(_names_of(permissions, each))]


def _names_of(permissions: Permissions, permission_set: PermissionSet) -> list[str]:
    names = [comparable_text(permission_set.id), comparable_text(permission_set.name)]
    return [*names, permission_set.group_id] if Source.SYSTEM_GROUPS in permissions.sources else names


def _names(entry: Mapping[str, Any]) -> tuple[str, ...]:
    found: list[str] = []
    for name in NAMES:
        value = entry.get(name)
        inner = _object_in(value)
        if inner is not None:
            found += _names(inner)
        elif isinstance(value, str) and value.strip():
            found.append(value.strip())
    return tuple(dict.fromkeys(found))


def _object_in(value: Any) -> Mapping[str, Any] | None:
    """Return the JSON object in a string, or None."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    # One level only: deeper strings hold no role.
    return {key: item for key, item in read.items() if not (isinstance(item, str) and item.lstrip().startswith("{"))}
