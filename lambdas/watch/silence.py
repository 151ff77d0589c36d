"""Connections that are silent: expected to be used, and not used for too long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import Client
from lambdas.credentials.connections import Connection, State, Token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.store.table import Table

PRECISION = timedelta(hours=1)
"""The first use in an hour is stored, so a connection may have been used for so long after its last use."""


@dataclass(frozen=True)
class WatchedConnection:
    """A connection with its credentials."""

    connection: Connection
    tokens: Sequence[Token]
    clients: Sequence[Client]

    @property
    def last_used(self) -> datetime | None:
        """The last use of its credentials, to the hour; None if none was ever used.

        Credentials that can only read do not count: they belong to the product, not to an identity provider.
        """
        held: Iterable[Token | Client] = (*self.tokens, *self.clients)
        uses = [each.last_used for each in held if each.scope is Scope.PROVISION and each.last_used is not None]
        return max(uses, default=None)

    def silent_since(self, now: datetime, hours: int) -> datetime | None:
        """Return the last use, if it is too long ago; None if the connection is not silent, or not expected to be used.

        A connection that was never used is not set up yet, and an operator disabled one that is disabled.

        :param hours: What the environment's file says; the connection may say otherwise. 0 for never.
        """
        last = self.last_used
        own = self.connection.silent_hours
        limit = timedelta(hours=hours if own is None else own)
        if not limit or last is None or self.connection.state is not State.ENABLED:
            return None
        return last if now - last >= limit + PRECISION else None


def watched_connections(table: Table) -> list[WatchedConnection]:
    """Return all connections with their credentials: 1 Query, and 1 BatchGetItem for each 100 items of a kind."""
    connections = ConnectionStore(table).connections()
    tokens = ConnectionStore(table).tokens(each for one in connections for each in one.tokens)
    clients = ClientStore(table).clients(each for one in connections for each in one.clients)
    return [
        WatchedConnection(
            each,
            [token for token in tokens if token.id in each.tokens],
            [client for client in clients if client.id in each.clients],
        )
        for each in connections
    ]
