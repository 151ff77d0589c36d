"""A server on 127.0.0.1 that answers the calls of a DynamoDB client by a script: as DynamoDB does, or as a network that fails."""

import json
import socket
import ssl
import struct
import threading
from binascii import crc32
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Step = Callable[[socket.socket], bool]
"""Answers one request, and returns whether the connection stays open."""

SILENCE = 0.6
"""Seconds that a silent step waits: longer than the clients' time-out."""


@dataclass
class Received:
    """One request."""

    headers: dict[str, str]
    """By name in lower case."""

    body: Any
    connection: int
    """The number of the connection that it came over."""

    path: str


@dataclass
class ScriptedServer:
    """The server, its script, and what it received. A request past the end of the script gets the last step."""

    port: int
    script: list[Step] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def play(self, *script: Step) -> None:
        """Begin a script, and forget what was received."""
        self.script, self.requests, self.connections = list(script), [], 0

    def next(self) -> Step:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def scripted_server(tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Run a server while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ScriptedServer(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, server, tls), daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # ends the wait for another connection


def _accept(listener: socket.socket, server: ScriptedServer, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        threading.Thread(target=_serve, args=(connection, server, server.connections, tls), daemon=True).start()


def _serve(connection: socket.socket, server: ScriptedServer, number: int, tls: ssl.SSLContext | None) -> None:
    try:
        with tls.wrap_socket(connection, server_side=True) if tls else connection as stream:
            while request := _receive(stream, number):
                server.requests.append(request)
                if not server.next()(stream):
                    return
    except OSError:
        return


def _receive(stream: socket.socket, number: int) -> Received | None:
    received = b""
    while b"\r\n\r\n" not in received:
        part = stream.recv(65536)
        if not part:
            return None
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers["content-length"]):
        body += stream.recv(65536)
    return Received(headers, json.loads(body), number, first.split()[1])


# -- Steps --------------------------------------------------------------------------------------------------------------


def success(content: Any, *, header: str = "", checksum: int | None = None) -> Step:
    """Answer as DynamoDB does, with the checksum of the content unless another is given."""
    body = json.dumps(content, separators=(",", ":")).encode() if not isinstance(content, bytes) else content
    return _answer("200 OK", body, header, crc32(body) if checksum is None else checksum)


def error(status: int, code: str, message: str = "refused", **more: Any) -> Step:
    """Answer with an error of DynamoDB."""
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    body = json.dumps({"__type": kind, "message": message, **more}).encode()
    return _answer(f"{status} Error", body, "", crc32(body))


def page(status: int) -> Step:
    """Answer with a page of HTML, as a load balancer does."""
    return _answer(f"{status} Error", b"<html><body><b>Service Unavailable</b></body></html>", "", None)


def closing(content: Any) -> Step:
    """Answer, and close the connection without a word, as a server does with one that was idle for long."""

    def step(stream: socket.socket) -> bool:
        success(content)(stream)
        return False

    return step


def chunked(content: Any) -> Step:
    """Answer in chunks, without a length."""

    def step(stream: socket.socket) -> bool:
        body = json.dumps(content).encode()
        stream.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in (body[:7], body[7:]):
            stream.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        stream.sendall(b"0\r\n\r\n")
        return True

    return step


def raw(head: str, body: bytes = b"", *, ends: bool = False) -> Step:
    """Answer with a head and a body as they are given, and close the connection if that ends the answer."""

    def step(stream: socket.socket) -> bool:
        stream.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
        return not ends

    return step


def hang_up(_: socket.socket) -> bool:
    """Close the connection without an answer."""
    return False


def reset(stream: socket.socket) -> bool:
    """Reset the connection without an answer."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def cut(stream: socket.socket) -> bool:
    """Close the connection in the middle of an answer."""
    stream.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"Item":')
    return False


def nonsense(stream: socket.socket) -> bool:
    """Answer something that is not HTTP."""
    stream.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    return False


def silence(_: socket.socket) -> bool:
    """Answer nothing until the client has lost its patience."""
    threading.Event().wait(SILENCE)
    return False


def _answer(status: str, body: bytes, header: str, checksum: int | None) -> Step:
    lines = [f"HTTP/1.1 {status}", "Date: Fri, 27 Nov 2026 06:00:00 GMT", "x-amzn-RequestId: R1"]
    lines += ["Content-Type: application/x-amz-json-1.0", f"Content-Length: {len(body)}"]
    lines += [header] if header else []
    lines += [f"x-amz-crc32: {checksum}"] if checksum is not None else []

    def step(stream: socket.socket) -> bool:
        stream.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return "close" not in header

    return step
