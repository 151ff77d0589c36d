"""The event that API Gateway sends to the function, and what is read from it directly."""

from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]
"""A Lambda proxy event of an API Gateway REST API (payload format 1.0)."""

ROOT = "/v2/{connection}"
"""The resource that every route lies under; what follows it in a URL is what RFC 7644 specifies."""

_WITHHELD_HEADERS = frozenset({"authorization", "cookie"})


def route_of(event: Event) -> str:
    """Return the route that API Gateway chose, relative to the connection, such as ``/Users/{id}``."""
    return str(event.get("resource") or "").removeprefix(ROOT) or "/"


def headers_of(event: Event) -> list[tuple[str, str]]:
    """Return the headers, without those that hold credentials: what is not passed on cannot leak."""
    multiple = event.get("multiValueHeaders") or {}
    return [
        (name, value) for name, values in multiple.items() for value in values if name.lower() not in _WITHHELD_HEADERS
    ]
