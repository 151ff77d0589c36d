"""Pages of resources that were all found first: sorted, then cut by index or by cursor.

A cursor's position holds the sort value and the id next to the cut, so that creating and deleting others moves nothing
(RFC 9865 section 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim2_models import InvalidCursorException, Resource, ResourceType, SearchRequest

from lambdas.store.items import Stored

SortKey = tuple[bool, Any, str, str]
"""A missing value comes last; then the value, the resource type and the id decide."""


@dataclass
class Found:
    """A resource that a search found."""

    type: ResourceType
    stored: Stored
    resource: Resource[Any]
    whole: bool = False
    """Whether the resource has its separately stored attributes."""


@dataclass
class Cut:
    """A page, and the positions of its neighbours."""

    found: list[Found]
    next: Any = None
    previous: Any = None


def cut_page(request: SearchRequest[Any], position: Any, found: Sequence[Found]) -> Cut:
    """Sort what was found and return the page that the request asks for.

    :raises InvalidCursorException: When ``position`` is none of ours.
    """
    descending = bool(request.sort_by) and request.sort_order == SearchRequest.SortOrder.descending
    pairs = sorted(((_key(request, each), each) for each in found), key=lambda pair: pair[0], reverse=descending)
    if request.cursor is None:
        start = request.start_index_0 or 0
        stop = None if request.count is None else start + request.count
        return Cut([each for _, each in pairs[start:stop]])
    if request.count == 0:
        return Cut([])
    start, stop = _bounds([key for key, _ in pairs], position, request.count, descending)
    page = Cut([each for _, each in pairs[start:stop]])
    if page.found and stop < len(pairs):
        page.next = _position("next", pairs[stop - 1][0])
    if page.found and start > 0:
        page.previous = _position("previous", pairs[start][0])
    return page


def _key(request: SearchRequest[Any], found: Found) -> SortKey:
    value = request.sort_value(found.resource) if request.sort_by else None
    return value is None, "" if value is None else value, str(found.type.name), found.stored.id


def _bounds(keys: Sequence[SortKey], position: Any, count: int | None, descending: bool) -> tuple[int, int]:
    """Return the slice of the sorted keys that a cursor's page covers."""
    if position is None:
        return 0, len(keys) if count is None else min(count, len(keys))
    direction, anchor = _read(position)
    try:
        before = sum(1 for key in keys if (key > anchor if descending else key < anchor))
    except TypeError:
        raise InvalidCursorException from None
    if direction == "next":
        start = before + (1 if anchor in keys else 0)
        return start, len(keys) if count is None else min(start + count, len(keys))
    return 0 if count is None else max(before - count, 0), before


def _position(direction: str, key: SortKey) -> dict[str, Any]:
    missing, value, type_name, resource_id = key
    if isinstance(value, datetime):
        value = {"datetime": value.isoformat()}
    return {"d": direction, "v": None if missing else value, "t": type_name, "i": resource_id}


def _read(position: Any) -> tuple[str, SortKey]:
    try:
        direction, value, type_name, resource_id = (position[name] for name in "dvti")
        if isinstance(value, dict):
            value = datetime.fromisoformat(value["datetime"])
    except (KeyError, TypeError, ValueError):
        raise InvalidCursorException from None
    if direction not in ("next", "previous"):
        raise InvalidCursorException
    return direction, (value is None, "" if value is None else value, str(type_name), str(resource_id))
