"""Ending the memberships of a user or group, as many in one transaction as it holds."""

from collections.abc import Sequence
from dataclasses import replace

from lambdas.store import actions, keys
from lambdas.store.items import Stored, now
from lambdas.store.table import Table
from lambdas.store.transactions import MAX_TRANSACTION_ACTIONS, Action, OptionalAction


def room(own: Sequence[Action]) -> int:
    """Return how many memberships end in a transaction beside a resource's own actions: two actions each."""
    return (MAX_TRANSACTION_ACTIONS - len(own)) // 2


class Leaver:
    """Ends memberships in one directory."""

    def __init__(self, table: Table, directory: str) -> None:
        """Take the table and the directory's id."""
        self.table = table
        self.directory = directory

    def leave(self, name: str, stored: Stored) -> Stored:
        """Take a resource out of its groups, or out of as many as one transaction holds.

        :param name: ``User`` or ``Group``.
        :return: The resource afterwards, with the groups that are left.
        :raises ConditionFailed: When the resource changed meanwhile.
        """
        key = keys.resource(self.directory, name, stored.id)
        groups = sorted(stored.groups)[: room([{}])]
        self.commit(stored.id, [actions.leave_many(key, groups, stored.version)], groups)
        return replace(stored, version=stored.version + 1, groups=stored.groups - set(groups))

    def commit(self, member_id: str, own: Sequence[Action], groups: Sequence[str]) -> None:
        """Write a resource's own actions and end its memberships; a group that was deleted already needs no new version.

        :param own: The resource's own actions, which take the groups out of its set or delete it.
        :raises ConditionFailed: When a condition of theirs does not hold.
        """
        moment = now()
        ends = [actions.delete(keys.member(self.directory, each, member_id)) for each in groups]
        touches = [
            OptionalAction(actions.touch(keys.resource(self.directory, "Group", each), moment)) for each in groups
        ]
        self.table.transact([*own, *ends, *touches])
