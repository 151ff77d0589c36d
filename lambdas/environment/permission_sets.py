"""Which permission sets a user has, and why: computed here and nowhere else.

Nothing of it is stored. A user's sets follow from what is: the groups that the user is in, what an operator mapped these groups
to, the roles that the client sent, and what an operator assigned to the user. So a mapping that changes, or the file, changes the
sets of all users whom it concerns at their next read, and no item of theirs is touched.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lambdas.environment.file.permissions import Permissions, PermissionSet, Source
from lambdas.environment.roles import Role, sets_named


class Why(StrEnum):
    """Why a user has a permission set."""

    MAPPED_GROUP = "mapped group"
    """The user is in a group that an operator mapped to the set."""

    SYSTEM_GROUP = "system group"
    """The user is in the group that is the set's."""

    ROLE = "role"
    """The client sent a role of that id or name."""

    OPERATOR = "operator"
    """An operator assigned it."""

    DEFAULT = "default"
    """No source gave any set, and this is what everyone has then."""


@dataclass(frozen=True)
class Reason:
    """One reason for which a user has a permission set."""

    why: Why
    what: str = ""
    """The name of the group or role; empty where there is none."""

    def __str__(self) -> str:
        """Return the reason as people read it, for example ``mapped group Sales``."""
        return f"{self.why} {self.what}".strip()


@dataclass(frozen=True)
class Grant:
    """A permission set that a user has."""

    set: PermissionSet
    reasons: tuple[Reason, ...]
    """At least one."""


@dataclass(frozen=True)
class GroupFacts:
    """What of a group matters to its members' permission sets."""

    name: str
    """Its ``displayName``."""

    sets: frozenset[str] = frozenset()
    """The ids of the sets that an operator mapped it to."""


@dataclass(frozen=True)
class Holder:
    """What of a user matters to the user's permission sets."""

    active: bool
    groups: Sequence[GroupFacts] = ()
    """The groups that the user is a direct member of."""

    roles: Sequence[Role] = ()
    """The roles that the client sent."""

    assigned: frozenset[str] = field(default_factory=frozenset)
    """The ids of the sets that an operator assigned."""


def effective(permissions: Permissions, holder: Holder) -> list[Grant]:
    """Return the permission sets that a user has, in the order of the environment's file.

    A user who is disabled has none: whoever reads only the sets must not let a leaver in. Sets that the file does not know
    (any more) count nowhere.
    """
    return deserved(permissions, holder) if holder.active else []


def deserved(permissions: Permissions, holder: Holder) -> list[Grant]:
    """Return the permission sets that a user has or, when disabled, would have."""
    reasons = _reasons(permissions, holder)
    found = [Grant(each, tuple(reasons[each.id])) for each in permissions.sets if reasons.get(each.id)]
    if found:
        return found
    return [Grant(each, (Reason(Why.DEFAULT),)) for each in permissions.sets if each.id in permissions.default]


def system_set(permissions: Permissions, group_name: str | None) -> PermissionSet | None:
    """Return the set whose group has this ``displayName``, whatever its case; None when sets are no groups, or none has it."""
    if Source.SYSTEM_GROUPS not in permissions.sources or not group_name:
        return None
    return next((each for each in permissions.sets if each.name.casefold() == group_name.casefold()), None)


def _reasons(permissions: Permissions, holder: Holder) -> Mapping[str, list[Reason]]:
    """Return the reasons that each source gives, by the ids of sets."""
    reasons: dict[str, list[Reason]] = {each.id: [] for each in permissions.sets}

    def add(ids: Iterable[str], reason: Reason) -> None:
        for each in ids:
            if each in reasons and reason not in reasons[each]:
                reasons[each].append(reason)

    for group in sorted(holder.groups, key=lambda each: each.name):
        own = system_set(permissions, group.name)
        if own is not None:
            add([own.id], Reason(Why.SYSTEM_GROUP, group.name))
        if Source.GROUPS in permissions.sources:
            add(group.sets, Reason(Why.MAPPED_GROUP, group.name))
    if Source.ROLES in permissions.sources:
        for role in holder.roles:
            add((each.id for each in sets_named(permissions, role)), Reason(Why.ROLE, role.shown))
    if Source.OPERATOR in permissions.sources:
        add(holder.assigned, Reason(Why.OPERATOR))
    return reasons
