"""GET requests to the local cloud: on this machine, past every proxy."""

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from scimctl.local_state import LocalConnection

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Ignores HTTP_PROXY: no proxy can reach 127.0.0.1 of this machine."""

NO_ANSWER = 0
"""The status of a request that nobody answered."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    """The HTTP status, or NO_ANSWER."""

    body: dict[str, Any]
    """The JSON object of the body; empty when it was none."""

    @property
    def detail(self) -> str:
        """What a SCIM Error says (RFC 7644 section 3.12)."""
        return str(self.body.get("detail", ""))


def get(url: str, headers: dict[str, str] | None = None, seconds: float = 30) -> Answer:
    """Send one GET and read the answer, whatever its status; takes at most `seconds` for each part of it."""
    request = urllib.request.Request(url, headers=headers or {})  # noqa: S310 - always http://127.0.0.1
    try:
        with _OPENER.open(request, timeout=seconds) as response:
            return Answer(response.status, _object(response.read()))
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, _object(refused.read()))
    except (urllib.error.URLError, http.client.HTTPException, OSError):
        return Answer(NO_ANSWER, {})


def scim_get(connection: LocalConnection, path: str, seconds: float = 30) -> Answer:
    """Send one GET as the connection's identity provider would; `path` follows the Tenant URL, as in `/Users`."""
    headers = {"Authorization": f"Bearer {connection.secret_token}", "Accept": "application/scim+json"}
    return get(connection.tenant_url + path, headers, seconds)


def _object(text: bytes) -> dict[str, Any]:
    """Read a JSON object; anything else gives an empty one."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
