"""The HTTP client: sends exactly the bytes that it is given, and measures every exchange.

`http.client` and not a library above it: those re-encode the target (a raw quote becomes %22) and add headers that
Entra does not send (User-Agent, Accept, Accept-Encoding).
"""

import json
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, urlsplit

from scimprobe.credentials import BearerToken, Credential
from scimprobe.exchange import Exchange

CONTENT_TYPE = "application/scim+json; charset=utf-8"
"""The media type that Entra sends with every body (capture of the Microsoft SCIM Validator, 2026)."""

ATTEMPTS = 4
"""How often one request is sent at most. Entra retries in its next cycle; a command does not wait so long."""

FIRST_PAUSE = 0.5
"""Seconds before the second attempt; doubled for each further one."""

LONGEST_PAUSE = 30.0
"""The longest pause before another attempt, in seconds, whatever Retry-After asks for."""

TIMEOUT = 60.0
"""Seconds without an answer after which an attempt has failed: above API Gateway's own limit of 29 s."""

NO_ANSWER = 0
"""The status recorded for an attempt that got no HTTP answer."""

AUTHORIZATION = "Authorization"
"""The header that carries a credential."""

FORBIDDEN = 403
"""The status of a request that its credential does not allow (RFC 9110 section 15.5.4)."""

UNAUTHORIZED = 401
"""The status of a request whose credential is refused (RFC 9110 section 15.5.2)."""

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
"""No headers but those that Entra sends."""


@dataclass(frozen=True)
class Tenant:
    """The endpoint that requests are sent to, and the credential that opens it."""

    scheme: str
    host: str
    path: str
    """The Tenant URL's path without a slash at its end, such as `/scim/v2/abc`."""

    query: str
    """The query of the Tenant URL, sent with every request. Administrators append Entra's flag to it."""

    credential: Credential = field(repr=False)

    @classmethod
    def parse(cls, url: str, credential: Credential | str) -> "Tenant":
        """Return the tenant of a Tenant URL.

        :param credential: What opens it; a text is a Secret Token.
        :raises ValueError: no http(s) URL; or http to another machine, which would send the credential in clear text;
            or a character that cannot go over the wire. The text never holds the token.
        """
        parts = checked_url("Tenant URL", url)
        credential = BearerToken(credential) if isinstance(credential, str) else credential
        return cls(parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), parts.query, credential)

    def with_parameter(self, name: str) -> "Tenant":
        """Return the same tenant with a query parameter without a value appended to its URL."""
        return replace(self, query="&".join(part for part in (self.query, name) if part))

    @property
    def url(self) -> str:
        """The Tenant URL without its query: the base of every `meta.location`."""
        return f"{self.scheme}://{self.host}{self.path}"

    def target(self, path: str, query: str = "") -> str:
        """Return the request target of a path below the Tenant URL, the Tenant URL's own query first."""
        whole = "&".join(part for part in (self.query, query) if part)
        return f"{self.path}{path}" + (f"?{whole}" if whole else "")

    def connect(self) -> HTTPConnection:
        """Return a connection, not yet opened; TLS with the machine's trusted authorities."""
        if self.scheme == "https":
            return HTTPSConnection(self.host, timeout=TIMEOUT, context=ssl.create_default_context())
        return HTTPConnection(self.host, timeout=TIMEOUT)


def checked_url(name: str, url: str) -> SplitResult:
    """Return the parts of a URL that is safe to send a secret to.

    :param name: What the URL is, for the error.
    :raises ValueError: no http(s) URL; or http to another machine; or a character that cannot go over the wire.
    """
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"The {name} must begin with https:// and name a host")
    if not (url.isascii() and url.isprintable()) or " " in url or not _has_a_port_or_none(parts):
        raise ValueError(f"The {name} holds a character that no URL has")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError(f"The {name} must begin with https://: http would send the token in clear text")
    return parts


def _has_a_port_or_none(parts: SplitResult) -> bool:
    """Return whether the text after the host's colon is a port."""
    try:
        return parts.port != 0
    except ValueError:
        return False


