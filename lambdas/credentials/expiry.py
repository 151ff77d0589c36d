"""Credentials that expire soon and have no successor: what is being replaced may expire."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.credentials.clients import Client
from lambdas.credentials.connections import Token
from lambdas.credentials.scopes import Scope


@dataclass(frozen=True)
class ExpiringCredential:
    """A token or client secret that expires soon."""

    connection: str
    directory: str
    kind: str
    """``token`` or ``client secret``."""

    holder: str
    """The id of the token or of the client."""

    expires: datetime
    secret: str | None = None
    """The name of the client's secret; None for a token."""

    @property
    def id(self) -> str:
        """The id of the token; of a client secret, the client's id and the secret's name."""
        return f"{self.holder}/{self.secret}" if self.secret else self.holder

    @property
    def occurrence(self) -> str:
        """What is remembered of it. A new expiry is a new occurrence."""
        return f"{self.id}@{int(self.expires.timestamp())}"


def expiring_credentials(
    tokens: Iterable[Token], clients: Iterable[Client], now: datetime, within: timedelta
) -> list[ExpiringCredential]:
    """Return the credentials that are valid and expire within a time, the first to expire first.

    Of the tokens of a connection and scope, and of the secrets of a client, only the last to expire counts.
    """
    last_tokens: dict[tuple[str, Scope], Token] = {}
    for token in tokens:
        key = (token.connection, token.scope)
        last_tokens[key] = max(token, last_tokens.get(key, token), key=lambda each: each.expires)
    last = [
        ExpiringCredential(each.connection, each.directory, "token", each.id, each.expires)
        for each in last_tokens.values()
    ]
    for client in clients:
        if client.secrets:
            secret = max(client.secrets, key=lambda each: each.expires)
            last.append(
                ExpiringCredential(
                    client.connection, client.directory, "client secret", client.id, secret.expires, secret.id
                )
            )
    found = [each for each in last if now < each.expires <= now + within]
    return sorted(found, key=lambda each: (each.expires, each.id))
