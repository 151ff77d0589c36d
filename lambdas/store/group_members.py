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
        pk = keys.members(self.directory, str(group.id))
        entry = entry_of(group, "members")
        members = []
        for item in self.table.query(pk, limit=self.left + 1, attributes=("sk", "type", "display")):
            value = member_value(item)
            # Not validated: the service wrote them, and validation would double the time that reading 100,000 of them takes.
            members.append(entry.model_construct(ref=value.pop("$ref"), **value))
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
