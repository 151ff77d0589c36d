"""Requests to the local cloud: answered or not, they give an answer."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scimctl.local import client
from scimctl.local.client import NO_ANSWER, Answer
from scimctl.local_state import LocalConnection
from tests.servers import in_a_thread


class Echo(BaseHTTPRequestHandler):
    """Answers /<status>/<body> with just that, and with what it was sent in `X-Sent`."""

    def do_GET(self) -> None:
        _, status, body = self.path.split("/", 2)
        self.send_response(int(status))
        self.send_header("X-Sent", self.headers.get("Authorization", ""))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def base() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Echo)
    with in_a_thread(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("status", [200, 404, 502])
def test_any_status_is_an_answer(base: str, status: int):
    assert client.get(f'{base}/{status}/{{"detail":"x"}}') == Answer(status, {"detail": "x"})


@pytest.mark.parametrize("body", ["", "text", "[]", "3"])
def test_a_body_that_is_no_object_is_an_empty_one(base: str, body: str):
    assert client.get(f"{base}/200/{body}") == Answer(200, {})


def test_nobody_there_is_no_answer(base: str):
    assert client.get("http://127.0.0.1:1/").status == NO_ANSWER


def test_a_scim_error_tells_its_detail(base: str):
    connection = LocalConnection(base, "scim_secret")
    assert client.scim_get(connection, '/401/{"detail":"expired"}').detail == "expired"


def test_a_proxy_is_passed_by(base: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert client.get(f"{base}/200/{{}}").status == 200
