"""Webhooks reach public addresses only, the checked address and no other, and follow no redirect."""

import time
from pathlib import Path

import pytest

from infra.functions import DELIVERY
from infra.webhooks import BATCH
from lambdas.webhooks.addresses import AddressRefused, public_address
from lambdas.webhooks.sending import ATTEMPT_SECONDS, TIMEOUT, Sender
from tests.unit.webhooks.receivers import contexts_for, receiving, trickling

HEADERS = {"content-type": "application/json", "webhook-id": "a1"}

PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str):
    with pytest.raises(AddressRefused, match="not public"):
        public_address("hook.example.com", 443, resolve=lambda *_: [address])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_a_public_address_is_connected_to(address: str):
    assert public_address("hook.example.com", 443, resolve=lambda *_: [address]) == address


def test_a_host_is_refused_for_one_address_that_is_not_public_among_others():
    with pytest.raises(AddressRefused):
        public_address("hook.example.com", 443, resolve=lambda *_: ["93.184.216.34", "10.0.0.1"])


def test_a_host_without_an_address_is_refused():
    with pytest.raises(AddressRefused, match="no address"):
        public_address("hook.example.com", 443, resolve=lambda *_: [])


def test_an_address_that_is_written_into_the_url_is_checked_like_any_other():
    outcome = Sender().send("https://169.254.169.254/latest/meta-data", b"{}", HEADERS)
    assert (outcome.status, outcome.error) == (None, "the host has an address that is not public")


def test_http_is_refused_outside_the_local_cloud():
    outcome = Sender(resolve=lambda *_: ["93.184.216.34"]).send("http://hook.example.com/", b"{}", HEADERS)
    assert outcome.error == "the URL is not https"


def test_a_host_is_resolved_once_and_its_certificate_is_checked_for_its_name(tmp_path: Path):
    """A second answer of the DNS, with another address, would not be asked for."""
    server, client = contexts_for("hook.example.com", tmp_path)
    asked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with receiving(204, tls=server) as receiver:
        sender = Sender(allow_loopback=True, resolve=resolve, tls=client)
        url = f"https://hook.example.com:{receiver.port}/scim?x=1"
        assert sender.send(url, b'{"a": 1}', HEADERS).status == 204
        (request,) = receiver.requests
        assert asked == ["hook.example.com"]
        assert (request.path, request.body) == ("/scim?x=1", '{"a": 1}')
        assert request.headers["host"] == f"hook.example.com:{receiver.port}"
        assert request.headers["webhook-id"] == "a1"
        other = sender.send(f"https://other.example.com:{receiver.port}/", b"{}", HEADERS)
        assert (other.status, other.delivered) == (None, False)
        assert len(receiver.requests) == 1


def test_a_redirect_is_a_failure_and_is_not_followed():
    with receiving(302) as receiver:
        outcome = Sender(allow_loopback=True).send(f"http://127.0.0.1:{receiver.port}/", b"{}", HEADERS)
        assert (outcome.status, outcome.error) == (302, "the receiver redirects")
        assert len(receiver.requests) == 1


@pytest.mark.parametrize(("status", "delivered"), [(200, True), (204, True), (400, False), (410, False), (500, False)])
def test_only_a_status_of_2xx_accepts_an_event(status: int, *, delivered: bool):
    with receiving(status) as receiver:
        outcome = Sender(allow_loopback=True).send(f"http://127.0.0.1:{receiver.port}/", b"{}", HEADERS)
        assert (outcome.status, outcome.delivered) == (status, delivered)


def test_a_receiver_that_is_down_is_a_failure_without_a_status():
    with receiving() as receiver:
        port = receiver.port
    outcome = Sender(allow_loopback=True).send(f"http://127.0.0.1:{port}/", b"{}", HEADERS)
    assert (outcome.status, outcome.error) == (None, "NewConnectionError")


@pytest.mark.parametrize(
    ("scheme", "answer"),
    [("http", b"HTTP/1.1 204 No Content\r\n" * 10), ("https", b"\x16\x03\x03\x40\x00" + b"\x02" * 200)],
    ids=["headers", "handshake of TLS"],
)
def test_a_receiver_that_sends_byte_by_byte_is_a_failure_in_time(scheme: str, answer: bytes):
    with trickling(answer, pause=0.05) as port:
        began = time.monotonic()
        outcome = Sender(allow_loopback=True, seconds=0.3).send(f"{scheme}://127.0.0.1:{port}/", b"{}", HEADERS)
        assert time.monotonic() - began < 1
    assert (outcome.status, outcome.error) == (None, "the receiver did not answer within 0.3 seconds")


def test_a_batch_ends_before_its_function_times_out():
    assert TIMEOUT.connect_timeout + TIMEOUT.read_timeout <= ATTEMPT_SECONDS
    assert DELIVERY.timeout > (ATTEMPT_SECONDS + 4) * BATCH, "with time for DNS, SSM and the table"
