"""Credentials that expire soon and have no successor: what is being replaced may expire."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.credentials.scopes import Scope
from lambdas.watch.silence import WatchedConnection


@dataclass(frozen=True)
class ExpiringCredential:
    """A token or client secret that expires soon."""

    connection: str
    directory: str
    kind: str
    """``token`` or ``client secret``."""

    id: str
    """The id of the token; of a client secret, the client's id and the secret's name."""

    expires: datetime

    @property
    def occurrence(self) -> str:
        """What is remembered of it. A new expiry is a new occurrence."""
        return f"{self.id}@{int(self.expires.timestamp())}"


def expiring_credentials(
    watched: list[WatchedConnection], now: datetime, within: timedelta
) -> list[ExpiringCredential]:
    """Return the credentials that are valid and expire within a time, the first to expire first.

    Of the tokens of a connection and scope, and of the secrets of a client, only the last to expire counts.
    """
    found = [each for one in watched for each in _last_of(one) if now < each.expires <= now + within]
    return sorted(found, key=lambda each: (each.expires, each.id))


def _last_of(watched: WatchedConnection) -> Iterator[ExpiringCredential]:
    connection, directory = watched.connection.id, watched.connection.directory
    for scope in Scope:
        tokens = [each for each in watched.tokens if each.scope is scope]
        if tokens:
            token = max(tokens, key=lambda each: each.expires)
            yield ExpiringCredential(connection, directory, "token", token.id, token.expires)
    for client in watched.clients:
        if client.secrets:
            secret = max(client.secrets, key=lambda each: each.expires)
            yield ExpiringCredential(connection, directory, "client secret", f"{client.id}/{secret.id}", secret.expires)
