"""The rules for the roles that clients send."""

from collections.abc import Mapping, Sequence
from typing import Any

from scim2_models import InvalidValueException, Resource

from lambdas.environment.file.permissions import Permissions, Source
from lambdas.environment.roles import Role, read_roles, sets_named
from lambdas.scim.detail import Detail


def unknown_roles(permissions: Permissions, roles: Sequence[Role]) -> list[Role]:
    """Return the roles that name no permission set."""
    return [role for role in roles if not sets_named(permissions, role)]


class RoleRules:
    """The roles that clients can send."""

    def __init__(self, permissions: Permissions) -> None:
        self.permissions = permissions
        self.refuses = Source.ROLES in permissions.sources and permissions.unknown_role == "refuse"

    def keep_one(self, user: Resource[Any], before: Resource[Any] | None = None) -> None:
        """Leave a user with one role, if the environment's file asks for it: a new role replaces the others.

        Entra's ``SingleAppRoleAssignment`` sends a changed role as an Add, which by RFC 7644 section 3.5.2.1 keeps the previous
        one (entra-docs, customize-application-attributes). Of several new roles the primary one stays, otherwise the last.
        """
        roles = list(getattr(user, "roles", None) or ())
        if not self.permissions.one_role or len(roles) < 2:
            return
        had = read_roles(getattr(before, "roles", None))
        new = [each for each in roles if not set(read_roles([each])) <= set(had)] or roles
        kept = next((each for each in new if getattr(each, "primary", None)), new[-1])
        setattr(user, "roles", [kept])  # noqa: B010 -- the attribute is known to users only

    def concern(self, user: Mapping[str, Any]) -> bool:
        """Return whether the rules may refuse or change the roles of a user, a JSON document."""
        return bool(user.get("roles")) and (self.permissions.one_role or self.refuses)

    def check(self, user: Resource[Any], before: Resource[Any] | None = None) -> None:
        """Raise an error for a role that names no permission set, if the file refuses those, unless the user already has it.

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
                    detail=Detail(
                        'roles: "{role}" is not a known role; the roles are {known}',
                        values={"role": role.shown[:80]},
                        known=there,
                    )
                )
