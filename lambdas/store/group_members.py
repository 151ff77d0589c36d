"""The members of groups, read for answers: as many as one request can return."""

from collections.abc import Sequence
from typing import Any

from scim2_models import Resource, TooManyException

from lambdas.scim.detail import Detail
from lambdas.scim.found_resources import MemberRow
from lambdas.store import keys, limits
from lambdas.store.documents import entry_of
from lambdas.store.table import Table


class GroupMembers:
    """Reads the members of groups in one directory, for one request."""

    def __init__(self, table: Table, directory: str) -> None:
        self.table = table
        self.directory = directory
        self.left = limits.MAX_MEMBERS
        """How many members the request may still read."""

    def rows(self, group_id: str, *, late: bool = False) -> list[MemberRow]:
        """Return the members of a group: 1 Query for each 1 MB of them.

        :param late: Whether the request has no time left.
        :raises TooManyException: When the request has read too many members, or has no time left.
        """
        rows = self._read(group_id, self.left)
        self.left -= len(rows)
        if self.left < 0 or late:
            raise TooManyException(
                detail=Detail(
                    "The groups have more members than one request can read: more than {limit:,}, or for longer than a request has "
                    "time. Exclude them with excludedAttributes=members, list fewer groups at a time with count, or look up one "
                    'member with the filter id eq "<group>" and members eq "<user>".',
                    limit=limits.MAX_MEMBERS,
                )
            )
        return rows

    def add_few(self, group: Resource[Any], at_most: int) -> bool:
        """Add its members to a group, unless they are more than a number; return whether they were added.

        :param at_most: The number; one member more is read.
        """
        rows = self._read(str(group.id), at_most)
        if len(rows) > at_most:
            return False
        set_members(group, rows)
        return True

    def _read(self, group_id: str, at_most: int) -> list[MemberRow]:
        """Return the members of a group: one more than a number when there are more."""
        pk = keys.members(self.directory, group_id)
        return [
            (item["sk"]["S"], item["type"]["S"], item["display"]["S"] if "display" in item else None)
            for item in self.table.query(pk, limit=at_most + 1, attributes=("sk", "type", "display"))
        ]


def set_members(group: Resource[Any], rows: Sequence[MemberRow]) -> None:
    """Give a group its members.

    They are not validated: the service wrote them, and validation would double the time that reading 100,000 of them takes.
    """
    entry = entry_of(group, "members")
    members = []
    for each, kind, display in rows:
        values: dict[str, Any] = {"value": each, "ref": f"{kind}s/{each}", "type": kind}
        members.append(entry.model_construct(**values if display is None else {**values, "display": display}))
    if members:
        setattr(group, "members", members)  # noqa: B010 -- the attribute is known to groups only
