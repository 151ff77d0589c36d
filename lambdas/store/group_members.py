"""The members of groups, read for answers: as many as one request can return."""

from typing import Any

from scim2_models import Resource, TooManyException

from lambdas.scim.detail import Detail
from lambdas.store import keys, limits
from lambdas.store.documents import entry_of
from lambdas.store.items import member_value
from lambdas.store.table import Table


class GroupMembers:
    """Reads the members of groups in one directory, for one request."""

    def __init__(self, table: Table, directory: str) -> None:
        self.table = table
        self.directory = directory
        self.left = limits.MAX_MEMBERS
        """How many members the request may still read."""

    def add_to(self, group: Resource[Any], *, late: bool = False) -> None:
        """Add its members to a group: 1 Query for each 1 MB of them.

        :param late: Whether the request has no time left.
        :raises TooManyException: When the request has read too many members, or has no time left.
        """
        members = self._read(group, self.left)
        self.left -= len(members)
        if self.left < 0 or late:
            raise TooManyException(
                detail=Detail(
                    "The groups have more members than one request can read: more than {limit:,}, or for longer than a request has "
                    "time. Exclude them with excludedAttributes=members, list fewer groups at a time with count, or look up one "
                    'member with the filter id eq "<group>" and members eq "<user>".',
                    limit=limits.MAX_MEMBERS,
                )
            )
        if members:
            setattr(group, "members", members)  # noqa: B010 -- the attribute is known to groups only

    def add_few(self, group: Resource[Any], at_most: int) -> bool:
        """Add its members to a group, unless they are more than a number; return whether they were added.

        :param at_most: The number; one member more is read.
        """
        members = self._read(group, at_most)
        if len(members) > at_most:
            return False
        if members:
            setattr(group, "members", members)  # noqa: B010 -- as above
        return True

    def _read(self, group: Resource[Any], at_most: int) -> list[Any]:
        """Return the members of a group: one more than a number when there are more."""
        pk = keys.members(self.directory, str(group.id))
        entry = entry_of(group, "members")
        members = []
        for item in self.table.query(pk, limit=at_most + 1, attributes=("sk", "type", "display")):
            value = member_value(item)
            # Not validated: the service wrote them, and validation would double the time that reading 100,000 of them takes.
            members.append(entry.model_construct(ref=value.pop("$ref"), **value))
        return members
