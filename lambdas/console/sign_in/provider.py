"""The vendor's identity provider: discovery, the exchange of a code, and the check of ID tokens (OpenID Connect Core 1.0)."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

LEEWAY = 60
"""Seconds by which clocks may differ."""

METADATA_SECONDS = 3600
"""How long the provider's metadata and keys are used before they are read again."""

REFETCH_SECONDS = 60
"""How often an unknown key may cause the keys to be read again."""

MAX_BYTES = 256 * 1024
"""Bytes of an answer that are read."""

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""The signatures that are accepted: asymmetric ones only, so that no public key can pass for a shared secret."""


class ProviderUnavailable(Exception):  # noqa: N818 -- an outcome that the sign-in page explains
    """The identity provider did not answer, or not as OpenID Connect says."""


class SignInRefused(Exception):  # noqa: N818 -- an outcome that the sign-in page explains
    """The identity provider's answer is not valid for this sign-in; the text says why and holds no secret."""


@dataclass(frozen=True)
class Metadata:
    """What the provider's discovery document says, as far as the console needs it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None


class Provider:
    """An OpenID Provider for one client."""

    def __init__(self, issuer: str, client_id: str) -> None:
        """Reach a provider by its issuer.

        :param issuer: The issuer as ID tokens name it, without a slash at the end.
        :param client_id: The console's client id.
        """
        self.issuer = issuer
        self.client_id = client_id
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=5), retries=False)
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._metadata_until = 0.0
        self._keys_read = 0.0

    def metadata(self) -> Metadata:
        """Return the provider's metadata, at most an hour old.

        :raises ProviderUnavailable: When it cannot be read, or names another issuer.
        """
        if self._metadata is None or time.monotonic() >= self._metadata_until:
            found = self._json("GET", f"{self.issuer}/.well-known/openid-configuration")
            if str(found.get("issuer")).rstrip("/") != self.issuer:
                raise ProviderUnavailable(f"its discovery document names the issuer {found.get('issuer')}")
            try:
                self._metadata = Metadata(
                    issuer=str(found["issuer"]),
                    authorization_endpoint=str(found["authorization_endpoint"]),
                    token_endpoint=str(found["token_endpoint"]),
                    jwks_uri=str(found["jwks_uri"]),
                    end_session_endpoint=found.get("end_session_endpoint"),
                )
            except KeyError as missing:
                raise ProviderUnavailable(f"its discovery document has no {missing}") from None
            self._metadata_until = time.monotonic() + METADATA_SECONDS
        return self._metadata

    def authorization_url(
        self, *, redirect_uri: str, state: str, nonce: str, challenge: str, is_another: bool = False
    ) -> str:
        """Return the URL that a browser is sent to (RFC 6749 section 4.1.1, RFC 7636 section 4.3).

        :param is_another: Whether the person wants to choose another account than the one that is signed in at the provider:
            ``prompt=login`` (OpenID Connect Core 1.0 section 3.1.2.1).
        """
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login"} if is_another else {}),
        }
        return f"{self.metadata().authorization_endpoint}?{urlencode(query)}"

    def redeem(self, code: str, *, redirect_uri: str, verifier: str, nonce: str, secret: str) -> dict[str, Any]:
        """Return the claims of the ID token that a code stands for.

        :param verifier: The PKCE verifier of this sign-in.
        :param nonce: The nonce of this sign-in.
        :param secret: The client secret, sent with HTTP Basic (RFC 6749 section 2.3.1).
        :raises SignInRefused: When the provider refuses the code, or the token is not valid.
        :raises ProviderUnavailable: When the provider does not answer.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self.client_id,
            "client_secret": secret,
        }
        answer = self._json("POST", self.metadata().token_endpoint, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused(
                f"the identity provider refused the code: {str(answer.get('error') or 'no ID token')[:100]}"
            )
        return self.check(token, nonce)

    def check(self, token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of a valid ID token (OpenID Connect Core 1.0 section 3.1.3.7).

        :raises SignInRefused: When signature, issuer, audience, nonce or time are wrong.
        """
        claims = self._verified(token)
        now = time.time()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        checks = {
            "issuer": str(claims.get("iss", "")).rstrip("/") == self.issuer,
            "audience": self.client_id in audiences and (len(audiences) == 1 or claims.get("azp") == self.client_id),
            "nonce": bool(nonce) and claims.get("nonce") == nonce,
            "subject": isinstance(claims.get("sub"), str) and bool(claims.get("sub")),
            "expiry": _number(claims.get("exp")) > now - LEEWAY,
            "start": _number(claims.get("nbf", 0)) <= now + LEEWAY and _number(claims.get("iat", 0)) <= now + LEEWAY,
        }
        wrong = [name for name, is_right in checks.items() if not is_right]
        if wrong:
            hint = " Is this machine's clock right?" if {"expiry", "start"} & set(wrong) else ""
            raise SignInRefused(f"the ID token has a wrong {' and '.join(wrong)}.{hint}")
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        """Return the claims of a token whose signature is right; unknown keys are read again at most once a minute."""
        for is_last in (False, True):
            try:
                return dict(jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, KeyError) as error:
                if is_last or time.monotonic() - self._keys_read < REFETCH_SECONDS:
                    raise SignInRefused(f"the ID token's signature is not valid ({type(error).__name__})") from None
                self._keys = None
        raise AssertionError("unreachable")

    def _key_set(self) -> KeySet:
        if self._keys is None or time.monotonic() - self._keys_read >= METADATA_SECONDS:
            found = self._json("GET", self.metadata().jwks_uri)
            try:
                self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]  # checked while it is imported
            except (JoseError, ValueError, KeyError, TypeError):
                raise ProviderUnavailable("its keys cannot be read") from None
            self._keys_read = time.monotonic()
        return self._keys

    def _json(self, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        body = urlencode(form) if form else None
        headers = {"Accept": "application/json"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            answer = self._http.request(
                method, url, body=body, headers=headers, redirect=False, preload_content=False, retries=False
            )
            content = answer.read(MAX_BYTES)
            answer.release_conn()
            found = json.loads(content)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise ProviderUnavailable(f"no usable answer ({type(error).__name__})") from None
        if answer.status >= 500 or not isinstance(found, dict):
            raise ProviderUnavailable(f"it answered {answer.status}")
        return found


def challenge_of(verifier: bytes) -> str:
    """Return bytes as base64url without padding (RFC 7636 appendix A)."""
    return base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("-inf")
