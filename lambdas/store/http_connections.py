"""Connections to DynamoDB that stay open between calls, over ``http.client``.

What goes wrong is raised as the exceptions of botocore's own HTTP session, in the same places.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import get_cert_path
from urllib3.util import wait_for_read


@dataclass(frozen=True)
class HttpAnswer:
    """The answer to a POST, read to its end."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""

    content: bytes

    def stream(self) -> Iterator[bytes]:
        """Yield the content, as botocore reads it from urllib3's responses."""
        yield self.content


class HttpConnections:
    """Sends POST requests, each over a connection that no other request is using."""

    def __init__(self, connect_timeout: float, read_timeout: float, *, keepalive: bool, most: int) -> None:
        """Set the timeouts in seconds, whether the operating system probes idle connections, and how many stay open."""
        self.connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        self.keepalive = keepalive
        self.most = most
        self._idle: dict[str, list[HTTPConnection]] = {}
        self._tls: ssl.SSLContext | None = None

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """Send a request, and return its answer.

        :param headers: All headers but ``Accept-Encoding`` and ``Content-Length``.
        :raises botocore.exceptions.ConnectionError: When no connection can be made; nothing was sent.
        :raises botocore.exceptions.HTTPClientError: When no answer comes; the request may have taken effect.
        """
        parts = urlsplit(url)
        lines = [f"POST {parts.path or '/'} HTTP/1.1", "Accept-Encoding: identity", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines)
        if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
            raise HTTPClientError(error=ValueError("a header has a line break, which would begin another header"))
        return self._exchange(url, parts, f"{head}\r\n\r\n".encode() + body)

    def close(self) -> None:
        """Close the connections that are open; the next request opens another."""
        idle, self._idle = self._idle, {}
        for connection in [each for kept in idle.values() for each in kept]:
            connection.close()

    def _exchange(self, url: str, parts: SplitResult, request: bytes) -> HttpAnswer:
        idle = self._idle.setdefault(f"{parts.scheme}://{parts.netloc}", [])
        connection = _open_one(idle) or self._connect(url, parts)
        reusable = False
        try:
            connection.send(request)  # head and body at once: one system call, one TLS record
            response = HTTPResponse(connection.sock, method="POST")
            response.begin()
            content = response.read()
            reusable = not response.will_close and len(idle) < self.most
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=url, error=error) from error
        except (OSError, HTTPException) as error:
            raise ConnectionClosedError(endpoint_url=url, error=error) from error
        finally:
            if reusable:
                idle.append(connection)
            else:
                connection.close()
        return HttpAnswer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def _connect(self, url: str, parts: SplitResult) -> HTTPConnection:
        connection = HTTPConnection(str(parts.hostname), parts.port, timeout=self.connect_timeout)
        if parts.scheme == "https":
            tls = self._context()
            connection = HTTPSConnection(str(parts.hostname), parts.port, timeout=self.connect_timeout, context=tls)
        try:
            connection.connect()
            connection.sock.settimeout(self.read_timeout)
            if self.keepalive:
                connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError as error:
            connection.close()
            if isinstance(error, ssl.SSLError):
                raise SSLError(endpoint_url=url, error=error) from error
            kind = ConnectTimeoutError if isinstance(error, TimeoutError) else EndpointConnectionError
            raise kind(endpoint_url=url, error=error) from error
        return connection

    def _context(self) -> ssl.SSLContext:
        """Return the settings of TLS: certificates are verified against the authorities that botocore brings along."""
        if self._tls is None:
            self._tls = ssl.create_default_context(cafile=get_cert_path(True))
        return self._tls


def _open_one(idle: list[HTTPConnection]) -> HTTPConnection | None:
    """Return an idle connection that the other side has not closed; None when there is none."""
    while True:
        try:
            connection = idle.pop()
        except IndexError:
            return None
        if not wait_for_read(connection.sock, timeout=0.0):  # between two requests nothing can be read but the end
            return connection
        connection.close()
