"""The rules for the roles that clients send."""

from collections.abc import Sequence
from typing import Any

from scim2_models import InvalidValueException, Resource

from lambdas.environment.file.permissions import Permissions, Source
from lambdas.environment.roles import Role, read_roles, sets_named


def unknown_roles(permissions: Permissions, roles: Sequence[Role]) -> list[Role]:
    """Return the roles that name no permission set."""
    return [role for role in roles if not sets_named(permissions, role)]


class RoleRules:
    """The roles that clients can send."""

    def __init__(self, permissions: Permissions) -> None:
        self.permissions = permissions
        self.refuses = Source.ROLES in permissions.sources and permissions.unknown_role == "refuse"

    def check(self, user: Resource[Any], before: Resource[Any] | None = None) -> None:
        """Refuse a role that names no permission set, where the file says so, unless the user already has the role.

        :raises InvalidValueException: With the unknown role and the valid roles.
        """
        if not self.refuses:
            return
        unknown = unknown_roles(self.permissions, read_roles(getattr(user, "roles", None)))
        kept = read_roles(getattr(before, "roles", None))
        for role in unknown:
            if role not in kept:
                there = ", ".join(f'"{each.id}"' for each in self.permissions.sets)
                raise InvalidValueException(
                    detail=f'roles: "{role.shown[:80]}" is not a known role; the roles are {there}'
                )
