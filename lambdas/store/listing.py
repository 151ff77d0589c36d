"""Pages of a directory without a filter: by index through the counts, by cursor through the keys.

Ids are random, so they spread evenly over the 256 counts of their first two hex digits. ``totalResults`` is the sum of the counts,
and a ``startIndex`` is located by summing the counts before it: a page deep in a large directory costs as much as the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scim2_models import InvalidCursorException, ResourceType, SearchRequest

from lambdas.scim.pagination import first_index
from lambdas.store import keys
from lambdas.store.items import Stored
from lambdas.store.keys import COUNT_PREFIXES
from lambdas.store.table import Table


@dataclass
class ListingPage:
    """A page of a listing."""

    stored: list[tuple[ResourceType, Stored]]
    total: int
    next: Any = None
    previous: Any = None


class Listing:
    """Lists the resources of one directory."""

    def __init__(self, table: Table, directory: str) -> None:
        """Set the table and the directory's id."""
        self.table = table
        self.directory = directory

    def counts(self, resource_type: ResourceType) -> dict[str, int]:
        """Return the number of ids by their first two hex digits: 1 Query of 256 small items."""
        items = self.table.query(keys.counts(self.directory, str(resource_type.name)), attributes=("sk", "n"))
        return {item["sk"]["S"]: int(item["n"]["N"]) for item in items}

    def page(self, types: Sequence[ResourceType], request: SearchRequest[Any], position: Any) -> ListingPage:
        """Return a page of all resources of the given types, ordered by type and then by id."""
        counts = [(each, self.counts(each)) for each in types]
        total = sum(sum(per_prefix.values()) for _, per_prefix in counts)
        if request.count == 0:
            return ListingPage([], total)
        if request.cursor is not None:
            return self._by_cursor(types, request.count, position, total)
        return ListingPage(self._by_index(counts, first_index(request), request.count), total)

    def _by_index(
        self, counts: Sequence[tuple[ResourceType, dict[str, int]]], offset: int, count: int | None
    ) -> list[tuple[ResourceType, Stored]]:
        page: list[tuple[ResourceType, Stored]] = []
        for resource_type, per_prefix in counts:
            size = sum(per_prefix.values())
            if offset >= size:
                offset -= size
                continue
            prefix, skip = _locate(per_prefix, offset)
            left = None if count is None else count - len(page)
            if left == 0:
                break
            pk = keys.resources(self.directory, str(resource_type.name))
            items = self.table.query(pk, start=prefix, limit=None if left is None else skip + left)
            page += [(resource_type, Stored.from_item(item)) for index, item in enumerate(items) if index >= skip]
            offset = 0
        return page

    def _by_cursor(self, types: Sequence[ResourceType], count: int | None, position: Any, total: int) -> ListingPage:
        """Return the page beyond a position, which is the type and id of the resource next to it."""
        direction, at_type, at_id = _read(position)
        backwards = direction == "previous"
        names = [str(each.name) for each in types]
        if at_type is not None and at_type not in names:
            raise InvalidCursorException
        first = (len(names) - 1 if backwards else 0) if at_type is None else names.index(at_type)
        order = range(first, -1, -1) if backwards else range(first, len(names))
        wanted = None if count is None else count + 1
        page: list[tuple[ResourceType, Stored]] = []
        for index in order:
            after = at_id if names[index] == at_type else None
            left = None if wanted is None else wanted - len(page)
            if left == 0:
                break
            pk = keys.resources(self.directory, names[index])
            items = self.table.query(pk, after=after, limit=left, backwards=backwards)
            page += [(types[index], Stored.from_item(item)) for item in items]
        more = wanted is not None and len(page) == wanted
        if more:
            page.pop()
        if backwards:
            page.reverse()
        listed = ListingPage(page, total)
        if page and (more or backwards):
            listed.next = _position("next", page[-1])
        if page and (more if backwards else position is not None):
            listed.previous = _position("previous", page[0])
        return listed


def _locate(per_prefix: dict[str, int], offset: int) -> tuple[str, int]:
    """Return the first two digits of the id at an offset, and the number of ids before it with the same two digits."""
    for prefix in COUNT_PREFIXES:
        here = per_prefix.get(prefix, 0)
        if offset < here:
            return prefix, offset
        offset -= here
    return COUNT_PREFIXES[-1], offset


def _position(direction: str, listed: tuple[ResourceType, Stored]) -> dict[str, Any]:
    resource_type, stored = listed
    return {"d": direction, "t": str(resource_type.name), "i": stored.id}


def _read(position: Any) -> tuple[str, str | None, str | None]:
    if position is None:
        return "next", None, None
    try:
        direction, type_name, resource_id = (position[name] for name in "dti")
    except (KeyError, TypeError):
        raise InvalidCursorException from None
    if direction not in ("next", "previous") or not isinstance(type_name, str) or not isinstance(resource_id, str):
        raise InvalidCursorException
    return direction, type_name, resource_id
