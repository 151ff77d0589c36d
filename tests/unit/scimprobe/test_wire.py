"""What goes over the wire, byte by byte, and what is done when nothing or a passing failure comes back."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from scimprobe.credentials import REDACTED, redact
from scimprobe.simulate import entra
from scimprobe.wire import ATTEMPTS, NO_ANSWER, Answer, Client, Tenant

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nContent-Length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
BROKEN = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
GONE = b""
"""The server closes the connection without an answer."""


class Listener:
    """Records the bytes of each request and gives canned answers in order."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers
        self.requests: list[bytes] = []
        self.connections = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/scim/v2"

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.connections += 1
                with connection:
                    self._serve_connection(connection)

    def _serve_connection(self, connection: socket.socket) -> None:
        while self.answers:
            request = self._read(connection)
            if not request:
                return
            self.requests.append(request)
            answer = self.answers.pop(0)
            if answer == GONE:
                return
            connection.sendall(answer)

    def _read(self, connection: socket.socket) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            if not part:
                return received
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-L")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def listening(*answers: bytes) -> Iterator[tuple[Listener, Client]]:
    listener = Listener(list(answers))
    thread = threading.Thread(target=listener.serve, daemon=True)
    thread.start()
    client = Client(Tenant.parse(listener.url, "t0ken"))
    try:
        yield listener, client
    finally:
        client.close()
        listener.socket.shutdown(socket.SHUT_RDWR)
        listener.socket.close()
        thread.join()


def test_a_query_goes_out_byte_for_byte_and_with_no_header_that_entra_does_not_send() -> None:
    with listening(OK) as (listener, client):
        client.send("match user", "GET", "/Users", entra.equals("userName", "zoë+x@b.c"))
    host = listener.url.split("/")[2].encode()
    assert listener.requests == [
        b'GET /scim/v2/Users?filter=userName+eq+"zo%C3%AB%2bx%40b.c" HTTP/1.1\r\n'
        b"Host: " + host + b"\r\nAuthorization: Bearer t0ken\r\n\r\n"
    ]


def test_a_body_is_compact_json_in_utf_8_of_scim_s_media_type() -> None:
    with listening(OK) as (listener, client):
        client.send("create user", "POST", "/Users", body={"userName": "zoë", "roles": [], "title": None})
    head, _, body = listener.requests[0].partition(b"\r\n\r\n")
    assert body == '{"userName":"zoë","roles":[],"title":null}'.encode()
    assert b"\r\nContent-Type: application/scim+json; charset=utf-8" in head
    assert b"\r\nContent-Length: %d" % len(body) in head
    assert b"user-agent" not in head.lower()


def test_the_flag_in_the_tenant_url_goes_with_every_request() -> None:
    tenant = Tenant.parse("https://h/scim/v2/?aadOptscim062020", "t")
    assert tenant.target("/Users/1") == "/scim/v2/Users/1?aadOptscim062020"
    assert tenant.target("/Users", "count=1") == "/scim/v2/Users?aadOptscim062020&count=1"
    assert tenant.url == "https://h/scim/v2"


def test_other_headers_go_out_in_place_of_those_of_the_same_name() -> None:
    headers = {"Authorization": "non-token", "Accept": "application/scim+json"}
    with listening(OK) as (listener, client):
        client.send("check", "POST", "/Users", body=b"{", headers=headers)
    head, _, body = listener.requests[0].partition(b"\r\n\r\n")
    assert body == b"{"
    assert head.count(b"Authorization: ") == 1
    assert b"\r\nAuthorization: non-token\r\n" in head
    assert b"\r\nAccept: application/scim+json" in head


def test_requests_of_one_thread_share_a_connection() -> None:
    with listening(OK, OK, OK) as (listener, client):
        for _ in range(3):
            assert client.send("read user", "GET", "/Users/1").status == 200
        assert listener.connections == 1


@pytest.mark.parametrize("failure", [BUSY, BROKEN, GONE])
def test_a_passing_failure_is_retried_and_counted(failure: bytes) -> None:
    with listening(failure, OK) as (listener, client):
        answer = client.send("read user", "GET", "/Users/1")
    assert (answer.status, answer.attempts) == (200, 2)
    assert listener.requests[0] == listener.requests[1]
    assert [exchange.retried for exchange in client.exchanges] == [True, False]


def test_retries_come_to_an_end() -> None:
    with listening(*[BUSY] * (ATTEMPTS + 1)) as (listener, client):
        answer = client.send("read user", "GET", "/Users/1")
    assert answer.status == 429
    assert len(listener.requests) == ATTEMPTS


