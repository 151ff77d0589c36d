"""The store: one directory's users and groups on the single table, as scim2-server asks for them."""

from functools import cached_property
from typing import Any

from scim2_models import (
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
)
from scim2_server.storage import SearchPage

from lambdas.environment.product import PLAIN, Product
from lambdas.retrying import Backoff, time_is_up
from lambdas.scim.detail import Detail
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.errors import BusyException
from lambdas.scim.found_resources import FoundPage, FoundResource
from lambdas.scim.guarding import DeprovisioningGuard
from lambdas.scim.members_in_requests import Member, MemberChange, read_members
from lambdas.scim.models import is_group
from lambdas.scim.plain_documents import PlainResource
from lambdas.scim.storage import DirectoryStorage
from lambdas.store.deletions import Deleter
from lambdas.store.found import found_resources
from lambdas.store.group_guard import GroupGuard
from lambdas.store.group_updates import GroupUpdater
from lambdas.store.items import ByHand, Stored, etag, version_of
from lambdas.store.lost_race import LostRace
from lambdas.store.memberships import Memberships
from lambdas.store.reads import Reader
from lambdas.store.search import Searcher
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed
from lambdas.store.writes import Writer


class DynamoStorage(DirectoryStorage):
    """The users and groups of one directory.

    An instance serves one request. It caches what it reads, so that a PATCH is one read and one write.
    """

    supports_cursors = True

    def __init__(
        self,
        table: Table,
        directory: str,
        provider: DirectoryProvider,
        product: Product = PLAIN,
        *,
        by_hand: ByHand | None = None,
        guard: DeprovisioningGuard | None = None,
    ) -> None:
        """Set the table, the directory's id, the description of its resources, and the attributes computed for the product.

        :param guard: Counts users who are deprovisioned; None where nothing is counted.
        """
        self.table = table
        self.directory = directory
        self.by_hand = by_hand
        self.guard = guard
        self.reader = Reader(table, directory, provider, product)
        self.memberships = Memberships(table, directory)
        self.writer = Writer(self.reader, self.memberships)
        self.group_guard = GroupGuard(table, directory, product, guard) if guard else None
        self._read: dict[str, Stored] = {}

    @cached_property
    def group_updater(self) -> GroupUpdater:
        """Changes groups."""
        return GroupUpdater(self.reader, self.memberships, self.group_guard)

    @cached_property
    def deleter(self) -> Deleter:
        """Deletes resources."""
        return Deleter(self.reader)

    @cached_property
    def searcher(self) -> Searcher:
        """Searches."""
        return Searcher(self.reader, self.reader.provider)

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """Return a resource: 1 GetItem; 1 BatchGetItem more for a user in groups, 1 Query more for a group's members."""
        stored = self._stored(resource_type, resource_id)
        whole = self._is_whole(resource_type, response_parameters)
        return self.reader.resources(resource_type, [stored], whole=whole)[0]

    def read(
        self,
        resource_type: ResourceType,
        resource_id: str,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> FoundResource:
        """Return a resource for an answer: the calls are those of :meth:`get`."""
        stored = self._stored(resource_type, resource_id)
        whole = self._is_whole(resource_type, response_parameters)
        return found_resources(self.reader, resource_type, [stored], whole=whole)[0]

    def _is_whole(self, resource_type: ResourceType, parameters: ResponseParameters[Any] | None) -> bool:
        """Return whether an answer depends on separately stored attributes, as the version of permission sets does."""
        entitled = resource_type.name == "User" and self.reader.product.computes_entitlements
        return entitled or self.reader.keeps_separate(resource_type, parameters)

    def read_head(self, resource_type: ResourceType, resource_id: str) -> FoundResource:
        """Return a resource without its separately stored attributes: 1 GetItem."""
        return found_resources(self.reader, resource_type, [self._stored(resource_type, resource_id)], whole=False)[0]

    def get_head(self, resource_type: ResourceType, resource_id: str) -> Resource[Any]:
        """Return a resource without its separately stored attributes: 1 GetItem."""
        return self.reader.resources(resource_type, [self._stored(resource_type, resource_id)], whole=False)[0]

    def get_small_group(self, resource_type: ResourceType, group_id: str, at_most: int) -> Resource[Any] | None:
        """Return a group with its members, or None when they are more than a number: 1 GetItem, and 1 Query for each 1 MB."""
        group = self.get_head(resource_type, group_id)
        return group if self.reader.group_members.add_few(group, at_most) else None

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """Return one page of the matching resources, and their number."""
        return self.searcher.search(resource_types, search_request, position)

    def find(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> FoundPage:
        """Return one page of the matching resources for an answer, and their number."""
        return self.searcher.find(resource_types, search_request, position)

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Store a new resource: the calls are those of :meth:`write_new`."""
        return self.write_new(resource_type, resource).to_model()

    def write_new(
        self,
        resource_type: ResourceType,
        resource: Resource[Any] | PlainResource,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> FoundResource:
        """Store a new resource: 1 transaction up to 45 members; members are read back only where the answer shows them."""
        members = _members_of(resource)
        change = MemberChange(added=members) if members else None
        stored = self.writer.create(resource_type, resource, change, by_hand=self.by_hand)
        if members and self.reader.keeps_separate(resource_type, response_parameters):
            return self._written(resource_type, stored.id)
        # A new user is in no group, so showing it whole costs nothing.
        return found_resources(self.reader, resource_type, [stored], whole=resource_type.name == "User")[0]

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """Replace a stored resource: the calls are those of :meth:`write`."""
        return self.write(resource_type, resource, expected_version=expected_version).to_model()

    def write(
        self,
        resource_type: ResourceType,
        resource: Resource[Any] | PlainResource,
        *,
        expected_version: str | None = None,
    ) -> FoundResource:
        """Replace a stored resource, a group's members included: 1 write when its own read preceded it."""
        if isinstance(resource, Resource) and is_group(resource):
            change = MemberChange(replaces=True, added=_members_of(resource))
            self.update_group(resource_type, str(resource.id), resource, change, expected_version=expected_version)
            return self._written(resource_type, str(resource.id))
        pause = Backoff()
        while True:
            before = self._expected(resource_type, str(resource.id), expected_version)
            try:
                after = self.writer.update(resource_type, before, resource)
            except LostRace:
                self._lost(expected_version, pause)
            else:
                return found_resources(self.reader, resource_type, [after], whole=True)[0]

    def update_group(
        self,
        resource_type: ResourceType,
        group_id: str,
        head: Resource[Any] | None,
        change: MemberChange | None,
        *,
        expected_version: str | None = None,
    ) -> str | None:
        """Change a group's own attributes, its members, or both. See :class:`lambdas.scim.storage.DirectoryStorage`."""
        pause = Backoff()
        while True:
            before = None
            expected = None if expected_version is None else version_of(expected_version)
            if head is not None:
                before = (self._expected(resource_type, group_id, expected_version), head)
            try:
                version = self.group_updater.update(resource_type, group_id, before, change, expected)
            except LostRace:
                self.reader.stored(resource_type, group_id)
                self._lost(expected_version, pause)
            else:
                return None if version is None else etag(version)

    def update_and_leave(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> FoundResource:
        """Replace a stored user and remove it from its groups: 1 transaction when it is in up to about 45 groups."""
        pause = Backoff()
        while True:
            before = self._expected(resource_type, str(resource.id), expected_version)
            try:
                after = self.writer.update_and_leave(resource_type, before, resource)
            except LostRace:
                self._lost(expected_version, pause)
            else:
                left = self._leave_rest(resource_type, after, pause)
                return found_resources(self.reader, resource_type, [left], whole=True)[0]

    def _leave_rest(self, resource_type: ResourceType, stored: Stored, pause: Backoff) -> Stored:
        """Remove a user whose new state is written from its remaining groups, unless another request changes that state.

        :raises BusyException: When the request's time is up; a retry resumes.
        """
        while stored.groups:
            if time_is_up():
                raise BusyException(
                    detail=Detail(
                        "Timed out before the user was removed from all groups. Send the request again; it resumes."
                    )
                )
            try:
                stored = self.writer.leaver.leave(str(resource_type.name), stored)
            except ConditionFailed:
                pause.wait()
                found = self.reader.stored(resource_type, stored.id)
                if found.document != stored.document:
                    return found
                stored = found
        return stored

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        """Delete a resource: 1 GetItem and 1 transaction when it is in up to about 45 groups."""
        pause = Backoff()
        while True:
            stored = self._expected(resource_type, resource_id, expected_version)
            if self.group_guard and resource_type.name == "Group":
                self.group_guard.check_deletion(stored)
            try:
                self.deleter.delete(resource_type, stored)
            except LostRace:
                self._lost(expected_version, pause)
            else:
                return

    def is_by_hand(self, user_id: str) -> bool:
        """Return whether an operator created a user and no identity provider has provisioned it since; without a read."""
        stored = self._read.get(user_id)
        return stored is not None and stored.by_hand

    def link(self, user_id: str) -> None:
        """Link a user to the identity provider with this request's next write: it no longer counts as created by hand."""
        self.writer.linked.add(user_id)

    def _written(self, resource_type: ResourceType, resource_id: str) -> FoundResource:
        """Return a resource that was just written, with a new limit on members, since the write has succeeded."""
        fresh = Reader(self.table, self.directory, self.reader.provider, self.reader.product)
        return found_resources(fresh, resource_type, [fresh.stored(resource_type, resource_id)], whole=True)[0]

    def _stored(self, resource_type: ResourceType, resource_id: str) -> Stored:
        stored = self.reader.stored(resource_type, resource_id)
        self._read[resource_id] = stored
        return stored

    def _expected(self, resource_type: ResourceType, resource_id: str, expected_version: str | None) -> Stored:
        """Return the state that a write is computed from: the cached one if it has the expected version.

        :raises PreconditionFailedException: When the stored version is not the expected one.
        """
        stored = self._read.pop(resource_id, None)
        if expected_version is None or stored is None or stored.version != version_of(expected_version):
            stored = self.reader.stored(resource_type, resource_id)
        if expected_version is not None and stored.version != version_of(expected_version):
            raise PreconditionFailedException(
                detail=Detail(
                    "The {type} changed: its version is {version}, not {expected}",
                    type=resource_type.name,
                    version=etag(stored.version),
                    expected=expected_version,
                )
            )
        return stored

    @staticmethod
    def _lost(expected_version: str | None, pause: Backoff) -> None:
        """Pause before another attempt, or raise an error when the caller expects a version.

        :raises PreconditionFailedException: When a version is expected: it no longer exists.
        :raises BusyException: When the time for attempts is up.
        """
        if expected_version is not None:
            raise PreconditionFailedException(
                detail=Detail("The resource changed: its version is no longer {expected}", expected=expected_version)
            )
        pause.wait()


def _members_of(resource: Resource[Any] | PlainResource) -> dict[str, Member]:
    """Return the members in a group's body, by id."""
    members = getattr(resource, "members", None)
    if not members:
        return {}
    values = [
        {"value": each.value, "$ref": each.ref, "type": each.type, "display": each.display}
        if hasattr(each, "value")
        else each
        for each in members
    ]
    return {member.id: member for member in read_members(values)}
