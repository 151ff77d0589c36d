"""Deleting resources.

A deletion first removes what makes the resource visible. What a deleted group leaves, its member items and its id in its members'
``groups`` sets, is shown by no read; the table's stream has it swept (:mod:`lambdas.store.sweeping`).
"""

from scim2_models import ResourceType

from lambdas.store import actions, keys
from lambdas.store.documents import resource_of
from lambdas.store.indexes import index_of
from lambdas.store.items import Stored
from lambdas.store.leaving import Leaver, room
from lambdas.store.reads import Reader
from lambdas.store.transactions import Action, ConditionFailed
from lambdas.store.writes import LostRace


class Deleter:
    """Deletes the resources of one directory."""

    def __init__(self, reader: Reader) -> None:
        """Take what reads the same directory."""
        self.reader = reader
        self.directory = reader.directory
        self.leaver = Leaver(reader.table, reader.directory)

    def delete(self, resource_type: ResourceType, stored: Stored) -> None:
        """Delete a resource: 1 transaction when it is in some 45 groups or fewer.

        Its own memberships end with it. One that is in more groups leaves them in batches first, so that no read ever shows a
        member that does not exist; sent again after a failure half-way, the deletion goes on.

        :raises LostRace: When the resource changed meanwhile.
        """
        name = str(resource_type.name)
        own = self._own(resource_type, name, stored)
        try:
            while len(stored.groups) > room(own):
                stored = self.leaver.leave(name, stored)
            own[0] = actions.delete_version(keys.resource(self.directory, name, stored.id), stored.version)
            self.leaver.commit(stored.id, own, sorted(stored.groups))
        except ConditionFailed:
            raise LostRace from None

    def _own(self, resource_type: ResourceType, name: str, stored: Stored) -> list[Action]:
        """Return the actions that remove a resource and everything it is found by."""
        index = index_of(
            self.reader.provider, name, resource_of(stored, resource_type, self.reader.model(resource_type))
        )
        return [
            actions.delete_version(keys.resource(self.directory, name, stored.id), stored.version),
            actions.count(keys.count(self.directory, name, stored.id), -1),
            *(actions.release(key, stored.id) for key in index.unique_keys(self.directory, name).values()),
            *(actions.delete(key) for key in sorted(index.lookup_keys(self.directory, name, stored.id))),
        ]
