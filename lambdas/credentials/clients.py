"""OAuth 2.0 clients of a connection: their values, and the rules for creating them.

A client gets access tokens at the token endpoint (RFC 6749 section 4.4). It proves itself with a client secret, or with an
assertion that its identity provider signs (RFC 7523 section 2.2), without any stored secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from lambdas.credentials.connections import Connection, InvalidConnectionError, State, checked_label
from lambdas.credentials.generation import generate_client_secret, generate_id
from lambdas.credentials.scopes import Scope
from lambdas.credentials.tokens import PresentedToken

MAX_CLIENTS = 5
"""Clients of one connection. Few enough to change a connection, its tokens and its clients in one transaction."""

MAX_SECRETS = 2
"""Live secrets of one client: the one in use, and its replacement during a rotation."""

MAX_SECRET_LIFETIME = timedelta(days=1_095)
"""The longest lifetime of a client secret: three years, the longest that Microsoft accepts in its application gallery."""

MAX_ACCESS_TOKENS = 50
"""Live access tokens of one client. Their hashes lie on the client's item, which stays below 4 kB, one read unit, so that a check
of an access token costs what a check of a token costs."""


class ClientKind(StrEnum):
    """How a client proves itself at the token endpoint."""

    SECRET = "secret"  # noqa: S105
    """With a client secret."""

    FEDERATED = "federated"
    """With a signed assertion of its identity provider (workload identity federation)."""


@dataclass(frozen=True)
class ClientSecret:
    """A client secret as it is stored."""

    hash: bytes = field(repr=False)
    """SHA-256 of the secret, 32 bytes."""

    created: datetime
    """When it was generated, in UTC, to the second."""

    expires: datetime
    """When it expires, in UTC, to the second; it is refused from this instant on."""

    @property
    def id(self) -> str:
        """The name of the secret in lists and in the log: the first 8 hexadecimal digits of its hash."""
        return self.hash.hex()[:8]

    def is_expired(self, now: datetime) -> bool:
        """Return whether it has expired."""
        return self.expires <= now


@dataclass(frozen=True)
class Federation:
    """The claims that identify a federated client's identity provider in its assertions."""

    issuer: str
    """The claim ``iss``, for example ``https://login.microsoftonline.com/<tenant id>/v2.0``."""

    subject: str
    """The claim ``sub``: in Entra ID the object id of the application's service principal."""

    audience: str
    """The claim ``aud``: in Entra ID the application id that identifies this endpoint."""


@dataclass(frozen=True)
class Client:
    """An OAuth 2.0 client of a connection."""

    id: str
    """The ``client_id``, for example ``m4x7k2qwertyuiop``."""

    connection: str
    """The id of the connection whose paths its access tokens authorize."""

    directory: str
    """The connection's directory, copied."""

    scope: Scope
    """What its access tokens may do."""

    state: State
    """The connection's state, copied."""

    label: str
    """The operator's name for it; may be empty."""

    created: datetime
    """When it was created, in UTC, to the second."""

    secrets: tuple[ClientSecret, ...] = ()
    """Its secrets, the oldest first; none if it is federated."""

    federation: Federation | None = None
    """The claims of its assertions; None if it has secrets."""

    last_used: datetime | None = None
    """When it last got an access token; None if never."""

    access_tokens: Mapping[str, datetime] = field(default_factory=dict, repr=False)
    """The expiry of each of its access tokens, by the name of its hash."""

    revision: int = 1
    """The number of times an operator changed it. Issuing a token is conditional on it, but does not change it."""

    @property
    def kind(self) -> ClientKind:
        """How it proves itself."""
        return ClientKind.SECRET if self.federation is None else ClientKind.FEDERATED

    def live_secrets(self, now: datetime) -> tuple[ClientSecret, ...]:
        """Return the secrets that have not expired."""
        return tuple(secret for secret in self.secrets if not secret.is_expired(now))

    def live_access_tokens(self, now: datetime) -> int:
        """Return how many of its access tokens have not expired."""
        return sum(expires > now for expires in self.access_tokens.values())


def new_client(
    connection: Connection,
    *,
    federation: Federation | None = None,
    scope: Scope = Scope.PROVISION,
    label: str = "",
    now: datetime,
) -> Client:
    """Return a new client of a connection, with a random id and without secrets.

    :param federation: The claims of its assertions; None for a client with a secret.
    :param now: The time, in UTC.
    :raises InvalidConnectionError: When the connection has too many clients, or the label is not valid.
    """
    if len(connection.clients) >= MAX_CLIENTS:
        raise InvalidConnectionError(
            f"The connection already has {MAX_CLIENTS} clients, the maximum. Revoke one that is not in use."
        )
    return Client(
        id=generate_id(),
        connection=connection.id,
        directory=connection.directory,
        scope=scope,
        state=connection.state,
        label=checked_label(label),
        created=now.replace(microsecond=0),
        federation=federation,
    )


def with_new_secret(
    client: Client, *, lifetime: timedelta, grace: timedelta = timedelta(0), now: datetime
) -> tuple[Client, PresentedToken]:
    """Return a client with one more secret, and the secret itself, to show once.

    Secrets that have expired are dropped. The others expire at the end of the grace period, or at their own expiry if that is
    earlier. Without a grace period the client's access tokens are dropped too, because the old secret may have issued them.

    :param lifetime: How long the new secret is accepted; at most :data:`MAX_SECRET_LIFETIME`.
    :param now: The time, in UTC.
    :raises InvalidConnectionError: When the client is federated or has two live secrets, or the lifetime is out of bounds.
    """
    if client.kind is not ClientKind.SECRET:
        raise InvalidConnectionError(f"Client {client.id} is federated: it has no secret to replace.")
    if not timedelta(0) < lifetime <= MAX_SECRET_LIFETIME:
        raise InvalidConnectionError(
            f"A client secret's lifetime is 1 to {MAX_SECRET_LIFETIME.days} days, not {lifetime.days}."
        )
    created = now.replace(microsecond=0)
    kept = [replace(each, expires=min(each.expires, created + grace)) for each in client.live_secrets(now)]
    kept = [each for each in kept if not each.is_expired(now)]
    if len(kept) >= MAX_SECRETS:
        raise InvalidConnectionError(
            f"Client {client.id} already has {MAX_SECRETS} live secrets, the maximum. Wait until one expires, or use --grace 0s."
        )
    secret = generate_client_secret(client.id)
    added = ClientSecret(secret.hash, created, created + lifetime)
    access_tokens = client.access_tokens if grace else {}
    return replace(client, secrets=(*kept, added), access_tokens=access_tokens), secret
