"""Parsing of the ``Authorization`` header: a token, or the reason for a refusal."""

import base64
from dataclasses import dataclass
from enum import StrEnum

from lambdas.credentials import tokens
from lambdas.credentials.tokens import PresentedToken, TokenKind


class Reason(StrEnum):
    """Why credentials are refused. For the log only; the response does not contain it."""

    MALFORMED = "malformed"
    """No header, an unknown scheme, or another form of token, such as an identity provider's own token."""

    MISTYPED = "mistyped"
    """The text starts like a token, but its length or checksum is wrong: it was truncated or changed."""

    CLIENT_SECRET = "client_secret"  # noqa: S105 -- a word for the log
    """The secret of an OAuth client, which authorizes no request: it belongs into the identity provider's Client Secret."""

    UNKNOWN = "unknown"
    """The token does not exist: it was revoked, deleted with its connection, or belongs to another environment. An access token
    may also have expired more than an hour ago."""

    WRONG_SECRET = "wrong_secret"  # noqa: S105 -- a word for the log
    """The token exists with another secret. Its checksum is right, so this is no accident."""

    OTHER_USER = "other_user"
    """The user name of ``Basic`` credentials is not the token's connection."""

    DISABLED = "disabled"
    """The connection is disabled."""

    EXPIRED = "expired"
    """The token has expired."""

    OTHER_CONNECTION = "other_connection"
    """The token is valid, but the URL belongs to another connection: 403."""

    SCOPE = "scope"
    """The token is valid, but its scope does not allow the request: 403."""

    UNCHECKED = "unchecked"
    """The credentials could not be checked, because the table could not be read: 503."""


@dataclass(frozen=True)
class Credentials:
    """Well-formed credentials, not yet compared with the stored ones."""

    token: PresentedToken
    """The token, with its secret."""

    connection: str | None = None
    """The user name of ``Basic`` credentials, a connection's id; None if it is empty, and for ``Bearer``."""


@dataclass(frozen=True)
class Refusal:
    """A refusal of credentials."""

    reason: Reason
    """The reason."""

    token: str | None = None
    """The id in the token, if it could be read; the one of its client if it is an access token."""

    connection: str | None = None
    """The token's connection, if the token is valid."""


def read_credentials(header: object) -> Credentials | Refusal:
    """Return the credentials of an ``Authorization`` header, or why they are refused. Never raises.

    - ``Bearer <token>`` (RFC 6750 section 2.1)
    - ``Basic <base64 of user:password>`` (RFC 7617) with the token as password, for set-up pages that require a user
      name. The user name is the connection's id, or empty. A wrong user name is refused even with a valid token, because
      it names another connection, and provisioning would reach the wrong directory.

    The scheme is case-insensitive (RFC 9110 section 11.1), and white space around it is ignored.
    """
    parts = header.split(maxsplit=1) if isinstance(header, str) else []
    if len(parts) != 2:
        return Refusal(Reason.MALFORMED)
    scheme, value = parts[0].lower(), parts[1].strip()
    if scheme == "bearer":
        return _read_token(value, connection=None)
    if scheme == "basic":
        return _read_basic(value)
    return Refusal(Reason.MALFORMED)


def _read_basic(value: str) -> Credentials | Refusal:
    try:
        user, colon, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return Refusal(Reason.MALFORMED)
    if not colon:
        return Refusal(Reason.MALFORMED)
    return _read_token(password, connection=user or None)


def _read_token(text: str, connection: str | None) -> Credentials | Refusal:
    token = tokens.parse(text)
    if token is not None:
        if token.kind is TokenKind.CLIENT_SECRET:
            return Refusal(Reason.CLIENT_SECRET, token.id)
        return Credentials(token, connection)
    claimed = tokens.claimed_id(text)
    return Refusal(Reason.MISTYPED if claimed else Reason.MALFORMED, claimed)
