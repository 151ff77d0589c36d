"""Fetching the public keys of an issuer (RFC 7517), within bounds: size, number, time, and no redirects."""

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

MAX_BYTES = 65_536
"""Bytes of a key set. Entra ID's has about 15,000."""

MAX_KEYS = 20
"""Keys of a set. Entra ID's has about eight."""

CALL_SECONDS = 2.0
"""Seconds for the connection, and for each read."""

TOTAL_SECONDS = 4.0
"""Seconds for the whole response, however slowly it arrives."""

KEY_BITS = range(2_048, 8_193)
"""Bits of an RSA key: fewer are too weak (NIST SP 800-131A), more take too long to check with."""

MAX_KID_LENGTH = 256

_CHUNK = 8_192

PublicKey = dict[str, str]
"""The members ``kid``, ``n`` and ``e`` of an RSA key, which are all that a signature is checked with."""


class FetchError(Exception):
    """The keys of an issuer could not be fetched; the text says why, without anything of a request."""


@dataclass(frozen=True)
class KeySet:
    """The signing keys of an issuer, by their ids."""

    keys: Mapping[str, PublicKey]

    def key(self, kid: str) -> RSAKey | None:
        """Return a key, or None."""
        found = self.keys.get(kid)
        return RSAKey.import_key({"kty": "RSA", "n": found["n"], "e": found["e"]}) if found else None


def fetch(url: str) -> KeySet:
    """Return the keys at a URL.

    :param url: From :meth:`lambdas.credentials.issuers.Issuers.keys_url`, never from a request.
    :raises FetchError: When there is no answer in time, the answer is no key set, or it has no key that can be used.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request(
            "GET", parts.path or "/", headers={"Accept": "application/json", "User-Agent": "serverless-scim"}
        )
        response = connection.getresponse()
        if response.status != http.client.OK:  # a redirect is not followed
            raise FetchError(f"{url} answered {response.status}")
        return parse(_read(response, deadline, url), url)
    except (OSError, http.client.HTTPException) as error:
        raise FetchError(f"{url} did not answer: {type(error).__name__}") from None
    finally:
        connection.close()


def parse(content: bytes, url: str) -> KeySet:
    """Return the keys of a JWKS that can check an RS256 signature; others are ignored.

    :param url: Where it was fetched, for the error.
    :raises FetchError: When it is no key set, has too many keys, or none that can be used.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise FetchError(f"{url} is not JSON") from None
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise FetchError(f"{url} is not a JSON Web Key Set")
    if len(listed) > MAX_KEYS:
        raise FetchError(f"{url} has {len(listed)} keys, more than {MAX_KEYS}")
    usable = {each["kid"]: {name: each[name] for name in ("kid", "n", "e")} for each in listed if _is_usable(each)}
    if not usable:
        raise FetchError(f"{url} has no RSA key for signatures")
    return KeySet(usable)


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=CALL_SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=CALL_SECONDS)


def _read(response: http.client.HTTPResponse, deadline: float, url: str) -> bytes:
    content = b""
    while chunk := response.read1(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise FetchError(f"{url} is larger than {MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            raise FetchError(f"{url} took longer than {TOTAL_SECONDS:g} seconds")
    return content


def _is_usable(key: Any) -> bool:
    """Return whether a member of a key set is a public RSA key for RS256."""
    if not isinstance(key, dict) or not all(isinstance(key.get(name), str) for name in ("kid", "n", "e")):
        return False
    if key.get("kty") != "RSA" or key.get("use", "sig") != "sig" or key.get("alg", "RS256") != "RS256":
        return False
    if not 0 < len(key["kid"]) <= MAX_KID_LENGTH:
        return False
    try:
        return RSAKey.import_key({"kty": "RSA", "n": key["n"], "e": key["e"]}).raw_value.key_size in KEY_BITS
    except (JoseError, ValueError, TypeError):
        return False
