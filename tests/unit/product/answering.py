"""A server on this machine that gives fixed answers, in the place of an endpoint or an identity provider."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.servers import in_a_thread


@dataclass
class Answering:
    """A running server."""

    url: str
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Status and body by path."""

    requests: list[str] = field(default_factory=list)
    """The paths that were requested."""

    def give(self, path: str, body: Any) -> None:
        """Answer a path with JSON."""
        self.answers[path] = 200, json.dumps(body).encode()


@contextlib.contextmanager
def answering() -> Iterator[Answering]:
    """Serve on 127.0.0.1 as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            running.requests.append(path)
            status, body = running.answers[path]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Answering(f"http://127.0.0.1:{server.server_port}")
    with in_a_thread(server):
        yield running
