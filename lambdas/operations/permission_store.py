"""What an operator decides in one directory: what groups are mapped to, what users are assigned, how users sign in.

It lies beside what clients send, in items of its own or in attributes of a user's item that no client's request writes. So no sync
overwrites it.
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
    """What a decision changed."""

    before: frozenset[str]
    after: frozenset[str]


class PermissionStore:
    """The decisions of operators in one directory."""

    def __init__(self, table: Table, directory: str) -> None:
        """Take the table and the directory's id."""
        self.table = table
        self.directory = directory

    def mappings(self) -> dict[str, frozenset[str]]:
        """Return the ids of the sets that groups are mapped to, by the groups' ids: 1 Query.

        A group that was deleted keeps its line until it is unmapped; it gives nothing to anybody.
        """
        items = self.table.query(keys.permissions(self.directory))
        return {item["sk"]["S"]: sets for item in items if (sets := _sets(item))}

    def map_group(self, group_id: str, sets: Iterable[str]) -> PermissionChange:
        """Let the members of a group have these sets, too: 1 read and 1 transaction.

        :raises scim2_models.NotFoundException: When the group does not exist.
        """
        return self._change_mapping(group_id, lambda before: before | set(sets), exists=True)

    def unmap_group(self, group_id: str, sets: Iterable[str] | None = None) -> PermissionChange:
        """Take these sets from what a group is mapped to, or all: 1 read and 1 write. The group need not exist any more."""
        gone = None if sets is None else set(sets)
        return self._change_mapping(
            group_id, lambda before: frozenset() if gone is None else before - gone, exists=False
        )

    def assign(self, user_id: str, sets: Iterable[str]) -> PermissionChange:
        """Give a user these sets, whatever its groups and roles are: 1 read and 1 write.

        :raises scim2_models.NotFoundException: When the user does not exist.
        """
        return self._change_assignment(user_id, lambda before: before | set(sets))

    def unassign(self, user_id: str, sets: Iterable[str] | None = None) -> PermissionChange:
        """Take these sets, or all, from what operators assigned to a user: 1 read and 1 write.

        :raises scim2_models.NotFoundException: When the user does not exist.
        """
        gone = None if sets is None else set(sets)
        return self._change_assignment(user_id, lambda before: frozenset() if gone is None else before - gone)

    def assigned(self, user_id: str) -> frozenset[str]:
        """Return the ids of the sets that operators assigned to a user: 1 read.

        :raises scim2_models.NotFoundException: When the user does not exist.
        """
        return self._user(user_id).assigned

    def set_login(self, user_id: str, method: str | None) -> PermissionChange:
        """Say how a user signs in, or with None leave it to the environment's default: 1 read and 1 write.

        :return: What was said before and is said now, each one method or none.
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
