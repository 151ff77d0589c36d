"""System groups: each permission set is a group that exists in every directory from its first request on.

Such a group is an ordinary group, with a random-looking id that follows from the set's, so that a set which is renamed in the
environment's file renames its group and keeps its members. What clients may not do with it is in :mod:`lambdas.environment.rules`.
"""

import uuid
from collections.abc import Sequence

from scim2_models import UniquenessException

from lambdas.environment.file.permissions import Permissions, PermissionSet, Source
from lambdas.store import keys
from lambdas.store.documents import resource_of
from lambdas.store.indexes import index_of
from lambdas.store.items import Stored
from lambdas.store.keys import Item, Key
from lambdas.store.reads import Reader
from lambdas.store.writes import LostRace, Writer

NAMESPACE = uuid.UUID("8f0a3a5e-9d0c-4f4e-9b57-6a1f0c1d2e3f")
"""What the ids of system groups are made in (UUID version 5)."""


def group_id_of(permission_set: PermissionSet) -> str:
    """Return the id of a set's group, the same in every directory."""
    return str(uuid.uuid5(NAMESPACE, permission_set.id))


class SystemGroups:
    """The system groups of an environment, for as long as a process lives."""

    def __init__(self, permissions: Permissions) -> None:
        """Take the permission sets of the environment's file."""
        self.sets: Sequence[PermissionSet] = permissions.sets if Source.SYSTEM_GROUPS in permissions.sources else ()
        self._complete: set[str] = set()

    def ensure(self, reader: Reader, writer: Writer) -> None:
        """See to it that a directory has the groups: 1 BatchGetItem for a process's first request to a directory, then none.

        A group that a client made under a set's name, before the file said that sets are groups, is the set's group.

        :raises OutOfTimeError: When the table did not answer in time; the next request tries again.
        """
        if not self.sets or reader.directory in self._complete:
            return
        with reader.provider:
            groups = [SystemGroup(reader, each) for each in self.sets]
            items = reader.table.batch_get(key for each in groups for key in (each.key, each.name_key))
            found = {Key(item["pk"]["S"], item["sk"]["S"]): item for item in items}
            for group in groups:
                if group.name_key not in found:
                    group.make(writer, found.get(group.key))
        self._complete.add(reader.directory)


class SystemGroup:
    """The group of one set in one directory."""

    def __init__(self, reader: Reader, permission_set: PermissionSet) -> None:
        """Take what reads the directory, and the set."""
        self.id = group_id_of(permission_set)
        self.resource_type = reader.type_named("Group")
        self.model = reader.model(self.resource_type)
        self.resource = self.model.model_validate({"displayName": permission_set.name})
        self.key = keys.resource(reader.directory, "Group", self.id)
        index = index_of(reader.provider, "Group", self.resource)
        (self.name_key,) = index.unique_keys(reader.directory, "Group").values()

    def make(self, writer: Writer, item: Item | None) -> None:
        """Create the group, or give it the set's name; another process that was faster has done the same.

        :param item: The group's item, when it exists under another name.
        """
        try:
            if item is None:
                writer.create(self.resource_type, self.resource, None, resource_id=self.id)
            else:
                stored = Stored.from_item(item)
                renamed = resource_of(stored, self.resource_type, self.model)
                renamed["displayName"] = self.resource["displayName"]
                writer.update(self.resource_type, stored, renamed)
        except (LostRace, UniquenessException):
            return
