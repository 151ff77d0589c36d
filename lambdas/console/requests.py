"""One request of a browser, as pages see it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from lambdas.console.cookies import cookies_of
from lambdas.console.settings import Addressing
from lambdas.console.urls import Urls
from lambdas.credentials.sessions import Session

MAX_FORM_BYTES = 64 * 1024
"""Bytes of a form; the console's own are far smaller."""


@dataclass
class Request:
    """A request, and the session that it belongs to."""

    event: Mapping[str, Any] = field(repr=False)
    urls: Urls
    session: Session | None = None

    @classmethod
    def of(cls, event: Mapping[str, Any], addressing: Addressing) -> "Request":
        """Return the request of an API Gateway event."""
        return cls(event, Urls.of(event, addressing))

    @property
    def id(self) -> str:
        """API Gateway's id of the request, which is in its access log too."""
        return str((self.event.get("requestContext") or {}).get("requestId"))

    @property
    def method(self) -> str:
        """The HTTP method."""
        return str(self.event.get("httpMethod")).upper()

    @property
    def signed_in(self) -> Session:
        """The session; pages that ask for a role always have one."""
        assert self.session is not None  # noqa: S101 -- the console checks it before the page is called
        return self.session

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers, their names in lower case."""
        return {name.lower(): str(value) for name, value in (self.event.get("headers") or {}).items()}

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies."""
        return cookies_of(self.event)

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's parameters; of a repeated one the last value."""
        return {name: str(value) for name, value in (self.event.get("queryStringParameters") or {}).items()}

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a form; of a repeated one the first value."""
        return {name: values[0] for name, values in self.fields.items()}

    @cached_property
    def fields(self) -> dict[str, list[str]]:
        """The fields of a form with all of their values; none when it is too large or not UTF-8."""
        body = self.event.get("body") or ""
        content = base64.b64decode(body) if self.event.get("isBase64Encoded") else body.encode()
        if len(content) > MAX_FORM_BYTES:
            return {}
        try:
            return parse_qs(content.decode(), keep_blank_values=True, max_num_fields=500)
        except ValueError:
            return {}

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.headers.get("hx-request") == "true"
