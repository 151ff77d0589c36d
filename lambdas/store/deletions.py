"""Deleting resources.

A deletion first removes what makes the resource visible. What a deleted group leaves, its member items and its id in its members'
``groups`` sets, is shown by no read; the table's stream has it swept (:mod:`lambdas.store.sweeping`).
"""

from collections.abc import Sequence
from dataclasses import replace

from scim2_models import ResourceType

from lambdas.store import actions, keys
from lambdas.store.indexes import index_of
from lambdas.store.items import Stored, now
from lambdas.store.reads import Reader
from lambdas.store.table import MAX_TRANSACTION_ACTIONS, Action, ConditionFailed
from lambdas.store.writes import LostRace


class Deleter:
    """Deletes the resources of one directory."""

    def __init__(self, reader: Reader) -> None:
        """Take what reads the same directory."""
        self.reader = reader
        self.table = reader.table
        self.directory = reader.directory

    def delete(self, resource_type: ResourceType, stored: Stored) -> None:
        """Delete a resource: 1 transaction when it is in some 45 groups or fewer.

        Its own memberships end with it. One that is in more groups leaves them in batches first, so that no read ever shows a
        member that does not exist; sent again after a failure half-way, the deletion goes on.

        :raises LostRace: When the resource changed meanwhile.
        """
        name = str(resource_type.name)
        own = self._own(resource_type, name, stored)
        room = (MAX_TRANSACTION_ACTIONS - len(own)) // 2
        while len(stored.groups) > room:
            stored = self._leave(name, stored, sorted(stored.groups)[:room])
        own[0] = actions.delete_version(keys.resource(self.directory, name, stored.id), stored.version)
        self._transact(stored.id, own, sorted(stored.groups))

    def _own(self, resource_type: ResourceType, name: str, stored: Stored) -> list[Action]:
        """Return the actions that remove a resource and everything it is found by."""
        index = index_of(
            self.reader.provider, name, stored.to_resource(resource_type, self.reader.model(resource_type))
        )
        return [
            actions.delete_version(keys.resource(self.directory, name, stored.id), stored.version),
            actions.count(keys.count(self.directory, name, stored.id), -1),
            *(actions.delete(key) for key in index.unique_keys(self.directory, name).values()),
            *(actions.delete(key) for key in sorted(index.lookup_keys(self.directory, name, stored.id))),
        ]

    def _leave(self, name: str, stored: Stored, groups: Sequence[str]) -> Stored:
        key = keys.resource(self.directory, name, stored.id)
        self._transact(stored.id, [actions.leave_many(key, list(groups), stored.version)], groups)
        return replace(stored, version=stored.version + 1, groups=stored.groups - set(groups))

    def _transact(self, member_id: str, own: Sequence[Action], groups: Sequence[str]) -> None:
        """Write a resource's own actions and end its memberships; a group that was deleted already needs no new version."""
        moment = now()
        ends = [actions.delete(keys.member(self.directory, each, member_id)) for each in groups]
        touches = [actions.touch(keys.resource(self.directory, "Group", each), moment) for each in groups]
        while True:
            try:
                self.table.transact([*own, *ends, *touches])
            except ConditionFailed as failure:
                if any(index < len(own) for index in failure.failed):
                    raise LostRace from None
                gone = {index - len(own) - len(ends) for index in failure.failed}
                touches = [touch for index, touch in enumerate(touches) if index not in gone]
            else:
                return
