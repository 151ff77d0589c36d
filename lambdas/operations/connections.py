"""The connections and tokens of a deployed environment, and what an operator changes about them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.connections import (
    Connection,
    State,
    Token,
    ending,
    new_connection,
    new_token,
    tokens_to_evict,
)
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import PresentedToken
from lambdas.operations.guidance import Step
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Conflict, NotFound, Problem, Unavailable
from lambdas.operations.target import Target
from lambdas.records import Kind
from lambdas.records import record as log_record
from lambdas.store.transactions import ConditionFailed


@dataclass(frozen=True)
class ConnectionWithTokens:
    """A connection and its tokens."""

    connection: Connection
    tokens: list[Token]
    """The oldest first."""

    def live(self, now: datetime) -> list[Token]:
        """Return the tokens that have not expired."""
        return [token for token in self.tokens if not token.is_expired(now)]


@dataclass(frozen=True)
class GeneratedToken:
    """What an administrator pastes into an identity provider. Its secret cannot be shown again."""

    tenant_url: str
    """For example ``https://abc123.execute-api.eu-central-1.amazonaws.com/scim/v2/k3x7m2qwertyuiop``."""

    secret_token: str = field(repr=False)
    """The text of the token; also the password of Basic authentication, whose user name is the connection's id."""

    connection: Connection
    """The connection as it was written."""

    token: Token
    """What is stored of the token."""


