"""What a test needs of an endpoint that its operator's rules can rule out."""

from collections.abc import Callable
from enum import StrEnum

from scimprobe.endpoint.rules import Rules


class Need(StrEnum):
    """Something that RFC 7644 or a client takes for granted, and that the rules of an environment can change."""

    GROUPS = "groups"
    """There are groups."""

    NEW_GROUPS = "new groups"
    """Clients create, rename and delete groups, under names of their own."""

    DISABLED_USERS_STAY = "disabled users stay"
    """A user that is disabled is still there."""

    DISABLED_MEMBERS_STAY = "disabled members stay"
    """A user that is disabled is still in its groups."""

    DELETED_USERS_GO = "deleted users go"
    """A user that is deleted is not there any more."""


_REASONS: dict[Need, Callable[[Rules], str]] = {
    Need.GROUPS: lambda rules: "" if rules.groups_served else "groups.served is false",
    Need.NEW_GROUPS: lambda rules: _no_new_groups(rules),
    Need.DISABLED_USERS_STAY: lambda rules: _unless(rules.deactivated, "disable", "users.deprovisioning.deactivated"),
    Need.DISABLED_MEMBERS_STAY: lambda rules: (
        _unless(rules.deactivated, "disable", "users.deprovisioning.deactivated")
        or _unless(rules.memberships, "keep", "users.deprovisioning.memberships")
    ),
    Need.DELETED_USERS_GO: lambda rules: _unless(rules.deleted, "remove", "users.deprovisioning.deleted"),
}


def reason_against(need: Need, rules: Rules) -> str:
    """Return the rule that rules a need out, such as `groups.served is false`; empty when none does."""
    return _REASONS[need](rules)


def _no_new_groups(rules: Rules) -> str:
    if not rules.groups_served:
        return "groups.served is false"
    if not rules.groups_created:
        return "groups.created_by_clients is false"
    names = [path for path in rules.attributes["Group"].allowed if path.lower() == "displayname"]
    return "groups.allowed lists every displayName" if names else ""


def _unless(found: str, expected: str, key: str) -> str:
    return "" if found == expected else f'{key} is "{found}"'
