"""Removing a user or group from its groups, as many in one transaction as fit."""

from collections.abc import Sequence
from dataclasses import replace

from lambdas.store import actions, keys
from lambdas.store.items import Stored, now
from lambdas.store.table import Table
from lambdas.store.transactions import MAX_TRANSACTION_ACTIONS, Action, OptionalAction, TooLarge


def memberships_that_fit(own_actions: Sequence[Action]) -> int:
    """Return how many memberships still fit into a transaction with a resource's own actions: two actions each."""
    return (MAX_TRANSACTION_ACTIONS - len(own_actions)) // 2


class Leaver:
    """Removes users and groups from their groups, in one directory, for one request."""

    def __init__(self, table: Table, directory: str) -> None:
        self.table = table
        self.directory = directory
        self.at_once = MAX_TRANSACTION_ACTIONS

    def fitting(self, own_actions: Sequence[Action]) -> int:
        """Return how many removals still fit into the transaction: fewer after one that exceeded 4 MB (AWS limit)."""
        return min(memberships_that_fit(own_actions), self.at_once)

    def leave(self, name: str, stored: Stored) -> Stored:
        """Remove a resource from its groups, or from as many as one transaction holds.

        :param name: ``User`` or ``Group``.
        :return: The resource afterwards, with the groups that are left.
        :raises ConditionFailed: When the resource changed meanwhile.
        """
        key = keys.resource(self.directory, name, stored.id)
        groups = sorted(stored.groups)[: self.fitting([{}])]
        try:
            self.commit(stored.id, [actions.leave_many(key, groups, stored.version)], groups)
        except TooLarge:
            if not self.halve(groups):
                raise
            return self.leave(name, stored)
        return replace(stored, version=stored.version + 1, groups=stored.groups - set(groups))

    def halve(self, groups: Sequence[str]) -> bool:
        """Let half as many groups into the next transaction after one was too large; return False when it had only one."""
        self.at_once = max(len(groups) // 2, 1)
        return len(groups) > 1

    def commit(self, member_id: str, own: Sequence[Action], groups: Sequence[str]) -> None:
        """Write a resource's own actions and delete its memberships; a group that was deleted already gets no new version.

        :param own: The resource's own actions, which remove the groups from its set or delete it.
        :raises ConditionFailed: When one of their conditions does not hold.
        :raises TooLarge: When the transaction exceeds 4 MB (AWS limit).
        """
        moment = now()
        deletions = [actions.delete(keys.member(self.directory, each, member_id)) for each in groups]
        touches = [
            OptionalAction(actions.touch(keys.resource(self.directory, "Group", each), moment)) for each in groups
        ]
        self.table.transact([*own, *deletions, *touches])
