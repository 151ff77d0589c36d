"""Checks ID tokens that a desktop or mobile client presents to the product's API."""

import time
from typing import Any

import urllib3
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, KeySet

KEYS_SECONDS = 3600
"""How long the provider's keys are used before they are read again."""

UNKNOWN_KEY_SECONDS = 60
"""How long after a reading a token with an unknown key leads to another one, as after the provider changed its key."""


class TokenRefused(Exception):  # noqa: N818 -- an outcome that the API answers with 401
    """The ID token is not valid for this client."""


class IdTokens:
    """The ID tokens of one public client."""

    def __init__(self, issuer: str, client_id: str) -> None:
        """Accept tokens of an issuer whose audience is a client id."""
        self.issuer = issuer
        self.client_id = client_id
        self._http = urllib3.PoolManager(timeout=5, retries=False)
        self._keys = KeySet([])
        self._until = self._again = 0.0

    def check(self, token: str) -> dict[str, Any]:
        """Return the claims of a valid token (OpenID Connect Core 1.0 section 3.1.3.7).

        :raises TokenRefused: When its signature, issuer, audience or time is wrong.
        """
        try:
            decoded = jwt.decode(token, self._keys_for, algorithms=["RS256"])
            required: Any = {"iss": {"essential": True, "value": self.issuer}, "exp": {"essential": True}}
            jwt.JWTClaimsRegistry(**required, aud={"essential": True, "value": self.client_id}).validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise TokenRefused(type(error).__name__) from error
        return dict(decoded.claims)

    def _keys_for(self, token: GuestProtocol) -> KeySet:
        """Return the provider's keys, read anew when they are old, or when the token's key is not among them."""
        now = time.monotonic()
        is_known = any(each.kid == token.headers().get("kid") for each in self._keys)
        if now >= self._until or (not is_known and now >= self._again):
            self._again = now + UNKNOWN_KEY_SECONDS  # before the reading, so that one that fails counts too
            metadata = self._http.request("GET", f"{self.issuer}/.well-known/openid-configuration").json()
            self._keys = KeySet.import_key_set(self._http.request("GET", metadata["jwks_uri"]).json())
            self._until = now + KEYS_SECONDS
        return self._keys
