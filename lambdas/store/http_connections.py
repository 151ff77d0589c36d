"""HTTP/1.1 connections to DynamoDB that stay open between calls.

urllib3's connections connect, secure and verify, as in botocore's own HTTP session; what goes wrong is raised as its exceptions.
Requests are written and answers are read here: Python's own reader takes half of the time of a call, because it parses headers as
those of an e-mail.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import BadStatusLine, HTTPException, IncompleteRead, RemoteDisconnected
from ssl import SSLError as BaseSSLError
from typing import IO, Any
from urllib.parse import urlsplit

from botocore import exceptions as botocore
from botocore.httpsession import get_cert_path
from urllib3 import exceptions as urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

MAX_HEADERS = 100
"""Lines of headers in an answer, the limit of Python's own reader."""

MAX_LINE = 65_536
"""Bytes of a line, likewise."""

RAISED: Mapping[type[Exception], type[botocore.BotoCoreError]] = {
    BaseSSLError: botocore.SSLError,
    urllib3.NewConnectionError: botocore.EndpointConnectionError,
    urllib3.ConnectTimeoutError: botocore.ConnectTimeoutError,
    TimeoutError: botocore.ReadTimeoutError,
    OSError: botocore.ConnectionClosedError,
    HTTPException: botocore.ConnectionClosedError,
    Exception: botocore.HTTPClientError,
}
"""What botocore's session raises for an error; the first that fits."""


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
        probing = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] if keepalive else []
        self._options: dict[str, Any] = {
            "timeout": connect_timeout,
            "socket_options": [*HTTPConnection.default_socket_options, *probing],
        }
        self._read_timeout = read_timeout
        self._most = most
        self._idle: dict[str, list[HTTPConnection]] = {}

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """Send a request, and return its answer.

        :raises botocore.exceptions.ConnectionError: When no connection can be made; nothing was sent.
        :raises botocore.exceptions.HTTPClientError: When no answer comes; the request may have taken effect.
        """
        idle = self._idle.setdefault(url, [])
        try:
            connection = idle.pop()
        except IndexError:
            connection = self._new(url)
        try:
            answer = self._exchange(connection, _request(urlsplit(url).path or "/", headers, body))
        except Exception as error:
            connection.close()
            raised = next(each for kind, each in RAISED.items() if isinstance(error, kind))
            raise raised(endpoint_url=url, error=error) from error
        if answer.headers.get("connection", "").lower() == "close" or len(idle) >= self._most:
            connection.close()
        else:
            idle.append(connection)
        return answer

    def _new(self, url: str) -> HTTPConnection:
        host, port = urlsplit(url).hostname or "", urlsplit(url).port
        if not url.startswith("https:"):
            return HTTPConnection(host, port, **self._options)
        authorities = get_cert_path(True)  # those that botocore brings along
        return HTTPSConnection(host, port, cert_reqs="CERT_REQUIRED", ca_certs=authorities, **self._options)

    def _exchange(self, connection: HTTPConnection, request: bytes) -> HttpAnswer:
        if not connection.is_connected:  # new, or closed by the other side meanwhile
            connection.close()
            connection.connect()
        connection.sock.settimeout(self._read_timeout)
        with suppress(BrokenPipeError):  # an answer may have come before the end of the request
            connection.sock.sendall(request)
        with connection.sock.makefile("rb") as reader:
            return _answer(reader)

    def close(self) -> None:
        """Close the connections that are open; the next request opens another."""
        while self._idle:
            for connection in self._idle.popitem()[1]:
                connection.close()


def _request(path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Accept-Encoding: identity", *(f"{name}: {headers[name]}" for name in headers)]
    if any("\r" in each or "\n" in each for each in lines):
        raise ValueError("a header has several lines")
    return "\r\n".join((*lines, f"Content-Length: {len(body)}\r\n\r\n")).encode("latin-1") + body


def _answer(reader: IO[bytes]) -> HttpAnswer:
    """Return the next answer of a connection; one that only announces another is skipped (RFC 9110 section 15.2)."""
    status, headers = 100, dict[str, str]()
    while status < 200:
        version, _, rest = _line(reader).partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdecimal():
            raise BadStatusLine(version)
        status, headers = int(rest[:3]), _headers(reader)
    return HttpAnswer(status, headers, _content(reader, headers))


def _headers(reader: IO[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(MAX_HEADERS):
        name, colon, value = _line(reader).partition(":")
        if not name and not colon:
            return headers
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    raise HTTPException("too many headers")


def _content(reader: IO[bytes], headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return _bytes(reader, int(headers["content-length"])) if "content-length" in headers else reader.read()
    chunks = []
    while size := int(_line(reader).partition(";")[0], 16):
        chunks.append(_bytes(reader, size))
        _line(reader)
    _headers(reader)
    return b"".join(chunks)


def _bytes(reader: IO[bytes], number: int) -> bytes:
    content = reader.read(number)
    if len(content) < number:
        raise IncompleteRead(content, number - len(content))
    return content


def _line(reader: IO[bytes]) -> str:
    line = reader.readline(MAX_LINE)
    if not line.endswith(b"\n"):
        raise HTTPException("the line is too long") if line else RemoteDisconnected("no answer")
    return line.decode("latin-1").rstrip("\r\n")
