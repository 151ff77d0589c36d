"""Connections and tokens: their values, and the rules for creating them.

Standard library only. Their items are in :mod:`lambdas.credentials.items`.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lambdas.credentials.generation import generate_id, generate_token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.tokens import PresentedToken

MAX_LABEL_LENGTH = 100
"""Characters of a label, so that it fits one line of a table on a screen."""

MAX_LIFETIME = timedelta(days=3_650)
"""The longest lifetime of a token. Ten years means "until we rotate it"; more is a typing error."""

MAX_TOKENS = 5
"""Live tokens of one connection: the one in use, its replacement, and some for programs that read. Few enough to change a
connection and all of its tokens in one transaction."""


class InvalidConnectionError(ValueError):
    """A request of an operator breaks a rule; the text says which, and can be shown to the operator."""


class State(StrEnum):
    """Whether a connection accepts requests."""

    ENABLED = "enabled"
    """Its tokens are accepted."""

    DISABLED = "disabled"
    """Its tokens are refused until it is enabled again."""


@dataclass(frozen=True)
class Connection:
    """A connection of one identity provider. Its id is the last part of the Tenant URL."""

    id: str
    """For example ``k3x7m2qwertyuiop``: unguessable, and valid in a URL without encoding."""

    directory: str
    """The id of the directory that it provisions, for example ``acme``."""

    label: str
    """The operator's name for it, for example ``Entra ID, production``; may be empty."""

    state: State
    """Copied to each of its tokens and clients, so that the authorizer reads a single item."""

    created: datetime
    """When it was generated, in UTC, to the second."""

    tokens: frozenset[str] = frozenset()
    """The ids of its tokens; more than one during a rotation."""

    clients: frozenset[str] = frozenset()
    """The ids of its OAuth clients."""

    silent_hours: int | None = None
    """Hours of silence after which it counts as stalled; 0 for never, None for what the environment's file says."""

    revision: int = 1
    """The number of times it was written. Every change is conditional on the revision that it was computed from."""


@dataclass(frozen=True)
class Token:
    """A token as it is stored: everything but its secret."""

    id: str
    """The part of its text between the two underscores."""

    hash: bytes = field(repr=False)
    """SHA-256 of its secret, 32 bytes."""

    connection: str
    """The id of the connection whose paths it authorizes."""

    directory: str
    """The connection's directory, copied."""

    scope: Scope
    """What it may do."""

    state: State
    """The connection's state, copied."""

    label: str
    """The operator's name for it; may be empty."""

    created: datetime
    """When it was generated, in UTC, to the second."""

    expires: datetime
    """When it expires, in UTC, to the second; it is refused from this instant on."""

    last_used: datetime | None = None
    """The hour of its last use, as the time of the first use in that hour; None if it was never used."""

    def is_expired(self, now: datetime) -> bool:
        """Return whether it has expired."""
        return self.expires <= now


def new_connection(directory: str, *, label: str = "", now: datetime) -> Connection:
    """Return a new connection of a directory, with a random id and without tokens.

    :param now: The time, in UTC.
    :raises InvalidConnectionError: When the label is too long or contains control characters.
    """
    return Connection(
        id=generate_id(),
        directory=directory,
        label=checked_label(label),
        state=State.ENABLED,
        created=now.replace(microsecond=0),
    )


def new_token(
    connection: Connection, *, lifetime: timedelta, scope: Scope = Scope.PROVISION, label: str = "", now: datetime
) -> tuple[Token, PresentedToken]:
    """Return a new token of a connection: the token to store, and the token with its secret, to show once.

    :param lifetime: How long it is accepted; at most :data:`MAX_LIFETIME`.
    :param now: The time, in UTC.
    :raises InvalidConnectionError: When the lifetime or the label is out of bounds.
    """
    if not timedelta(0) < lifetime <= MAX_LIFETIME:
        raise InvalidConnectionError(f"A token's lifetime is 1 to {MAX_LIFETIME.days} days, not {lifetime.days}.")
    secret = generate_token()
    created = now.replace(microsecond=0)
    kept = Token(
        id=secret.id,
        hash=secret.hash,
        connection=connection.id,
        directory=connection.directory,
        scope=scope,
        state=connection.state,
        label=checked_label(label),
        created=created,
        expires=created + lifetime,
    )
    return kept, secret


def tokens_to_evict(tokens: Collection[Token], now: datetime) -> list[Token]:
    """Return the expired tokens of a connection to delete before it gets one more, those that expired first; none while
    there is room.

    Expired tokens are kept as long as there is room: their requests are then logged as expired, not as unknown.

    :raises InvalidConnectionError: When all of :data:`MAX_TOKENS` are live.
    """
    excess = len(tokens) + 1 - MAX_TOKENS
    expired = sorted((token for token in tokens if token.is_expired(now)), key=lambda token: token.expires)
    if excess > len(expired):
        raise InvalidConnectionError(
            f"The connection already has {MAX_TOKENS} live tokens, the maximum. Revoke one that is not in use."
        )
    return expired[: max(0, excess)]


def ending(token: Token, grace: timedelta, now: datetime) -> Token:
    """Return a token that expires at the end of a grace period, or at its own expiry if that is earlier."""
    return replace(token, expires=min(token.expires, now.replace(microsecond=0) + grace))


def checked_label(label: str) -> str:
    """Return a label without white space at its ends.

    :raises InvalidConnectionError: When it is too long or contains control characters.
    """
    label = label.strip()
    if len(label) > MAX_LABEL_LENGTH:
        raise InvalidConnectionError(f"A label has at most {MAX_LABEL_LENGTH} characters; this one has {len(label)}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in label):
        raise InvalidConnectionError("A label is one line of text without control characters.")
    return label
