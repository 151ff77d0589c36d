"""What the guard against mass deprovisioning counts of groups: users who leave a group that gives them permission sets.

A user of several such groups counts once for each that it leaves. Groups that give no permission set cost one read, and only where
an identity provider removes members.
"""

import json
from collections.abc import Sequence, Set
from itertools import islice

from lambdas.environment.file.permissions import Source
from lambdas.environment.permission_sets import system_set
from lambdas.environment.product import Product
from lambdas.scim.guarding import DeprovisioningGuard
from lambdas.store import keys
from lambdas.store.items import Stored
from lambdas.store.keys import Item, Key
from lambdas.store.steps import Step
from lambdas.store.table import MAX_BATCH_KEYS, Table

ATTRIBUTES = ("pk", "sk", "name", "sets", "doc", "groups")
"""What is read of groups, mappings and users."""


class GroupGuard:
    """Counts the members whom one request removes from groups of one directory."""

    def __init__(self, table: Table, directory: str, product: Product, guard: DeprovisioningGuard) -> None:
        self.table = table
        self.directory = directory
        self.permissions = product.permissions
        self.guard = guard
        self.sets = {each.id for each in self.permissions.sets}
        self.sources = self.sets and {Source.GROUPS, Source.SYSTEM_GROUPS} & set(self.permissions.sources)

    def check_removals(self, group_id: str, steps: Sequence[Step]) -> Set[str]:
        """Count the users whom a change removes from a group: 1 BatchGetItem, and 1 update if any loses permission sets.

        Users who are disabled or no members lose nothing and do not count. More users than one BatchGetItem reads all count.

        :param steps: The steps of the change. Where they are more than one transaction, those that change nothing are left out.
        :return: What was counted, for :meth:`give_back`.
        :raises HeldException: When the guard holds the change.
        """
        removed = [step.member.id for step in steps if step.verb == "remove" and step.type == "User"]
        if not removed or not self.sources:
            return frozenset()
        group = self._keys_of(group_id)
        users = {keys.resource(self.directory, "User", each): each for each in removed}
        checks_users = len(group) + len(users) <= MAX_BATCH_KEYS
        items = self.table.batch_get([*group, *(users if checks_users else ())], attributes=ATTRIBUTES)
        found = {Key(item["pk"]["S"], item["sk"]["S"]): item for item in items}
        if not self._gives_sets([found[each] for each in group if each in found]):
            return frozenset()
        if checks_users:
            removed = [each for key, each in users.items() if _loses(found.get(key), group_id)]
        return self.guard.check(f"{group_id}/{each}" for each in removed)

    def give_back(self, group_id: str, counted: Set[str], unwritten: Sequence[Step]) -> None:
        """Subtract the users whom a change that failed did not remove: no call, or 1 transaction if any was counted.

        :param counted: What :meth:`check_removals` returned for the change.
        :param unwritten: The steps of the change that were not written.
        """
        self.guard.give_back(counted & {f"{group_id}/{step.member.id}" for step in unwritten if step.verb == "remove"})

    def check_deletion(self, group: Stored) -> None:
        """Count the users of a group that is about to be deleted: 3 reads as a rule, and 1 update if it gives permission sets.

        Users count whether they are disabled or not, and no more of them than exceed the limit: the members are read in pages of
        1 MB until so many users are found. Groups among the members do not count.

        :raises HeldException: When the guard holds the deletion.
        """
        if not self.sources:
            return
        known: list[Item] = [{"name": {"S": group.name or ""}}]
        mapping = self.table.get(keys.permission(self.directory, group.id)) if Source.GROUPS in self.sources else None
        if not self._gives_sets([*known, *([mapping] if mapping else [])]):
            return
        members = self.table.query(keys.members(self.directory, group.id), attributes=("sk", "type"))
        users = (item["sk"]["S"] for item in members if item["type"]["S"] == "User")
        self.guard.check(f"{group.id}/{each}" for each in islice(users, self.guard.limit() + 1))

    def _keys_of(self, group_id: str) -> list[Key]:
        """Return the keys of the items that show whether a group gives permission sets."""
        wanted = {
            Source.GROUPS: keys.permission(self.directory, group_id),
            Source.SYSTEM_GROUPS: keys.resource(self.directory, "Group", group_id),
        }
        return [key for source, key in wanted.items() if source in self.sources]

    def _gives_sets(self, items: Sequence[Item]) -> bool:
        mapped = any(self.sets & set(item.get("sets", {}).get("SS", ())) for item in items)
        return mapped or any(system_set(self.permissions, item.get("name", {}).get("S")) for item in items)


def _loses(user: Item | None, group_id: str) -> bool:
    """Return whether a user is an active member of a group."""
    if user is None or group_id not in user.get("groups", {}).get("SS", ()):
        return False
    return json.loads(user["doc"]["S"]).get("active") is not False
