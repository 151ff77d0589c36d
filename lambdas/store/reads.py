"""Reads resources, with their separately stored attributes (a user's groups, a group's members) where the answer keeps them."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from scim2_models import (
    NotFoundException,
    Resource,
    ResourceType,
    ResponseParameters,
)

from lambdas.environment.product import PLAIN, Product
from lambdas.environment.trimming import trim
from lambdas.retrying import time_is_up
from lambdas.scim.detail import Detail
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.ids import is_id, shown_id
from lambdas.store import keys
from lambdas.store.documents import resource_of
from lambdas.store.entitlements import add_groups_and_entitlements, add_login_method
from lambdas.store.group_members import GroupMembers, set_members
from lambdas.store.items import Stored
from lambdas.store.table import Table
from lambdas.store.user_groups import UserGroups

SEPARATE_ATTRIBUTES: dict[str, tuple[str, ...]] = {"User": ("groups",), "Group": ("members",)}
"""By resource type, the attributes that are stored in other items than the resource."""

ENTITLED = ("entitlements", "meta")
"""The attributes of a user that depend on its groups where there are permission sets; the version changes with them."""


def keeps(parameters: ResponseParameters[Any] | None, attribute: str) -> bool:
    """Return whether an answer keeps an attribute, by ``attributes`` and ``excludedAttributes`` (RFC 7644 section 3.9)."""
    if parameters is None:
        return True
    if parameters.attributes:
        return any(_head(path) == attribute.lower() for path in parameters.attributes)
    return not any(
        _head(path) == attribute.lower() and "." not in str(path).rpartition(":")[2]
        for path in parameters.excluded_attributes or []
    )


def _head(path: object) -> str:
    """Return the attribute that a path begins with, in lower case, without its schema."""
    return str(path).rpartition(":")[2].partition(".")[0].lower()


class Reader:
    """Reads the resources of one directory, for one request."""

    def __init__(self, table: Table, directory: str, provider: DirectoryProvider, product: Product = PLAIN) -> None:
        """Set the table, the directory's id, the description of its resources, and the attributes computed for the product."""
        self.table = table
        self.directory = directory
        self.provider = provider
        self.product = product
        self.user_groups = UserGroups(table, directory, product)
        self.group_members = GroupMembers(table, directory)

    def separate_attributes(self, resource_type: ResourceType) -> tuple[str, ...]:
        """Return the attributes of a type for which more than the resource's own item is read."""
        separate = SEPARATE_ATTRIBUTES.get(str(resource_type.name), ())
        entitled = resource_type.name == "User" and self.product.computes_entitlements
        return (*separate, *ENTITLED) if entitled else separate

    def keeps_separate(self, resource_type: ResourceType, parameters: ResponseParameters[Any] | None) -> bool:
        """Return whether an answer keeps a separately stored attribute."""
        return any(keeps(parameters, each) for each in self.separate_attributes(resource_type))

    def type_named(self, name: str) -> ResourceType:
        """Return a resource type of the service by its name, ``User`` or ``Group``."""
        return next(each for each in self.provider.resource_types if each.name == name)

    def model(self, resource_type: ResourceType) -> type[Resource[Any]]:
        """Return the model of a resource type, its extensions included."""
        return cast("type[Resource[Any]]", self.provider.model_for(resource_type))

    def stored(self, resource_type: ResourceType, resource_id: object) -> Stored:
        """Return a stored resource: 1 GetItem.

        :raises NotFoundException: When no resource of this type has this id.
        """
        name = str(resource_type.name)
        item = self.table.get(keys.resource(self.directory, name, str(resource_id))) if is_id(resource_id) else None
        if item is None:
            raise not_found(name, str(resource_id))
        return Stored.from_item(item)

    def stored_many(self, resource_type: ResourceType, ids: Iterable[str]) -> list[Stored]:
        """Return the resources that exist among these ids, in the order of their ids."""
        wanted = sorted({each for each in ids if is_id(each)})
        name = str(resource_type.name)
        if len(wanted) == 1:
            item = self.table.get(keys.resource(self.directory, name, wanted[0]))
            return [Stored.from_item(item)] if item else []
        found = self.table.batch_get(keys.resource(self.directory, name, each) for each in wanted)
        return sorted((Stored.from_item(item) for item in found), key=lambda stored: stored.id)

    def resources(
        self,
        resource_type: ResourceType,
        stored: Sequence[Stored],
        *,
        whole: bool = True,
        only: frozenset[str] | None = None,
    ) -> list[Resource[Any]]:
        """Return stored resources as SCIM resources.

        :param only: The stored attributes to read, as :func:`~lambdas.store.documents.resource_of` takes them; None for all.
        :param whole: Whether to read the separately stored attributes: the users' groups (1 BatchGetItem for all of them), the
            groups' members (1 Query for each).
        :raises TooManyException: When the request has read more than :data:`~lambdas.store.limits.MAX_MEMBERS` members, or its
            time is up before the last group is read.
        """
        model = self.model(resource_type)
        resources = [resource_of(each, resource_type, model, only) for each in stored]
        if resource_type.name == "User":
            for resource, one in zip(resources, stored, strict=True):
                add_login_method(resource, one, self.product)
            trim(resources, self.product.trimmed)
        if whole:
            self.complete(resource_type, resources, stored)
        return resources

    def complete(
        self, resource_type: ResourceType, resources: Sequence[Resource[Any]], stored: Sequence[Stored]
    ) -> None:
        """Give resources their separately stored attributes; the calls and errors are those of :meth:`resources`."""
        if resource_type.name == "User":
            add_groups_and_entitlements(resources, stored, self.user_groups)
        elif resource_type.name == "Group":
            for number, resource in enumerate(resources):
                set_members(resource, self.group_members.rows(str(resource.id), late=number > 0 and time_is_up()))


def not_found(resource_type: str, resource_id: str) -> NotFoundException:
    """Return the error for a resource that does not exist."""
    return NotFoundException(
        detail=Detail(
            'No {type} has the id "{id}". It was deleted, or it belongs to another directory.',
            type=resource_type,
            values={"id": shown_id(resource_id)},
        )
    )
