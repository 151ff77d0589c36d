"""Operators' changes to permissions in one directory: group mappings, assignments to users, login methods.

They are stored beside what identity providers send, in items of their own or in attributes of a user's item that no client's
request writes. A sync does not overwrite them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from lambdas.retrying import Backoff
from lambdas.store import actions, keys
from lambdas.store.items import Stored, now
from lambdas.store.keys import Item
from lambdas.store.reads import not_found
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed


@dataclass(frozen=True)
class PermissionChange:
    """The values before and after an operator's change; equal when nothing changed."""

    before: frozenset[str]
    after: frozenset[str]


class PermissionStore:
    """The group mappings, assignments and login methods of one directory."""

    def __init__(self, table: Table, directory: str) -> None:
        """Open them in a table, by the directory's id."""
        self.table = table
        self.directory = directory

    def mappings(self) -> dict[str, frozenset[str]]:
        """Return the ids of the permission sets that groups are mapped to, by the ids of the groups: 1 Query.

        A mapping stays when its group is deleted, until it is unmapped; it has no effect then.
        """
        items = self.table.query(keys.permissions(self.directory))
        return {item["sk"]["S"]: sets for item in items if (sets := _sets(item))}

    def map_group(self, group_id: str, sets: Iterable[str]) -> PermissionChange:
        """Map a group to permission sets, in addition to those it is mapped to: 1 read and 1 transaction.

        :raises scim2_models.NotFoundException: When the group does not exist.
        """
        return self._change_mapping(group_id, lambda before: before | set(sets), exists=True)

    def unmap_group(self, group_id: str, sets: Iterable[str] | None = None) -> PermissionChange:
        """Remove permission sets, or with None all, from a group's mapping: 1 read and 1 write. The group may be deleted."""
        gone = None if sets is None else set(sets)
        return self._change_mapping(
            group_id, lambda before: frozenset() if gone is None else before - gone, exists=False
        )

    def assign(self, user_id: str, sets: Iterable[str]) -> PermissionChange:
        """Assign permission sets to a user, in addition to those already assigned: 1 read and 1 write.

        :raises scim2_models.NotFoundException: When the user does not exist.
        """
        return self._change_assignment(user_id, lambda before: before | set(sets))

    def unassign(self, user_id: str, sets: Iterable[str] | None = None) -> PermissionChange:
        """Remove permission sets, or with None all, from those assigned to a user: 1 read and 1 write.

        :raises scim2_models.NotFoundException: When the user does not exist.
        """
        gone = None if sets is None else set(sets)
        return self._change_assignment(user_id, lambda before: frozenset() if gone is None else before - gone)

    def assigned(self, user_id: str) -> frozenset[str]:
        """Return the ids of the permission sets assigned to a user: 1 read.

        :raises scim2_models.NotFoundException: When the user does not exist.
        """
        return self._user(user_id).assigned

    def set_login(self, user_id: str, method: str | None) -> PermissionChange:
        """Set a user's login method, or with None return to the environment's default: 1 read and 1 write.

        :return: The methods before and after: one, or none for the default.
        :raises scim2_models.NotFoundException: When the user does not exist.
        """
        before, after = self._change_user(user_id, lambda stored: replace(stored, login=method))
        return PermissionChange(_only(before.login), _only(after.login))

    def _change_mapping(
        self, group_id: str, change: Callable[[frozenset[str]], Iterable[str]], *, exists: bool
    ) -> PermissionChange:
        key, pause = keys.permission(self.directory, group_id), Backoff()
        while True:
            before = _sets(self.table.get(key))
            after = frozenset(change(before))
            if after == before and not exists:
                return PermissionChange(before, after)
            write = actions.set_mapping(key, before, after)
            there = actions.check_exists(keys.resource(self.directory, "Group", group_id))
            try:
                self.table.transact([there, write] if exists else [write])
            except ConditionFailed as failure:
                if exists and 0 in failure.failed:
                    raise not_found("Group", group_id) from None
                pause.wait()
            else:
                return PermissionChange(before, after)

    def _change_assignment(self, user_id: str, change: Callable[[frozenset[str]], Iterable[str]]) -> PermissionChange:
        before, after = self._change_user(
            user_id, lambda stored: replace(stored, assigned=frozenset(change(stored.assigned)))
        )
        return PermissionChange(before.assigned, after.assigned)

    def _change_user(self, user_id: str, change: Callable[[Stored], Stored]) -> tuple[Stored, Stored]:
        pause = Backoff()
        while True:
            before = self._user(user_id)
            after = change(before)
            if after == before:
                return before, before
            after = replace(after, version=before.version + 1, modified=now())
            key = keys.resource(self.directory, "User", user_id)
            try:
                self.table.transact([actions.set_decided(key, after, before.version)])
            except ConditionFailed:
                pause.wait()
            else:
                return before, after

    def _user(self, user_id: str) -> Stored:
        item = self.table.get(keys.resource(self.directory, "User", user_id))
        if item is None:
            raise not_found("User", user_id)
        return Stored.from_item(item)


def _sets(item: Item | None) -> frozenset[str]:
    return frozenset((item or {}).get("sets", {}).get("SS", ()))


def _only(method: str | None) -> frozenset[str]:
    return frozenset() if method is None else frozenset({method})