def test_a_refusal_is_not_retried() -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", OK) as (listener, client):
        assert client.send("read user", "GET", "/Users/1").status == 400
    assert len(listener.requests) == 1


def test_a_server_that_is_not_there_gives_no_answer() -> None:
    client = Client(Tenant.parse("http://127.0.0.1:1/", "t"))
    answer = client.send("read user", "GET", "/Users/1", attempts=1)
    assert answer.status == NO_ANSWER
    assert str(answer) == "no answer (ConnectionRefusedError)"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("0", 0.0), ("100000", 30.0), ("soon", 0.5), ("Mon, 01 Jan 2001 00:00:00 GMT", 0)],
)
def test_retry_after_is_honoured_within_reason(header: str, seconds: float) -> None:
    assert Answer(429, {"retry-after": header}).pause(1) == seconds


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_no_resource(body: bytes) -> None:
    assert Answer(200, body=body).resource is None


def test_pauses_double_without_retry_after() -> None:
    assert [Answer(503).pause(attempt) for attempt in (1, 2, 3)] == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("url", ["http://example.com/v2", "ftp://h/v2", "example.com", "", "https://"])
def test_a_token_is_sent_over_tls_or_to_this_machine_only(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        Tenant.parse(url, "t")


@pytest.mark.parametrize("url", ["https://h:port/v2", "https://h/v 2", "https://hö/v2", "https://h/v2?a=\x7f"])
def test_a_url_that_cannot_go_over_the_wire_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no URL has"):
        Tenant.parse(url, "t")


@pytest.mark.parametrize("token", ["s3cret\nX: y", "s3cret\x00", "s3cret€"])
def test_a_token_that_cannot_go_over_the_wire_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ValueError, match="no token has") as refusal:
        Tenant.parse("https://h/v2", token)
    assert "s3cret" not in str(refusal.value)


def test_a_token_is_in_no_representation() -> None:
    assert "t0ken" not in repr(Tenant.parse("https://h/v2", "t0ken"))


# Credentials -----------------------------------------------------------------------------------------------------


class Rotating:
    """A credential whose access tokens expire: `t1`, then `t2`, and so on."""

    def __init__(self, last: int) -> None:
        self.number = 1
        self.last = last

    def __call__(self) -> str:
        return f"Bearer t{self.number}"

    def renew(self, refused: str) -> bool:
        if refused == self() and self.number == self.last:
            return False
        self.number += refused == self()
        return True

    @property
    def secrets(self) -> list[str]:
        return [f"t{number}" for number in range(1, self.last + 1)]


EXPIRED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


def authorizations(listener: Listener) -> list[bytes]:
    return [line for each in listener.requests for line in each.split(b"\r\n") if line.startswith(b"Authorization")]


def test_an_expired_credential_is_renewed_once_and_the_request_is_sent_again() -> None:
    with listening(EXPIRED, OK, OK) as (listener, client):
        client.tenant = Tenant.parse(listener.url, Rotating(2))
        answers = [client.send("read user", "GET", "/Users/1") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert authorizations(listener) == [b"Authorization: Bearer t1", *[b"Authorization: Bearer t2"] * 2]
    assert [(each.status, each.retried) for each in client.exchanges] == [(401, True), (200, False), (200, False)]


def test_a_renewed_credential_that_is_refused_too_is_an_answer() -> None:
    with listening(EXPIRED, EXPIRED, OK) as (listener, client):
        client.tenant = Tenant.parse(listener.url, Rotating(9))
        assert client.send("read user", "GET", "/Users/1").status == 401
    assert len(listener.requests) == 2


def test_a_secret_token_that_is_refused_is_not_sent_again() -> None:
    with listening(EXPIRED, OK) as (listener, client):
        assert client.send("read user", "GET", "/Users/1").status == 401
    assert len(listener.requests) == 1


def test_a_credential_of_the_caller_s_own_is_never_replaced() -> None:
    with listening(EXPIRED, OK) as (listener, client):
        client.tenant = Tenant.parse(listener.url, Rotating(2))
        assert client.send("check", "GET", "/Users", headers={"Authorization": "non-token"}).status == 401
    assert authorizations(listener) == [b"Authorization: non-token"]


def test_secrets_are_redacted_also_where_json_escapes_them() -> None:
    assert redact('a t0k"en b t0k\\"en', ['t0k"en', ""]) == f"a {REDACTED} b {REDACTED}"
