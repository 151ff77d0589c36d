"""The permission sets of a user, and the reasons for each. This module alone computes them.

Nothing is stored: a user's sets follow from group memberships, the sets that operators mapped to groups, the roles that the client
sent, and the sets that an operator assigned. A changed mapping or file takes effect at each user's next read and rewrites no item.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lambdas.environment.file.permissions import Permissions, PermissionSet, Source
from lambdas.environment.roles import Role, sets_named
from lambdas.scim.case_sensitivity import comparable_text


class Why(StrEnum):
    """A kind of reason for a permission set."""

    MAPPED_GROUP = "mapped group"
    """The user is a member of a group that an operator mapped to the set."""

    SYSTEM_GROUP = "system group"
    """The user is a member of the set's own group."""

    ROLE = "role"
    """The client sent a role with the set's id or name."""

    OPERATOR = "operator"
    """An operator assigned the set."""

    DEFAULT = "default"
    """No source gave any set, so the user has the default sets."""

    BASE = "every active user"
    """Every active user has the set."""


@dataclass(frozen=True)
class Reason:
    """One reason for a permission set."""

    why: Why
    what: str = ""
    """The name of the group or role; empty for other reasons."""

    def __str__(self) -> str:
        """Return the reason as text, such as ``mapped group Sales``."""
        return f"{self.why} {self.what}".strip()


@dataclass(frozen=True)
class Grant:
    """A permission set of a user."""

    set: PermissionSet
    reasons: tuple[Reason, ...]
    """At least one."""


@dataclass(frozen=True)
class GroupFacts:
    """The facts about a group that determine its members' permission sets."""

    name: str
    """The group's ``displayName``."""

    sets: frozenset[str] = frozenset()
    """The ids of the sets that an operator mapped to the group."""


@dataclass(frozen=True)
class PermissionFacts:
    """The facts about a user that determine the user's permission sets."""

    active: bool
    groups: Sequence[GroupFacts] = ()
    """The groups the user is a direct member of."""

    roles: Sequence[Role] = ()
    """The roles that the client sent."""

    assigned: frozenset[str] = field(default_factory=frozenset)
    """The ids of the sets that an operator assigned to the user."""


def effective(permissions: Permissions, user: PermissionFacts) -> list[Grant]:
    """Return the permission sets of a user, in the order of the environment's file.

    A disabled user has none, so that a product that reads only the sets lets no leaver in. Sets that the file does not
    declare are ignored.
    """
    return sets_if_active(permissions, user) if user.active else []


def sets_if_active(permissions: Permissions, user: PermissionFacts) -> list[Grant]:
    """Return the permission sets a user has or, if disabled, would have when enabled."""
    reasons = _reasons(permissions, user)
    if not any(reasons.values()):
        reasons |= {each: [Reason(Why.DEFAULT)] for each in permissions.default}
    for each in permissions.base:
        reasons[each] = [*reasons[each], Reason(Why.BASE)]
    return [Grant(each, tuple(reasons[each.id])) for each in permissions.sets if reasons[each.id]]


def system_set(permissions: Permissions, group_name: str | None) -> PermissionSet | None:
    """Return the set whose system group has this ``displayName``, regardless of case, or None."""
    if Source.SYSTEM_GROUPS not in permissions.sources or not group_name:
        return None
    return next((each for each in permissions.sets if comparable_text(each.name) == comparable_text(group_name)), None)


def _reasons(permissions: Permissions, user: PermissionFacts) -> dict[str, list[Reason]]:
    """Return the reasons from all sources, by set id."""
    reasons: dict[str, list[Reason]] = {each.id: [] for each in permissions.sets}

    def add(ids: Iterable[str], reason: Reason) -> None:
        for each in ids:
            if each in reasons and reason not in reasons[each]:
                reasons[each].append(reason)

    for group in sorted(user.groups, key=lambda each: each.name):
        own = system_set(permissions, group.name)
        if own is not None:
            add([own.id], Reason(Why.SYSTEM_GROUP, group.name))
        if Source.GROUPS in permissions.sources:
            add(group.sets, Reason(Why.MAPPED_GROUP, group.name))
    if Source.ROLES in permissions.sources:
        for role in user.roles:
            add((each.id for each in sets_named(permissions, role)), Reason(Why.ROLE, role.shown))
    if Source.OPERATOR in permissions.sources:
        add(user.assigned, Reason(Why.OPERATOR))
    return reasons
