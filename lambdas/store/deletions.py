"""Deletes resources.

A deletion first removes the items that make the resource visible. No read shows the remaining items of a deleted group, which are
its member items and its id in its members' ``groups`` sets. The table's stream triggers their sweep, :mod:`lambdas.store.sweeping`.
"""

from scim2_models import ResourceType

from lambdas.store import actions, keys
from lambdas.store.items import Stored
from lambdas.store.leaving import Leaver
from lambdas.store.lost_race import LostRace
from lambdas.store.planned_writes import index_of_stored
from lambdas.store.reads import Reader
from lambdas.store.transactions import Action, ConditionFailed, TooLarge


class Deleter:
    """Deletes the resources of one directory, for one request."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.directory = reader.directory
        self.leaver = Leaver(reader.table, reader.directory)

    def delete(self, resource_type: ResourceType, stored: Stored) -> None:
        """Delete a resource with its memberships: 1 transaction when it is in up to about 45 groups.

        A member of more groups is removed from them in batches first, so that no read shows a member that does not exist. After a
        failure, a retried request resumes.

        :raises LostRace: When the resource changed since it was read.
        """
        name = str(resource_type.name)
        own = self._own_actions(resource_type, name, stored)
        try:
            while True:
                while len(stored.groups) > self.leaver.fitting(own):
                    stored = self.leaver.leave(name, stored)
                own[0] = actions.delete_version(keys.resource(self.directory, name, stored.id), stored.version)
                groups = sorted(stored.groups)
                try:
                    return self.leaver.commit(stored.id, own, groups)
                except TooLarge:
                    if not self.leaver.halve(groups):
                        raise
        except ConditionFailed:
            raise LostRace from None

    def _own_actions(self, resource_type: ResourceType, name: str, stored: Stored) -> list[Action]:
        """Return the actions that delete a resource, its unique values and its look-ups."""
        index = index_of_stored(self.reader, resource_type, stored)
        return [
            actions.delete_version(keys.resource(self.directory, name, stored.id), stored.version),
            actions.count(keys.count(self.directory, name, stored.id), -1),
            *(actions.release(key, stored.id) for key in index.unique_keys(self.directory, name).values()),
            *(actions.delete(key) for key in sorted(index.lookup_keys(self.directory, name, stored.id))),
        ]
