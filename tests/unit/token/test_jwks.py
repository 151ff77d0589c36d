"""Fetching an issuer's keys: bounded in size, number, time and place."""

import json
import time

import pytest
from joserfc.jwk import ECKey, RSAKey

from lambdas.token import jwks
from lambdas.token.jwks import FetchError, fetch, parse
from tests.unit.token.entra import KEYS, public

URL = "https://idp.example.com/keys"


def document(*keys: object) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


def test_the_keys_of_a_tenant_are_fetched_by_their_ids(entra):
    entra.published = KEYS
    found = fetch(entra.keys_url)
    assert found.keys.keys() == {"key-0", "key-1", "key-2"}
    assert found.key("key-1").as_dict(private=False)["n"] == KEYS[1].as_dict(private=False)["n"]
    assert found.key("other") is None


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 404, 500, 503])
def test_any_status_but_200_is_an_error_and_no_redirect_is_followed(entra, status):
    entra.status, entra.headers = status, {"Location": entra.keys_url}
    with pytest.raises(FetchError, match=str(status)):
        fetch(entra.keys_url)
    assert len(entra.requests) == 1


def test_a_host_that_does_not_answer_is_an_error(entra, monkeypatch):
    with pytest.raises(FetchError, match="ConnectionRefusedError"):
        fetch("http://127.0.0.1:9/keys")
    monkeypatch.setattr(jwks, "CALL_SECONDS", 0.2)
    entra.delay = 1.0
    with pytest.raises(FetchError, match="TimeoutError"):
        fetch(entra.keys_url)


def test_an_answer_that_arrives_too_slowly_is_an_error(entra, monkeypatch):
    monkeypatch.setattr(jwks, "TOTAL_SECONDS", -1.0)
    with pytest.raises(FetchError, match="took longer"):
        fetch(entra.keys_url)


def test_an_answer_that_is_too_large_is_an_error_and_is_not_read_to_its_end(entra):
    entra.content = document(public(KEYS[0])) + b" " * 10_000_000
    started = time.monotonic()
    with pytest.raises(FetchError, match="larger than 65536 bytes"):
        fetch(entra.keys_url)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("content", [b"", b"x", b"[]", b"{}", b'{"keys": 1}', b"[" * 60_000, b"\xff"])
def test_what_is_no_key_set_is_an_error(content):
    with pytest.raises(FetchError):
        parse(content, URL)


def test_more_than_twenty_keys_are_an_error():
    keys = [{**public(KEYS[0]), "kid": f"k{number}"} for number in range(21)]
    assert len(parse(document(*keys[:20]), URL).keys) == 20
    with pytest.raises(FetchError, match="21 keys"):
        parse(document(*keys), URL)


@pytest.mark.parametrize(
    "key",
    [
        "text",
        {},
        {**public(KEYS[1]), "use": "enc"},
        {**public(KEYS[1]), "alg": "RS512"},
        {**public(KEYS[1]), "kty": "oct", "k": "x"},
        {**public(KEYS[1]), "kid": None},
        {**public(KEYS[1]), "kid": ""},
        {**public(KEYS[1]), "kid": "k" * 257},
        {**public(KEYS[1]), "n": "!"},
        {**public(KEYS[1]), "n": 7},
        {**public(KEYS[1]), "e": "AA"},
        {**ECKey.generate_key("P-256").as_dict(private=False), "kid": "ec"},
        {**RSAKey.generate_key(1024, auto_kid=True).as_dict(private=False), "use": "sig"},
    ],
)
def test_a_key_that_cannot_check_rs256_is_left_out(key):
    assert parse(document(public(KEYS[0]), key), URL).keys.keys() == {"key-0"}
    with pytest.raises(FetchError, match="no RSA key"):
        parse(document(key), URL)


def test_a_key_without_use_and_algorithm_is_taken_as_entra_publishes_it():
    plain = {name: value for name, value in public(KEYS[0]).items() if name in ("kty", "kid", "n", "e", "x5t", "x5c")}
    assert parse(document(plain), URL).keys.keys() == {"key-0"}
