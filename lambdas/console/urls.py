"""The URL that a browser used, for links, redirects and the check of where a form came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lambdas.console.settings import Addressing

ROOT = "/console"
"""The path of the console below the API's stage or the custom host name."""

TRY_SIGN_IN = f"{ROOT}/environment/claims"
"""Where a sign-in ends that only shows the claims of the ID token; no page has this path."""


@dataclass(frozen=True)
class Urls:
    """The URLs of one request."""

    base: str
    """The API's base URL, such as ``https://scim.example.com``; Tenant URLs start with it."""

    @property
    def prefix(self) -> str:
        """The path in front of ``/console``, such as ``/scim``; empty for a custom host name."""
        return urlsplit(self.base).path

    @property
    def origin(self) -> str:
        """The origin of the pages (RFC 6454)."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def redirect_uri(self) -> str:
        """Where the identity provider sends the browser after sign-in."""
        return f"{self.base}{ROOT}/sign-in/callback"

    @classmethod
    def of(cls, event: Mapping[str, Any], addressing: Addressing) -> "Urls":
        """Return the URLs of a request.

        On AWS the request's context names host and path, which no client can forge. The local cloud's event lacks them; there
        the URL has a fixed form.

        :param event: The event of API Gateway.
        """
        context = event["requestContext"]
        if addressing == "path":
            headers = event.get("headers") or {}
            host = next((value for name, value in headers.items() if name.lower() == "host"), "localhost")
            return cls(f"http://{host}/restapis/{context['apiId']}/{context['stage']}/_user_request_")
        prefix, _, _ = str(context["path"]).partition(ROOT)
        return cls(f"https://{context['domainName']}{prefix}")


def path_below(event: Mapping[str, Any]) -> str:
    """Return the path of a request from ``/console`` on, whatever stage or base path is in front of it."""
    proxy = (event.get("pathParameters") or {}).get("proxy")
    return f"{ROOT}/{proxy}".rstrip("/") if proxy else ROOT
