"""The check of a signed assertion (RFC 7523 section 3) against a federated client.

The claims are compared first: an assertion with a wrong one is refused without reading the issuer's keys, and the log names the
claim. Only then is the signature checked.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lambdas.credentials.clients import Client, Federation
from lambdas.credentials.issuers import Issuers, accepted_audiences
from lambdas.token.refusals import Mismatch, Reason, invalid_client, unavailable
from lambdas.token.signing_keys import KeysUnavailableError, SigningKeys, UnknownKeyError

ALGORITHM = "RS256"
"""The one signature algorithm. Accepting another, such as HS256, would let the public key be used as a shared secret."""

LEEWAY_SECONDS = 60
"""Seconds by which the issuer's clock may differ."""

MAX_ASSERTION_LENGTH = 16_384
"""Characters of an assertion; one of Entra ID has about 2,000."""


class _Registry(jws.JWSRegistry):
    """Limits on an assertion's size; header parameters that are not registered are ignored."""

    max_header_length = 2_048

    def __init__(self) -> None:
        super().__init__(algorithms=[ALGORITHM], strict_check_header=False)


_REGISTRY = _Registry()


class AssertionCheck:
    """Checks assertions of federated clients."""

    def __init__(self, issuers: Issuers, keys: SigningKeys, clock: Callable[[], float]) -> None:
        """Create it.

        :param clock: Returns the time in seconds since 1970.
        """
        self.issuers = issuers
        self.keys = keys
        self.clock = clock

    def check(self, client: Client, assertion: str) -> None:
        """Check that an assertion is its identity provider's, for this client, and valid now.

        ``jti`` is not checked: Entra ID sends none, and repeats an assertion until it expires.

        :param client: A federated client.
        :raises Refusal: When it is not valid, or could not be checked.
        """
        federation = client.federation
        if federation is None:
            raise invalid_client(Reason.OTHER_METHOD)
        signed = _extract(assertion)
        kid = _check_header(signed.protected)
        self._check_claims(_claims(signed), federation)
        self._check_signature(signed, federation.issuer, kid)

    def _check_claims(self, claims: Mapping[str, Any], federation: Federation) -> None:
        _check_equal(Reason.ISSUER, claims, "iss", federation.issuer)
        _check_audience(claims.get("aud"), federation.audience)
        tenant = self.issuers.tenant(federation.issuer)
        if tenant is not None:
            _check_equal(Reason.TENANT, claims, "tid", tenant)
        _check_equal(Reason.SUBJECT, claims, "sub", federation.subject)
        self._check_times(claims)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self.clock()
        expires, not_before = claims.get("exp"), claims.get("nbf")
        if not _is_time(expires) or now >= expires + LEEWAY_SECONDS:
            raise invalid_client(Reason.EXPIRED, Mismatch("exp", expires, f"a time after {int(now)}"))
        if not_before is not None and (not _is_time(not_before) or now < not_before - LEEWAY_SECONDS):
            raise invalid_client(Reason.NOT_YET_VALID, Mismatch("nbf", not_before, f"a time before {int(now)}"))

    def _check_signature(self, signed: jws.CompactSignature, issuer: str, kid: str) -> None:
        """Check the signature; an issuer that replaced a key under its old name is asked once more."""
        url = self.issuers.keys_url(issuer)
        if url is None:
            raise invalid_client(Reason.ISSUER, Mismatch("iss", issuer, "an issuer of the environment's file"))
        try:
            key = self.keys.key(issuer, url, kid)
            if _is_signed_by(signed, key):
                return
            replaced = self.keys.key_after_refresh(issuer, url, kid)
        except UnknownKeyError as unknown:
            raise invalid_client(Reason.KEY, Mismatch("kid", kid, ", ".join(unknown.known))) from None
        except KeysUnavailableError as silent:
            raise unavailable(str(silent)) from None
        if replaced is None or not _is_signed_by(signed, replaced):
            raise invalid_client(Reason.SIGNATURE)


def _extract(assertion: str) -> jws.CompactSignature:
    """Return the parts of an assertion, without checking anything."""
    if len(assertion) > MAX_ASSERTION_LENGTH:
        raise invalid_client(Reason.ASSERTION)
    try:
        signed = jws.extract_compact(assertion.encode("ascii"), registry=_REGISTRY)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise invalid_client(Reason.ASSERTION) from None
    # An unencoded payload (RFC 7797) is no JWT, and no extension of the header is known that would have to be understood.
    if not isinstance(signed.protected, dict) or signed.protected.keys() & {"b64", "crit"}:
        raise invalid_client(Reason.ASSERTION)
    return signed


def _check_header(header: Mapping[str, Any]) -> str:
    """Return the id of the signing key."""
    if header.get("alg") != ALGORITHM:
        raise invalid_client(Reason.ALGORITHM, Mismatch("alg", header.get("alg"), ALGORITHM))
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise invalid_client(Reason.KEY, Mismatch("kid", kid, "the id of a key"))
    return kid


def _claims(signed: jws.CompactSignature) -> dict[str, Any]:
    try:
        claims = json.loads(signed.payload)
    except (ValueError, RecursionError):
        raise invalid_client(Reason.ASSERTION) from None
    if not isinstance(claims, dict):
        raise invalid_client(Reason.ASSERTION)
    return claims


def _check_equal(reason: Reason, claims: Mapping[str, Any], name: str, expected: str) -> None:
    if claims.get(name) != expected:
        raise invalid_client(reason, Mismatch(name, claims.get(name), expected))


def _check_audience(received: Any, audience: str) -> None:
    """Check the audience: a text, or a list of one (RFC 7519 section 4.1.3). An assertion for several receivers is refused,
    because any of them could use it here.
    """
    only = received[0] if isinstance(received, list) and len(received) == 1 else received
    if not isinstance(only, str) or only not in accepted_audiences(audience):
        raise invalid_client(Reason.AUDIENCE, Mismatch("aud", received, audience))


def _is_time(value: Any) -> TypeGuard[float]:
    """Return whether a value is a NumericDate (RFC 7519 section 2)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_signed_by(signed: jws.CompactSignature, key: RSAKey) -> bool:
    try:
        return jws.validate_compact(signed, key, algorithms=[ALGORITHM], registry=_REGISTRY)
    except (JoseError, ValueError, TypeError):
        return False
