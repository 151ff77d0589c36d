"""Parsing of token requests: the client's credentials in the body, in HTTP Basic, or as an assertion."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from lambdas.credentials.tokens import ID
from lambdas.token.refusals import ErrorCode, Reason, Refusal, invalid_client, invalid_request

Event = Mapping[str, Any]
"""A Lambda proxy event of an API Gateway REST API (payload format 1.0)."""

GRANT_TYPE = "client_credentials"
"""The one grant type (RFC 6749 section 4.4)."""

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""The one type of client assertions (RFC 7523 section 2.2)."""

MEDIA_TYPE = "application/x-www-form-urlencoded"

MAX_BODY_BYTES = 32_768
"""Bytes of a body; an assertion of Entra ID has about 2,000."""

MAX_PARAMETERS = 50

_CREDENTIALS = ("client_id", "client_secret", "client_assertion")


@dataclass(frozen=True)
class SecretCredentials:
    """A client id and a client secret (RFC 6749 section 2.3.1)."""

    client: str
    """The ``client_id``, as received."""

    secret: str = field(repr=False)
    """The text of the secret, as received."""


@dataclass(frozen=True)
class AssertionCredentials:
    """A client id and a signed assertion (RFC 7523 section 2.2)."""

    client: str
    """The ``client_id``, as received."""

    assertion: str = field(repr=False)
    """The text of the JWT, as received."""


@dataclass(frozen=True)
class TokenRequest:
    """A well-formed request for an access token, not yet compared with anything stored."""

    credentials: SecretCredentials | AssertionCredentials
    """How the client proves itself."""

    scope: str | None
    """The requested scope, as received; None if there is none."""


def read_request(event: Event) -> TokenRequest:
    """Return the token request of an event.

    Unknown parameters are ignored, empty ones count as absent, and no parameter may be repeated (RFC 6749 section 3.2).

    :raises Refusal: When the request is malformed or has no credentials.
    """
    headers = _headers_of(event)
    parameters: dict[str, str] = {}
    claimed: str | None = None
    try:
        basic = _read_basic(headers.get("authorization", []))
        claimed = basic[0] if basic else None
        parameters = _read_parameters(event, headers)
        claimed = claimed or parameters.get("client_id")
        _check_query(event)
        _check_grant(parameters)
        return TokenRequest(_credentials(parameters, basic), parameters.get("scope"))
    except Refusal as refusal:
        refusal.client = claimed if claimed and ID.fullmatch(claimed) else None
        raise


def _credentials(
    parameters: Mapping[str, str], basic: tuple[str, str] | None
) -> SecretCredentials | AssertionCredentials:
    """Return the one way in which a client proves itself; it must not use two (RFC 6749 section 2.3)."""
    client, secret, assertion = (parameters.get(name) for name in _CREDENTIALS)
    if basic is not None:
        if secret or assertion:
            raise invalid_request(
                "The request has client credentials both in the Authorization header and in the body."
            )
        if client and client != basic[0]:
            raise invalid_request("The client_id in the body is not the one in the Authorization header.")
        return SecretCredentials(*basic)
    if assertion and secret:
        raise invalid_request("The request has both client_secret and client_assertion.")
    if assertion or parameters.get("client_assertion_type"):
        return _assertion(client, assertion, parameters.get("client_assertion_type"))
    if not client and secret:
        raise invalid_request("client_id is missing.")
    if not client or not secret:
        raise invalid_client(Reason.NO_CREDENTIALS)
    return SecretCredentials(client, secret)


def _assertion(client: str | None, assertion: str | None, assertion_type: str | None) -> AssertionCredentials:
    if assertion_type != ASSERTION_TYPE:
        raise invalid_request(f"client_assertion_type must be {ASSERTION_TYPE}.")
    if not assertion:
        raise invalid_request("client_assertion is missing.")
    if not client:
        # RFC 7521 section 4.2 makes it optional where the subject names the client. Entra ID's subject is its own object id.
        raise invalid_request("client_id is missing.")
    return AssertionCredentials(client, assertion)


def _check_grant(parameters: Mapping[str, str]) -> None:
    grant_type = parameters.get("grant_type")
    if grant_type is None:
        raise invalid_request("grant_type is missing.")
    if grant_type != GRANT_TYPE:
        raise Refusal(
            ErrorCode.UNSUPPORTED_GRANT_TYPE,
            Reason.REQUEST,
            f"The only grant_type is {GRANT_TYPE}.",
            detail="grant_type",
        )


def _check_query(event: Event) -> None:
    """Raise an error for credentials in the URL, where logs and proxies keep them (RFC 6749 section 2.3.1)."""
    query = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters") or {}
    if any(name in query for name in _CREDENTIALS):
        raise invalid_request("Client credentials belong in the body or the Authorization header, not in the URL.")


def _read_basic(values: Sequence[str]) -> tuple[str, str] | None:
    """Return the client id and secret of an ``Authorization`` header; None if there is no header.

    Both are form-urlencoded before base 64 (RFC 6749 section 2.3.1). Ids and secrets of this endpoint are the same without it.
    """
    if not values:
        return None
    if len(values) > 1:
        raise invalid_request("The request has more than one Authorization header.")
    scheme, _, encoded = values[0].strip().partition(" ")
    if scheme.lower() != "basic":
        raise invalid_client(Reason.NO_CREDENTIALS)
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        raise invalid_client(Reason.NO_CREDENTIALS) from None
    if not colon or not user or not password:
        raise invalid_client(Reason.NO_CREDENTIALS)
    return unquote_plus(user, errors="replace"), unquote_plus(password, errors="replace")


def _read_parameters(event: Event, headers: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the parameters of the body that have a value."""
    media_type = ";".join(headers.get("content-type", [])).partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        raise invalid_request(f"The Content-Type must be {MEDIA_TYPE}.")
    try:
        pairs = parse_qsl(
            _body_of(event).decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except ValueError:
        raise invalid_request(f"The body is not {MEDIA_TYPE} in UTF-8.") from None
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise invalid_request("A parameter is repeated.")
    return {name: value for name, value in pairs if value}


def _body_of(event: Event) -> bytes:
    """Return the raw body; API Gateway passes it in base 64, because the API treats all media types as binary."""
    body = str(event.get("body") or "")
    if len(body) > 2 * MAX_BODY_BYTES:
        raise invalid_request("The body is too large.")
    content = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", errors="surrogatepass")
    if len(content) > MAX_BODY_BYTES:
        raise invalid_request("The body is too large.")
    return content


def _headers_of(event: Event) -> dict[str, list[str]]:
    """Return the values of each header by its lower-case name."""
    found: dict[str, list[str]] = {}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        found.setdefault(str(name).lower(), []).extend(map(str, values or []))
    return found
