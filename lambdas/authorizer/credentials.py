"""What an ``Authorization`` header presents: a token, or the reason why there is none."""

import base64
from dataclasses import dataclass
from enum import StrEnum

from lambdas.credentials import tokens
from lambdas.credentials.tokens import PresentedToken


class Reason(StrEnum):
    """Why credentials are refused, as the log tells it; the client learns only that they are."""

    MALFORMED = "malformed"
    """No header, an unknown scheme, or no token of ours in it: an identity provider's own token, or a stray text."""

    MISTYPED = "mistyped"
    """Begins as a token of ours, but was cut or changed on the way: its length or its checksum is wrong."""

    UNKNOWN = "unknown"
    """No such token: revoked, deleted with its connection, or of another environment."""

    WRONG_SECRET = "wrong_secret"  # noqa: S105 -- a word for the log
    """The token exists and its secret is another. With a right checksum nobody does this by accident."""

    OTHER_USER = "other_user"
    """``Basic`` credentials whose user name is not the connection of the token."""

    DISABLED = "disabled"
    """The connection was disabled by an operator."""

    EXPIRED = "expired"
    """The token's time is over."""

    OTHER_CONNECTION = "other_connection"
    """The token is good, and the URL is not that of its connection: 403."""

    SCOPE = "scope"
    """The token is good, and its scope does not allow the request: 403."""

    UNCHECKED = "unchecked"
    """Nothing is known of the credentials, because the table could not be read: 503."""


@dataclass(frozen=True)
class Credentials:
    """What a client presents, well-formed but not yet compared with anything stored."""

    token: PresentedToken
    """The token, with its secret."""

    connection: str | None = None
    """The connection that ``Basic`` credentials name as user; None when they name none, and with ``Bearer``."""


@dataclass(frozen=True)
class Refusal:
    """That credentials are refused."""

    reason: Reason
    """Why."""

    token: str | None = None
    """The token's id, where one could be read."""

    connection: str | None = None
    """The token's connection, where the token was proved."""


def read_credentials(header: object) -> Credentials | Refusal:
    """Read an ``Authorization`` header; raises nothing, whatever it gets.

    - ``Bearer <token>`` (RFC 6750 section 2.1)
    - ``Basic <base64 of user:password>`` (RFC 7617) with the token as password, for set-up pages that ask for a user
      name. The user name is the connection's id, or empty. A wrong one is refused although the token alone would do:
      whoever wrote it means another connection, and would provision into the wrong directory.

    The scheme's case and the white space around it do not matter (RFC 9110 section 11.1).
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
        return Credentials(token, connection)
    claimed = tokens.claimed_id(text)
    return Refusal(Reason.MISTYPED if claimed else Reason.MALFORMED, claimed)
