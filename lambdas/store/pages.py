"""Pages of search results: all matches are sorted, and the page is selected by index or by cursor.

A cursor's position holds the sort value and the id next to the page's edge, so that creating or deleting other resources does not
shift the pages (RFC 9865 section 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim2_models import InvalidCursorException, Resource, ResourceType, SearchRequest

from lambdas.scim.pagination import first_index
from lambdas.store.items import Stored

SortKey = tuple[bool, Any, str, str]
"""The order: missing values last, then by value, resource type and id."""


@dataclass
class Match:
    """A resource that matches a search."""

    type: ResourceType
    stored: Stored
    resource: Resource[Any] | None = None
    """The resource as its model; None where the filter was evaluated on the stored document."""

    whole: bool = False
    """Whether the model has its separately stored attributes."""

    @property
    def model(self) -> Resource[Any]:
        """The resource as its model.

        :raises ValueError: When it was not read.
        """
        if self.resource is None:
            raise ValueError("the resource was found without its model")
        return self.resource


@dataclass
class Page:
    """A page of matches, and the positions of the pages before and after it."""

    matches: list[Match]
    next: Any = None
    previous: Any = None


def page_of(request: SearchRequest[Any], position: Any, matches: Sequence[Match]) -> Page:
    """Sort the matches and return the page that the request asks for.

    :raises InvalidCursorException: When this service did not make the ``position``.
    """
    descending = bool(request.sort_by) and request.sort_order == SearchRequest.SortOrder.descending
    pairs = sorted(((_key(request, each), each) for each in matches), key=lambda pair: pair[0], reverse=descending)
    if request.cursor is None:
        start = first_index(request)
        stop = None if request.count is None else start + request.count
        return Page([each for _, each in pairs[start:stop]])
    if request.count == 0:
        return Page([])
    start, stop = _bounds([key for key, _ in pairs], position, request.count, descending)
    page = Page([each for _, each in pairs[start:stop]])
    if page.matches and stop < len(pairs):
        page.next = _position("next", pairs[stop - 1][0])
    if page.matches and start > 0:
        page.previous = _position("previous", pairs[start][0])
    return page


def _key(request: SearchRequest[Any], match: Match) -> SortKey:
    value = request.sort_value(match.model) if request.sort_by else None
    return value is None, "" if value is None else value, str(match.type.name), match.stored.id


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