@dataclass(frozen=True)
class Answer:
    """The answer to one request."""

    status: int
    """The HTTP status, or `NO_ANSWER`."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """The headers, their names in lower case."""

    body: bytes = b""
    failure: str = ""
    """Why there was no answer, such as `ConnectionRefusedError`."""

    attempts: int = 1
    """The number of attempts."""

    milliseconds: float = 0.0
    """From the first byte sent to the last byte read, of the last attempt."""

    @property
    def resource(self) -> dict[str, Any] | None:
        """The JSON object in the body; None when the body is something else."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):  # no JSON; or nested without limit
            return None
        return value if isinstance(value, dict) else None

    @property
    def is_passing(self) -> bool:
        """Whether Entra would retry: no answer, 429 and 5xx (its log: TooManyRequests, InternalServerError)."""
        return self.status in (NO_ANSWER, 429) or self.status >= 500

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after this answer to an attempt (1 is the first): Retry-After, or doubling."""
        requested = _retry_after(self.headers.get("retry-after", ""))
        return min(FIRST_PAUSE * 2 ** (attempt - 1) if requested is None else requested, LONGEST_PAUSE)

    def __str__(self) -> str:
        if self.status == NO_ANSWER:
            return f"no answer ({self.failure})"
        detail = (self.resource or {}).get("detail") or self.body[:200].decode(errors="replace")
        return f"{self.status} {detail}".strip()


def _retry_after(value: str) -> float | None:
    """Return the seconds of a Retry-After header, written in seconds or as a date (RFC 9110 section 10.2.3)."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def as_json(body: object) -> bytes:
    """Return a body as it is sent: compact JSON in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class Client:
    """Sends requests to one tenant over one kept-alive connection per thread."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.exchanges: list[Exchange] = []
        self._local = threading.local()
        self._connections: list[HTTPConnection] = []

    def send(
        self,
        operation: str,
        method: str,
        path: str,
        query: str = "",
        body: object = None,
        *,
        attempts: int = ATTEMPTS,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Answer:
        """Send a request, again when the answer is a passing failure, and return the last answer.

        A request that is refused with 401 is sent once more when the credential can be renewed.

        :param query: Sent as it is, so it must be encoded.
        :param body: Sent as compact JSON in UTF-8, or as the bytes it is.
        :param headers: Sent too, in place of those that Entra sends when they have the same name.
        :raises CredentialError: No credential can be obtained.
        """
        content = body if body is None or isinstance(body, bytes) else as_json(body)
        target = self.tenant.target(path, query)
        for attempt in range(1, attempts + 1):
            answer = self._authorized(operation, method, target, content, headers)
            again = answer.is_passing and attempt < attempts
            self._record(operation, answer, retried=again)
            if not again:
                break
            time.sleep(answer.pause(attempt))
        return replace(answer, attempts=attempt)

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._connections:
            connection.close()

    def _authorized(
        self, operation: str, method: str, target: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """Send a request with the tenant's credential; once more when it is refused with 401 and can be renewed."""
        if AUTHORIZATION in headers:
            return self._exchange(method, target, content, headers)
        credential = self.tenant.credential
        authorization = credential()
        answer = self._exchange(method, target, content, {AUTHORIZATION: authorization, **headers})
        if answer.status == UNAUTHORIZED and credential.renew(authorization):
            self._record(operation, answer, retried=True)
            answer = self._exchange(method, target, content, {AUTHORIZATION: credential(), **headers})
        return answer

    def _record(self, operation: str, answer: Answer, *, retried: bool) -> None:
        self.exchanges.append(Exchange(operation, answer.status, answer.milliseconds, retried))

    def _exchange(self, method: str, target: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send one request and return its answer, measured."""
        started = time.perf_counter()
        answer = self._answer(method, target, content, headers)
        return replace(answer, milliseconds=(time.perf_counter() - started) * 1000)

    def _answer(self, method: str, target: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        sent = {AUTHORIZATION: headers[AUTHORIZATION]}  # first, as Entra sends it
        if content is not None:
            sent |= {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(content))}
        connection = self._connection()
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in {**sent, **headers}.items():
                connection.putheader(name, value)
            connection.endheaders(content)
            return _read(connection.getresponse())
        except (OSError, HTTPException) as error:
            connection.close()
            return Answer(NO_ANSWER, failure=type(error).__name__)
        except KeyboardInterrupt:
            connection.close()  # its answer is never read: the next request, of a clean-up, needs another connection
            raise

    def _connection(self) -> HTTPConnection:
        """Return this thread's connection; http.client opens it again after it was closed.

        A connection that the server closed while it was idle is noticed here, before a request is sent into it:
        afterwards it would be unknown whether the server has seen the request.
        """
        connection: HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self.tenant.connect()
            self._connections.append(connection)
        if connection.sock is not None and _is_readable(connection.sock):
            connection.close()
        return connection


def _is_readable(sock: socket.socket) -> bool:
    """Return whether an idle connection has something to read: its end, as no answer is due."""
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(timeout=0))


def _read(response: HTTPResponse) -> Answer:
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
