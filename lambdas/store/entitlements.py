"""Showing users whole: their groups, the permission sets that follow from them, and how they sign in.

All of it is derived when a user is read. The groups' names and what an operator mapped them to come with one BatchGetItem for all
users of an answer; a user in no group costs no call.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from scim2_models import Resource

from lambdas.environment.file.permissions import Source
from lambdas.environment.permission_sets import GroupFacts, PermissionFacts, effective
from lambdas.environment.product import Product
from lambdas.environment.roles import read_roles
from lambdas.scim.product_attributes import Entitlement, LoginMethod, ProductUser
from lambdas.store import keys
from lambdas.store.items import Stored, etag, set_values
from lambdas.store.table import Table


class UserFacts:
    """What a request learns of the groups of users in one directory, once for each group."""

    def __init__(self, table: Table, directory: str, product: Product) -> None:
        """Take the table, the directory's id, and what its users are told to the product as."""
        self.table = table
        self.directory = directory
        self.product = product
        self._groups: dict[str, GroupFacts | None] = {}
        self._gone: dict[str, GroupFacts] = {}

    def groups(self, ids: Iterable[str]) -> dict[str, GroupFacts]:
        """Return the groups that exist among these ids: 1 BatchGetItem for those not yet known, per 100 items."""
        wanted = set(ids)
        self._read(sorted(wanted - self._groups.keys()))
        return {each: facts for each in sorted(wanted) if (facts := self._groups[each]) is not None}

    def groups_that_were(self, ids: Iterable[str]) -> dict[str, GroupFacts]:
        """Return the same with groups that were deleted lately, whose mappings are left: what their members had of them."""
        known = self.groups(ids)  # which finds those that are gone
        return self._gone | known

    def complete(self, users: Sequence[Resource[Any]], stored: Sequence[Stored]) -> None:
        """Give users what is kept apart from them; a group that was deleted and not swept yet has no part in it."""
        known = self.groups({each for one in stored for each in one.groups})
        for user, one in zip(users, stored, strict=True):
            groups = {each: known[each] for each in sorted(one.groups) if each in known}
            if groups:
                values = [
                    {"value": each, "$ref": f"Groups/{each}", "display": facts.name or None, "type": "direct"}
                    for each, facts in groups.items()
                ]
                set_values(user, "groups", values)
            if self.product.computes_entitlements:
                self._entitle(user, one, list(groups.values()))

    def sign_in(self, user: Resource[Any], stored: Stored) -> None:
        """Say how a user signs in, where the environment's file has login methods."""
        if self.product.login is not None:
            method = LoginMethod(stored.login or self.product.login.default)
            user[ProductUser] = ProductUser(login_method=method)

    def _read(self, ids: Sequence[str]) -> None:
        heads = [keys.resource(self.directory, "Group", each) for each in ids]
        mapped = Source.GROUPS in self.product.permissions.sources
        mappings = [keys.permission(self.directory, each) for each in ids] if mapped else []
        if not heads:
            return
        found = self.table.batch_get([*heads, *mappings], attributes=("pk", "sk", "name", "sets"))
        sets = {item["sk"]["S"]: frozenset(item["sets"]["SS"]) for item in found if "sets" in item}
        groups = keys.resources(self.directory, "Group")
        names = {item["sk"]["S"]: item.get("name", {}).get("S", "") for item in found if item["pk"]["S"] == groups}
        for each in ids:
            facts = GroupFacts(names.get(each, ""), sets.get(each, frozenset()))
            self._groups[each] = facts if each in names else None
            if each not in names and facts.sets:
                self._gone[each] = facts

    def _entitle(self, user: Resource[Any], stored: Stored, groups: Sequence[GroupFacts]) -> None:
        active, roles = getattr(user, "active", None), getattr(user, "roles", None)
        grants = effective(self.product.permissions, holder_of(stored, active, roles, groups))
        shown = [Entitlement(value=each.set.id, display=each.set.name) for each in grants]
        user.entitlements = shown or None  # type: ignore[attr-defined]  # users only
        if user.meta is not None:
            # What the answer shows is more than the stored version: a mapping that changes changes it, too.
            user.meta.version = etag(stored.version, _digest([each.set.id for each in grants]))


def holder_of(
    stored: Stored, active: object, roles: Iterable[Any] | None, groups: Sequence[GroupFacts]
) -> PermissionFacts:
    """Return what of a user matters to its permission sets.

    :param active: The value of ``active``; a user who was never said to be active or not is active.
    :param roles: The values of ``roles``, as models or as JSON.
    :param groups: The groups that the user is in.
    """
    return PermissionFacts(active is not False, groups, read_roles(roles), stored.assigned)


def _digest(sets: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sets).encode()).hexdigest()[:8]
