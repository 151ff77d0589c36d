"""The interface of a storage: scim2-server's contract, and changes of members as deltas."""

from abc import abstractmethod
from typing import Any

from scim2_models import Resource, ResourceType, ResponseParameters, SearchRequest
from scim2_server.storage import ScimStorage

from lambdas.scim.found_resources import FoundPage, FoundResource
from lambdas.scim.guarding import DeprovisioningGuard
from lambdas.scim.members_in_requests import MemberChange
from lambdas.scim.plain_documents import PlainResource


class DirectoryStorage(ScimStorage):
    """A storage that stores the members of groups separately, so that a change never reads or rewrites the others.

    Beside the rules of :class:`scim2_server.storage.ScimStorage`:

    - a user's ``groups`` and a group's ``members`` agree at every read;
    - adding a member that is present and removing one that is absent changes nothing, not even the version.

    :ivar guard: Counts users who are deprovisioned; None where nothing is counted. The storage counts those who leave a group
        by its change or deletion.
    """

    guard: DeprovisioningGuard | None = None

    @abstractmethod
    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Store a new resource, and return it.

        :raises scim2_models.UniquenessException: When a unique value is taken.
        :raises scim2_models.InvalidValueException: When a member does not exist in the directory.
        """

    @abstractmethod
    def read(
        self,
        resource_type: ResourceType,
        resource_id: str,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> FoundResource:
        """Return a resource for an answer: as :meth:`get`, and as JSON where an answer can show that.

        :raises scim2_models.NotFoundException: When no resource of this type has this id.
        """

    @abstractmethod
    def write_new(
        self,
        resource_type: ResourceType,
        resource: Resource[Any] | PlainResource,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> FoundResource:
        """Store a new resource, and return it for its answer: as :meth:`create`, and as JSON where an answer can show that.

        :param response_parameters: What the answer shows; separately stored attributes that it leaves out are not read.
        """

    @abstractmethod
    def write(
        self,
        resource_type: ResourceType,
        resource: Resource[Any] | PlainResource,
        *,
        expected_version: str | None = None,
    ) -> FoundResource:
        """Replace a stored resource, and return it for its answer: as :meth:`update`, and as JSON where an answer can show that."""

    @abstractmethod
    def find(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> FoundPage:
        """Return a page of a search for its answer: as :meth:`search`, and as JSON where an answer can show that."""

    @abstractmethod
    def read_head(self, resource_type: ResourceType, resource_id: str) -> FoundResource:
        """Return a resource without its separately stored attributes: as :meth:`get_head`, and as JSON where that is known.

        :raises scim2_models.NotFoundException: When no resource of this type has this id.
        """

    @abstractmethod
    def get_head(self, resource_type: ResourceType, resource_id: str) -> Resource[Any]:
        """Return a resource without its separately stored attributes: a group without its members.

        :raises scim2_models.NotFoundException: When no resource of this type has this id.
        """

    @abstractmethod
    def get_small_group(self, resource_type: ResourceType, group_id: str, at_most: int) -> Resource[Any] | None:
        """Return a group with its members; None when they are more than a number, of which no more are read.

        :param at_most: The number of members.
        :raises scim2_models.NotFoundException: When the group does not exist.
        """

    def is_by_hand(self, user_id: str) -> bool:
        """Return whether an operator created a user, and no identity provider has provisioned it since.

        The user must have been read before, in the same request.
        """
        return False

    def link(self, user_id: str) -> None:
        """Link a user to the identity provider with the next write of this request."""

    @abstractmethod
    def update_and_leave(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> FoundResource:
        """Replace a stored user and remove it from all groups.

        The first transaction writes the new state and removes as many memberships as fit; others follow. Retrying the request
        after a failure removes the rest.

        :param resource: The new state.
        :param expected_version: The version that the user must still have, when given.
        :return: The user as it is stored afterwards.
        :raises scim2_models.NotFoundException: When the user does not exist.
        :raises scim2_models.PreconditionFailedException: When the stored version is not ``expected_version``.
        :raises scim2_models.UniquenessException: When a unique value is taken.
        """

    @abstractmethod
    def update_group(
        self,
        resource_type: ResourceType,
        group_id: str,
        head: Resource[Any] | None,
        change: MemberChange | None,
        *,
        expected_version: str | None = None,
    ) -> str | None:
        """Change a group's own attributes, its members, or both.

        :param head: The whole new state without members, or None to leave it as it is.
        :param change: The change of members, or None to leave them as they are.
        :param expected_version: The version that the group must still have, when given.
        :return: The group's new version; None when it is not known, because the group was not read.
        :raises scim2_models.NotFoundException: When the group does not exist.
        :raises scim2_models.InvalidValueException: When an added member does not exist in the directory. Nothing is changed
            then; a change that needs several transactions is checked as a whole before the first one.
        :raises HeldException: When the guard against mass deprovisioning holds the removal of members.
        :raises scim2_models.PreconditionFailedException: When the stored version is not ``expected_version``.
        :raises scim2_models.UniquenessException: When a unique value is taken.
        """
