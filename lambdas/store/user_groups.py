"""The groups of users, and the facts about them that determine permission sets."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lambdas.environment.file.permissions import Source
from lambdas.environment.permission_sets import Grant, GroupFacts, PermissionFacts, effective
from lambdas.environment.product import Product
from lambdas.environment.roles import read_roles
from lambdas.store import keys
from lambdas.store.items import Stored
from lambdas.store.table import Table


class UserGroups:
    """The groups of users in one directory, each read once: a cache for one request."""

    def __init__(self, table: Table, directory: str, product: Product) -> None:
        self.table = table
        self.directory = directory
        self.product = product
        self._groups: dict[str, GroupFacts | None] = {}
        self._deleted: dict[str, GroupFacts] = {}

    def existing(self, ids: Iterable[str]) -> dict[str, GroupFacts]:
        """Return the groups that exist among these ids: 1 BatchGetItem per 100 items for those not yet read."""
        wanted = set(ids)
        self._read(sorted(wanted - self._groups.keys()))
        return {each: facts for each in sorted(wanted) if (facts := self._groups[each]) is not None}

    def existing_or_deleted(self, ids: Iterable[str]) -> dict[str, GroupFacts]:
        """Return the groups of :meth:`existing`, and recently deleted groups whose mapping is still stored."""
        existing = self.existing(ids)  # also finds the deleted ones
        return self._deleted | existing

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
                self._deleted[each] = facts


def grants_of(stored: Stored | None, groups: Mapping[str, GroupFacts], product: Product) -> list[Grant]:
    """Return the permission sets of a user as its item has it; none for a user that does not exist.

    :param groups: Facts about groups, by id. Groups of the user that are not among them count for nothing.
    """
    if stored is None:
        return []
    document = json.loads(stored.document)
    known = [groups[each] for each in sorted(stored.groups) if each in groups]
    return effective(
        product.permissions, permission_facts(stored, document.get("active"), document.get("roles"), known)
    )


def permission_facts(
    stored: Stored, active: object, roles: Iterable[Any] | None, groups: Sequence[GroupFacts]
) -> PermissionFacts:
    """Return the facts about a user that determine its permission sets.

    :param active: The value of ``active``; a user without one is active.
    :param roles: The values of ``roles``, as models or as JSON.
    :param groups: The groups that the user is in.
    """
    return PermissionFacts(active is not False, groups, read_roles(roles), stored.assigned)
