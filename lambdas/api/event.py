"""The event that API Gateway sends to the function: its route and its headers."""

from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]
"""A Lambda proxy event of an API Gateway REST API (payload format 1.0)."""

ROOT = "/v2/{connection}"
"""The resource that all routes are below; RFC 7644 specifies what follows it in a URL."""

_WITHHELD_HEADERS = frozenset({"authorization", "cookie"})


def route_of(event: Event) -> str:
    """Return the route that API Gateway chose, relative to the connection, such as ``/Users/{id}``."""
    return str(event.get("resource") or "").removeprefix(ROOT) or "/"


def headers_of(event: Event) -> list[tuple[str, str]]:
    """Return the headers without those that hold credentials, which nothing behind the authorizer needs."""
    multiple = event.get("multiValueHeaders") or {}
    return [
        (name, value) for name, values in multiple.items() for value in values if name.lower() not in _WITHHELD_HEADERS
    ]
