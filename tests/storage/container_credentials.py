"""Credentials from a local server, as a function that is restored from a snapshot gets them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tests.servers import in_a_thread


@contextmanager
def serving_credentials() -> Iterator[tuple[str, list[str]]]:
    """Run the server while the block runs, and yield its URL and the access keys that it gave out; each answer has the next one.

    They are so close to their end that botocore asks for others before each call.
    """
    served: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.append(f"KEY{len(served)}")
            ends = f"{datetime.now(UTC) + timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"
            found = {"AccessKeyId": served[-1], "SecretAccessKey": "s", "Token": "t", "Expiration": ends}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    with in_a_thread(server):
        yield f"http://127.0.0.1:{server.server_port}/", served
