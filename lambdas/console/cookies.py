"""The console's cookies (RFC 6265bis section 4.1): with the prefix ``__Host-``, so that no other host can set them."""

from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any


def session_cookie(environment: str) -> str:
    """Return the name of the cookie that holds a session's id. It names the environment: local ones share a host."""
    return f"__Host-scim-{environment}"


def login_cookie(environment: str) -> str:
    """Return the name of the cookie that binds a sign-in to its browser."""
    return f"__Host-scim-{environment}-login"


def cookies_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the cookies of a request; malformed ones are ignored."""
    found: dict[str, str] = {}
    for header in _headers(event, "cookie"):
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(header)
        except CookieError:
            continue
        found |= {name: morsel.value for name, morsel in jar.items()}
    return found


def cookie(name: str, value: str, seconds: int) -> str:
    """Return a ``Set-Cookie`` header.

    ``Lax``, not ``Strict``: the identity provider's redirect must bring the cookie along.

    :param seconds: How long the browser keeps it; 0 deletes it.
    """
    return f"{name}={value}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax"


def _headers(event: Mapping[str, Any], name: str) -> Iterable[str]:
    multi = event.get("multiValueHeaders") or {}
    found = [value for key, values in multi.items() if key.lower() == name for value in values or ()]
    single = event.get("headers") or {}
    return found or [str(value) for key, value in single.items() if key.lower() == name and value]
