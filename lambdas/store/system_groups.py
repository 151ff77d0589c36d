"""System groups: if the environment's file has them as a source, each permission set is a group in every directory.

Such a group is an ordinary group. Its id follows from the set's id, so that renaming the set in the file renames the group and
keeps its members. What clients cannot do with it is in :mod:`lambdas.environment.group_rules`.
"""

from collections.abc import Mapping, Sequence

from scim2_models import UniquenessException

from lambdas.environment.file.permissions import Permissions, PermissionSet, Source
from lambdas.store import actions, keys
from lambdas.store.documents import resource_of
from lambdas.store.indexes import index_of
from lambdas.store.items import Stored
from lambdas.store.keys import Item, Key
from lambdas.store.lost_race import LostRace
from lambdas.store.reads import Reader
from lambdas.store.sweeping import sweep_group
from lambdas.store.writes import Writer


class SystemGroups:
    """The system groups of an environment, for the lifetime of a process."""

    def __init__(self, permissions: Permissions) -> None:
        self.sets: Sequence[PermissionSet] = permissions.sets if Source.SYSTEM_GROUPS in permissions.sources else ()
        self._complete: set[str] = set()

    def ensure(self, reader: Reader, writer: Writer) -> None:
        """Create the groups that a directory lacks: 1 BatchGetItem for a process's first request to a directory, then no call.

        A group that a client created with a set's name before sets were groups is the set's group.

        :raises OutOfTimeError: When the table did not answer in time; the next request tries again.
        """
        if not self.sets or reader.directory in self._complete:
            return
        with reader.provider:
            groups = [SystemGroup(reader, each) for each in self.sets]
            items = reader.table.batch_get(key for each in groups for key in each.keys)
            found = {Key(item["pk"]["S"], item["sk"]["S"]): item for item in items}
            for group in groups:
                if group.name_key not in found:
                    group.create_or_rename(writer, found)
        self._complete.add(reader.directory)


class SystemGroup:
    """The group of one set in one directory."""

    def __init__(self, reader: Reader, permission_set: PermissionSet) -> None:
        self.id = permission_set.group_id
        self.resource_type = reader.type_named("Group")
        self.model = reader.model(self.resource_type)
        self.resource = self.model.model_validate({"displayName": permission_set.name})
        self.key = keys.resource(reader.directory, "Group", self.id)
        self.count_key = keys.count(reader.directory, "Group", self.id)
        self.mapping_key = keys.permission(reader.directory, self.id)
        index = index_of(reader.provider, "Group", self.resource)
        (self.name_key,) = index.unique_keys(reader.directory, "Group").values()

    @property
    def keys(self) -> list[Key]:
        """The keys of the items that show whether the group exists, or existed before."""
        return [self.key, self.name_key, self.count_key, self.mapping_key]

    def create_or_rename(self, writer: Writer, found: Mapping[Key, Item]) -> None:
        """Create the group, or give it the set's name; another process may have done the same meanwhile.

        :param found: Those of the items of :attr:`keys` that exist.
        """
        try:
            if self.key in found:
                self._rename(writer, Stored.from_item(found[self.key]))
            else:
                self._create(writer, found)
        except (LostRace, UniquenessException):
            return

    def _rename(self, writer: Writer, stored: Stored) -> None:
        renamed = resource_of(stored, self.resource_type, self.model)
        renamed["displayName"] = self.resource["displayName"]
        writer.update(self.resource_type, stored, renamed)

    def _create(self, writer: Writer, found: Mapping[Key, Item]) -> None:
        """Create the group, without the members and permission sets of a deleted group of the same id."""
        if self.count_key in found:  # else no group whose id begins alike ever existed
            sweep_group(writer.table, writer.directory, self.id)
        if self.mapping_key in found:
            writer.table.write(actions.delete(self.mapping_key))
        writer.create(self.resource_type, self.resource, None, resource_id=self.id)