class Connections:
    """The connections and tokens of one environment. Every change is one transaction.

    A change is recorded in the environment's log, under the operator's name, after it was made. A record that cannot be written is
    a warning (:attr:`Target.warn`): an operator without access to the log must still be able to revoke a leaked token.

    Every method raises :class:`Problem` when the table cannot be reached or another operator changed the same connection at the
    same time, and InvalidConnectionError when a value breaks a rule.
    """

    def __init__(self, target: Target) -> None:
        """Open the connections of an environment."""
        self.target = target
        table = target.table()
        self.store = ConnectionStore(table)
        self.clients = ClientStore(table)

    def all(self) -> list[ConnectionWithTokens]:
        """Return every connection with its tokens, the oldest first."""
        with self.target.aws_errors_as_problems():
            connections = self.store.connections()
            tokens = self.store.tokens(each for connection in connections for each in connection.tokens)
        return [
            ConnectionWithTokens(each, [token for token in tokens if token.id in each.tokens]) for each in connections
        ]

    def connection(self, connection_id: str) -> ConnectionWithTokens:
        """Return one connection with its tokens.

        :raises NotFound: When it does not exist.
        """
        with self.target.aws_errors_as_problems():
            connection = self.store.connection(connection_id)
            tokens = self.store.tokens(connection.tokens) if connection else []
            clients = self.clients.clients(connection.clients) if connection else []
        if connection is None:
            raise NotFound(
                f"There is no connection {connection_id} in environment {self.target.settings.name}. It was deleted or "
                f"regenerated, or never existed. {self.target.guide.name(Step.LIST_CONNECTIONS)} lists all connections."
            )
        # A token or client whose item is missing must not prevent a change: every change is conditional on those that it names.
        existing = replace(
            connection,
            tokens=frozenset(token.id for token in tokens),
            clients=frozenset(client.id for client in clients),
        )
        return ConnectionWithTokens(existing, tokens)

    def token(self, token_id: str) -> tuple[ConnectionWithTokens, Token] | None:
        """Return a token's connection and the token; None when the token does not exist."""
        with self.target.aws_errors_as_problems():
            token = self.store.token(token_id)
        return (self.connection(token.connection), token) if token else None

    def generate(
        self,
        *,
        directory: str | None = None,
        label: str = "",
        scope: Scope = Scope.PROVISION,
        lifetime_days: int | None = None,
    ) -> GeneratedToken:
        """Generate a connection with one token.

        :param directory: The id of its directory; None for the environment's own.
        :param scope: What the token may do. A product's connection has one that only reads, and so no token that writes.
        :param lifetime_days: Days until the token expires; None for the value in the environment's file.
        """
        now = datetime.now(UTC)
        directory = self.target.settings.directory if directory is None else directory
        connection = new_connection(directory, label=label, now=now)
        token, secret = new_token(connection, lifetime=self._lifetime(lifetime_days), scope=scope, now=now)
        with self.writing(connection.id, conflict=f"Directory {directory} is being deleted. Nothing was created."):
            created = self.store.create(connection, token)
        self.record(
            "create connection",
            created,
            token,
            f"its token expires {token.expires:%Y-%m-%d}, scope {token.scope.value}",
        )
        return self._generated(created, token, secret)

    def regenerate(self, old: Connection, *, lifetime_days: int | None = None) -> GeneratedToken:
        """Replace a connection and its tokens by a new connection with one token.

        The new connection has the same directory and label, and is enabled. Its token only reads if every old one does; other
        connections of the directory, such as the product's, are not changed.
        """
        now = datetime.now(UTC)
        connection = new_connection(old.directory, label=old.label, now=now)
        connection = replace(connection, silent_hours=old.silent_hours)
        scope = self._scope_of(old)
        token, secret = new_token(connection, lifetime=self._lifetime(lifetime_days), scope=scope, now=now)
        with self.writing(old.id):
            created = self.store.regenerate(old, connection, token)
        self.record("regenerate connection", created, token, f"replaces {old.id} and its {len(old.tokens)} tokens")
        return self._generated(created, token, secret)

    def set_state(self, connection: Connection, state: State) -> Connection:
        """Enable or disable a connection, and return it with the new state."""
        with self.writing(connection.id):
            changed = self.store.set_state(connection, state)
        self.record("enable connection" if state is State.ENABLED else "disable connection", changed)
        return changed

    def expect(self, connection: Connection, hours: int | None) -> Connection:
        """Set after how many silent hours a connection counts as stalled, and return it.

        :param hours: 0 for never, None for what the environment's file says.
        """
        with self.writing(connection.id):
            changed = self.store.set_silent_hours(connection, hours)
        expected = "as the file says" if hours is None else f"after {hours} silent hours" if hours else "never"
        self.record("expect connection", changed, None, f"stalled {expected}")
        return changed

    def delete(self, connection: Connection) -> None:
        """Delete a connection and its tokens."""
        with self.writing(connection.id):
            self.store.delete(connection)
        self.record("delete connection", connection, None, f"with its {len(connection.tokens)} tokens")

    def add_token(
        self,
        found: ConnectionWithTokens,
        *,
        scope: Scope = Scope.PROVISION,
        label: str = "",
        lifetime_days: int | None = None,
    ) -> GeneratedToken:
        """Add a token to a connection. Where there is no room for one more, the token that expired first is deleted."""
        now = datetime.now(UTC)
        lifetime = self._lifetime(lifetime_days)
        token, secret = new_token(found.connection, lifetime=lifetime, scope=scope, label=label, now=now)
        with self.writing(found.connection.id):
            changed = self.store.add_token(found.connection, token, without=tokens_to_evict(found.tokens, now))
        self.record("create token", changed, token, f"scope {scope.value}, expires {token.expires:%Y-%m-%d}")
        return self._generated(changed, token, secret)

    def rotate(
        self, found: ConnectionWithTokens, old: Token, *, grace: timedelta, lifetime_days: int | None = None
    ) -> tuple[GeneratedToken, Token]:
        """Replace a token by a new one with the same scope and label. The old one stays valid for a grace period.

        :returns: The new token, and the old one with its new expiry, which is never later than before.
        """
        now = datetime.now(UTC)
        lifetime = self._lifetime(lifetime_days)
        token, secret = new_token(found.connection, lifetime=lifetime, scope=old.scope, label=old.label, now=now)
        replaced = ending(old, grace, now)
        with self.writing(found.connection.id):
            changed = self.store.add_token(
                found.connection,
                token,
                ending=replaced if replaced != old else None,
                without=tokens_to_evict(found.tokens, now),
            )
        self.record(
            "rotate token", changed, token, f"replaces {old.id}, which expires {replaced.expires:%Y-%m-%d %H:%M}"
        )
        return self._generated(changed, token, secret), replaced

    def revoke(self, connection: Connection, token: Token) -> Connection:
        """Delete a token, and return its connection without it."""
        with self.writing(connection.id):
            changed = self.store.revoke(connection, token.id)
        self.record("revoke token", changed, token)
        return changed

    def _scope_of(self, connection: Connection) -> Scope:
        """Return the scope of a connection's tokens: ``read`` if all of them only read."""
        with self.target.aws_errors_as_problems():
            scopes = {each.scope for each in self.store.tokens(connection.tokens)}
        return Scope.READ if scopes == {Scope.READ} else Scope.PROVISION

    def _lifetime(self, days: int | None) -> timedelta:
        return timedelta(days=self.target.settings.tokens.lifetime_days if days is None else days)

    def _generated(self, connection: Connection, token: Token, secret: PresentedToken) -> GeneratedToken:
        return GeneratedToken(self.target.tenant_url(connection.id), secret.text, connection, token)

    def record(
        self,
        action: str,
        connection: Connection,
        token: Token | None = None,
        detail: str | None = None,
        client: str | None = None,
    ) -> None:
        """Record a change that was made, or warn the operator.

        :param client: The id of the OAuth client that it is about.
        """
        made = log_record(
            Kind.OPERATION,
            environment=self.target.settings.name,
            request_id=str(uuid.uuid4()),
            directory=connection.directory,
            connection=connection.id,
            token=token.id if token else None,
            client=client,
            action=action,
            detail=detail,
        )
        known = {name: value for name, value in made.items() if value is not None}
        try:
            journal = Journal(self.target)
            journal.write(known | {"operator": journal.operator})
        except Problem as problem:
            self.target.warn(f"Done, but not recorded in the log ({action}, connection {connection.id}). {problem}")

    @contextmanager
    def writing(self, connection_id: str, *, conflict: str | None = None) -> Iterator[None]:
        """Turn a failed transaction on a connection into a :class:`Problem` that says what was changed.

        :param conflict: What a failed condition means; None for a concurrent change of the connection.
        """
        look = self.target.guide.name(Step.LIST_CONNECTIONS)
        try:
            with self.target.aws_errors_as_problems():
                yield
        except ConditionFailed as changed:
            raise Conflict(
                conflict
                or f"Another change to connection {connection_id} was made at the same time, and yours was not. Check the "
                f"connection with {look}, then retry."
            ) from changed
        except Unavailable as problem:
            raise Unavailable(
                f"{problem} It is unknown whether the change was made; it was made completely or not at all. Check with {look}."
            ) from problem
