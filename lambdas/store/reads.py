"""Reading resources whole: a user with its groups, a group with its members, or without where nobody asked for them."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any, cast

from scim2_models import (
    ComplexAttribute,
    NotFoundException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimProvider,
    TooManyException,
)

from lambdas.scim.backoff import time_is_up
from lambdas.store import keys
from lambdas.store.items import Stored, member_value
from lambdas.store.table import Table

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""The form of an id: a UUID in lower case. Any other text is the id of nothing, which needs no read."""

MAX_MEMBERS = 100_000
"""Members that one request reads, of all its groups together. As an answer they take some 10 seconds of the function's share of a
processor and, compressed, 3.5 MB of Lambda's 6 (`benchmarks/results/speed.md`)."""

APART = {"User": "groups", "Group": "members"}
"""By resource type, the attribute that is kept apart from the resource."""


def is_id(text: object) -> bool:
    """Tell whether a text can be the id of a resource."""
    return isinstance(text, str) and ID.fullmatch(text) is not None


def keeps(parameters: ResponseParameters[Any] | None, attribute: str) -> bool:
    """Tell whether an answer keeps an attribute, by ``attributes`` and ``excludedAttributes`` (RFC 7644 section 3.9)."""
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

    def __init__(self, table: Table, directory: str, provider: ScimProvider) -> None:
        """Take the table, the directory's id and the description of its resources."""
        self.table = table
        self.directory = directory
        self.provider = provider
        self.members_left = MAX_MEMBERS

    def model(self, resource_type: ResourceType) -> type[Resource[Any]]:
        """Return the model of a resource type, its extensions included."""
        return cast("type[Resource[Any]]", self.provider.model_for(resource_type))

    def stored(self, resource_type: ResourceType, resource_id: object) -> Stored:
        """Return a resource as the table holds it: 1 GetItem.

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
        self, resource_type: ResourceType, stored: Sequence[Stored], *, whole: bool = True
    ) -> list[Resource[Any]]:
        """Return stored resources as SCIM resources.

        :param whole: Whether to read what is kept apart: the users' groups (1 BatchGetItem for all of them), the groups'
            members (1 Query for each).
        :raises TooManyException: When the members are more than :data:`MAX_MEMBERS`, or the request's time is up
            before the last group is read.
        """
        model = self.model(resource_type)
        resources = [each.to_resource(resource_type, model) for each in stored]
        if not whole:
            return resources
        if APART.get(str(resource_type.name)) == "groups":
            self._add_groups(resources, stored)
        elif APART.get(str(resource_type.name)) == "members":
            for number, resource in enumerate(resources):
                self._add_members(resource, late=number > 0 and time_is_up())
        return resources

    def group_names(self, ids: Collection[str]) -> dict[str, str | None]:
        """Return the display names of the groups that exist among these ids: 1 BatchGetItem per 100."""
        found = self.table.batch_get(
            (keys.resource(self.directory, "Group", each) for each in ids), attributes=("sk", "name")
        )
        return {item["sk"]["S"]: item.get("name", {}).get("S") for item in found}

    def _add_groups(self, users: Sequence[Resource[Any]], stored: Sequence[Stored]) -> None:
        """Give users their groups; one that was deleted and not swept yet is in none of them."""
        ids = sorted({each for one in stored for each in one.groups})
        names = self.group_names(ids) if ids else {}
        for user, one in zip(users, stored, strict=True):
            values = [
                {"value": each, "$ref": f"Groups/{each}", "display": names[each], "type": "direct"}
                for each in sorted(one.groups)
                if each in names
            ]
            if values:
                set_values(user, "groups", values)

    def _add_members(self, group: Resource[Any], *, late: bool) -> None:
        pk = keys.members(self.directory, str(group.id))
        entry = _entry(group, "members")
        members = []
        for item in self.table.query(pk, limit=self.members_left + 1, attributes=("sk", "type", "display")):
            value = member_value(item)
            # Not validated: our own making, and validation would double what reading 100,000 of them takes.
            members.append(entry.model_construct(ref=value.pop("$ref"), **value))
        self.members_left -= len(members)
        if self.members_left < 0 or late:
            raise TooManyException(
                detail=f"Too many members of groups would have to be read: more than {MAX_MEMBERS:,}, or for longer than a "
                "request has time. Leave them out with excludedAttributes=members, list fewer groups at a time with count, "
                'or ask whether one user is a member with the filter id eq "<group>" and members eq "<user>".'
            )
        if members:
            setattr(group, "members", members)  # noqa: B010 -- the attribute is known to groups only


def set_values(resource: Resource[Any], attribute: str, values: list[dict[str, Any]]) -> None:
    """Set a multi-valued complex attribute from plain values of our own making."""
    entry = _entry(resource, attribute)
    setattr(resource, attribute, [entry.model_validate(value) for value in values])


def _entry(resource: Resource[Any], attribute: str) -> type[ComplexAttribute]:
    """Return the model of the values of a multi-valued complex attribute."""
    return cast("type[ComplexAttribute]", type(resource).get_field_root_type(attribute))


def not_found(resource_type: str, resource_id: str) -> NotFoundException:
    """Return the error for a resource that does not exist."""
    return NotFoundException(
        detail=f'No {resource_type} has the id "{resource_id[:80]}". It was deleted, or it belongs to another directory.'
    )
