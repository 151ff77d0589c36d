"""ID tokens at the product's API while the identity provider changes its key."""

import time
from types import SimpleNamespace

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from examples.product import tokens
from examples.product.tokens import IdTokens, TokenRefused
from tests.unit.product.answering import Answering, answering


def publish(server: Answering, *keys: RSAKey) -> None:
    server.give("/.well-known/openid-configuration", {"jwks_uri": f"{server.url}/keys"})
    server.give("/keys", {"keys": [each.as_dict(private=False) for each in keys]})


def signed(server: Answering, key: RSAKey) -> str:
    claims = {"iss": server.url, "aud": "desktop", "exp": int(time.time()) + 60, "sub": "ada"}
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def test_an_unknown_key_is_looked_up_at_most_once_a_minute(monkeypatch: pytest.MonkeyPatch):
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(tokens, "time", clock)
    old, new, foreign = (RSAKey.generate_key(2048, auto_kid=True) for _ in range(3))
    with answering() as server:
        id_tokens = IdTokens(server.url, "desktop")
        publish(server, old)
        assert id_tokens.check(signed(server, old))["sub"] == "ada"

        publish(server, old, new)
        clock.now += 60
        assert id_tokens.check(signed(server, new))["sub"] == "ada"
        assert server.requests.count("/keys") == 2

        for _ in range(3):
            with pytest.raises(TokenRefused):
                id_tokens.check(signed(server, foreign))
        clock.now += 59
        with pytest.raises(TokenRefused):
            id_tokens.check(signed(server, foreign))
        assert server.requests.count("/keys") == 2, "not again within a minute"
        clock.now += 1
        with pytest.raises(TokenRefused):
            id_tokens.check(signed(server, foreign))
        assert server.requests.count("/keys") == 3
        assert id_tokens.check(signed(server, old))["sub"] == "ada"
        assert server.requests.count("/keys") == 3, "a known key is not looked up"


def test_the_keys_are_read_again_after_an_hour_so_that_a_withdrawn_one_is_refused(monkeypatch: pytest.MonkeyPatch):
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(tokens, "time", clock)
    old, new = (RSAKey.generate_key(2048, auto_kid=True) for _ in range(2))
    with answering() as server:
        id_tokens = IdTokens(server.url, "desktop")
        publish(server, old)
        id_tokens.check(signed(server, old))
        publish(server, new)
        clock.now += 3600
        with pytest.raises(TokenRefused):
            id_tokens.check(signed(server, old))
