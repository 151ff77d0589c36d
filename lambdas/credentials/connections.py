"""What a connection of an identity provider and its tokens are, and the rules for making them.

Standard library only. How they lie in the table is told in :mod:`lambdas.credentials.store`.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lambdas.credentials import tokens
from lambdas.credentials.tokens import PresentedToken

MAX_LABEL_LENGTH = 100
"""Characters of a label: fits one line of a table on a screen."""

MAX_LIFETIME = timedelta(days=3_650)
"""The longest that a token may live. Ten years are meant as "until we rotate it"; more is a slip of the keyboard."""

MAX_TOKENS = 5
"""Live tokens of one connection: one in use, one that replaces it, and some for other programs that read. Few enough that
whatever an operator does to a connection and all of its tokens is one transaction."""


class InvalidConnectionError(ValueError):
    """Something an operator asked for breaks a rule; the text says which, fit to be shown to them."""


class Scope(StrEnum):
    """What a token may do with the directory of its connection."""

    PROVISION = "provision"
    """Read and write everything, as an identity provider does."""

    READ = "read"
    """GET, and search with ``POST .search`` (RFC 7644 section 3.4.3)."""


class State(StrEnum):
    """Whether a connection is open."""

    ENABLED = "enabled"
    """Its tokens are accepted."""

    DISABLED = "disabled"
    """Every token of it is refused, until it is enabled again."""


@dataclass(frozen=True)
class Connection:
    """What an operator generates for one identity provider: its id is the last part of the Tenant URL."""

    id: str
    """For example ``k3x7m2qwertyuiop``: unguessable and fit for a URL."""

    directory: str
    """The id of the directory whose users and groups it reaches, for example ``acme``."""

    label: str
    """What the operator calls it, for example ``Entra ID, production``; may be empty."""

    state: State
    """Copied to each of its tokens, so that the authorizer reads one item."""

    created: datetime
    """When it was generated, in UTC, to the second."""

    tokens: frozenset[str] = frozenset()
    """The ids of its tokens; more than one while a token is being rotated."""

    revision: int = 1
    """How often it was written. A change is conditional on the revision that it was decided upon."""


@dataclass(frozen=True)
class Token:
    """What is kept of a token: everything but its secret."""

    id: str
    """The part of its text between the two ``_``."""

    hash: bytes = field(repr=False)
    """SHA-256 of its secret, 32 bytes."""

    connection: str
    """The id of the connection whose paths it opens."""

    directory: str
    """The connection's directory, copied."""

    scope: Scope
    """What it may do."""

    state: State
    """The connection's state, copied."""

    label: str
    """What the operator calls it; may be empty."""

    created: datetime
    """When it was generated, in UTC, to the second."""

    expires: datetime
    """When it ends, in UTC, to the second; from this instant on it is refused."""

    last_used: datetime | None = None
    """When it was last accepted, roughly; None if never or not known."""

    def is_expired(self, now: datetime) -> bool:
        """Tell whether its time is over."""
        return self.expires <= now


def new_connection(directory: str, *, label: str = "", now: datetime) -> Connection:
    """Return a new connection of a directory, with a random id and without tokens.

    :param now: The time, in UTC.
    :raises InvalidConnectionError: When the label is too long or holds control characters.
    """
    return Connection(
        id=tokens.generate_id(),
        directory=directory,
        label=_checked_label(label),
        state=State.ENABLED,
        created=now.replace(microsecond=0),
    )


def new_token(
    connection: Connection, *, lifetime: timedelta, scope: Scope = Scope.PROVISION, label: str = "", now: datetime
) -> tuple[Token, PresentedToken]:
    """Return a new token of a connection: what is to be kept of it, and the token itself, to be shown once.

    :param lifetime: How long it shall be accepted; up to :data:`MAX_LIFETIME`.
    :param now: The time, in UTC.
    :raises InvalidConnectionError: When the lifetime or the label is out of bounds.
    """
    if not timedelta(0) < lifetime <= MAX_LIFETIME:
        raise InvalidConnectionError(f"A token can live from 1 to {MAX_LIFETIME.days} days, not {lifetime.days}.")
    secret = tokens.generate()
    created = now.replace(microsecond=0)
    kept = Token(
        id=secret.id,
        hash=secret.hash,
        connection=connection.id,
        directory=connection.directory,
        scope=scope,
        state=connection.state,
        label=_checked_label(label),
        created=created,
        expires=created + lifetime,
    )
    return kept, secret


def in_the_way(tokens_of_it: Collection[Token], now: datetime) -> list[Token]:
    """Return which of a connection's tokens must go before it gets one more: those that expired first, and none while
    there is room. An expired one is kept as long as it can be: the log calls it expired, and one that is gone unknown.

    :raises InvalidConnectionError: When all of :data:`MAX_TOKENS` are live.
    """
    excess = len(tokens_of_it) + 1 - MAX_TOKENS
    expired = sorted((token for token in tokens_of_it if token.is_expired(now)), key=lambda token: token.expires)
    if excess > len(expired):
        raise InvalidConnectionError(
            f"The connection has {MAX_TOKENS} live tokens, the most there can be: revoke one that nobody uses."
        )
    return expired[: max(0, excess)]


def ending(token: Token, grace: timedelta, now: datetime) -> Token:
    """Return a token that ends when a grace period is over, or when it would have ended anyway: never later."""
    return replace(token, expires=min(token.expires, now.replace(microsecond=0) + grace))


def _checked_label(label: str) -> str:
    label = label.strip()
    if len(label) > MAX_LABEL_LENGTH:
        raise InvalidConnectionError(f"A label has at most {MAX_LABEL_LENGTH} characters, this one {len(label)}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in label):
        raise InvalidConnectionError("A label is one line of text, without control characters.")
    return label
