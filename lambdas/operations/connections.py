"""What an operator does with the connections and tokens of a deployed environment, and the record that it leaves."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

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
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.records import Kind, record
from lambdas.store.table import NO_ANSWER
from lambdas.store.transactions import ConditionFailed


@dataclass(frozen=True)
class ConnectionWithTokens:
    """A connection and the tokens that it has."""

    connection: Connection
    tokens: list[Token]
    """The oldest first."""

    def live(self, now: datetime) -> list[Token]:
        """Return those that have not expired."""
        return [token for token in self.tokens if not token.is_expired(now)]


@dataclass(frozen=True)
class GeneratedToken:
    """What an administrator pastes into an identity provider: just written, and nobody will see the token again."""

    tenant_url: str
    """For example ``https://abc123.execute-api.eu-central-1.amazonaws.com/scim/v2/k3x7m2qwertyuiop``."""

    secret_token: str = field(repr=False)
    """The text of the token."""

    connection: Connection
    """The connection as it was written."""

    token: Token
    """What was kept of the token."""


class Connections:
    """The connections and tokens of one environment. Every change is one transaction: it happens whole or not at all.

    It leaves a record in the environment's log, under the operator's name, once it is done. A record that cannot be written is a
    warning (:attr:`Target.warn`): an operator without access to the log must still be able to revoke a token that leaked.

    Every method raises :class:`Problem` when the table cannot be reached or somebody else changed the same connection,
    and InvalidConnectionError when a value breaks a rule.
    """

    def __init__(self, target: Target) -> None:
        """Take where the environment is deployed."""
        self.target = target
        self.store = ConnectionStore(target.table())

    def all(self) -> list[ConnectionWithTokens]:
        """Return every connection with its tokens, the oldest first."""
        with self.target.readable():
            connections = self.store.connections()
            tokens = self.store.tokens(each for connection in connections for each in connection.tokens)
        return [
            ConnectionWithTokens(each, [token for token in tokens if token.id in each.tokens]) for each in connections
        ]

    def connection(self, connection_id: str) -> ConnectionWithTokens:
        """Return one connection with its tokens.

        :raises Problem: When there is none.
        """
        with self.target.readable():
            connection = self.store.connection(connection_id)
            tokens = self.store.tokens(connection.tokens) if connection else []
        if connection is None:
            name, scimctl = self.target.settings.name, self.target.scimctl
            raise Problem(
                f"There is no connection {connection_id} in environment {name}: it was deleted, regenerated or never there."
                f" `{scimctl} connections list --environment {name}` shows those there are."
            )
        # What is not there any more, by whatever accident, must not keep a connection from being closed.
        return ConnectionWithTokens(replace(connection, tokens=frozenset(token.id for token in tokens)), tokens)

    def token(self, token_id: str) -> tuple[ConnectionWithTokens, Token] | None:
        """Return the connection of a token, and the token; None when there is no such token."""
        with self.target.readable():
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

        :param directory: The directory it reaches; the environment's own when None.
        :param lifetime_days: Days until the token expires; what the environment's file says when None.
        """
        now = datetime.now(UTC)
        directory = self.target.settings.directory if directory is None else directory
        connection = new_connection(directory, label=label, now=now)
        token, secret = new_token(connection, lifetime=self._lifetime(lifetime_days), scope=scope, now=now)
        with self._writing(connection.id):
            created = self.store.create(connection, token)
        self._note("create connection", created, token, f"its token ends {token.expires:%Y-%m-%d}")
        return self._generated(created, token, secret)

    def regenerate(self, old: Connection, *, lifetime_days: int | None = None) -> GeneratedToken:
        """Put a new connection with one token that may provision in the place of one, which ends with its tokens.

        It has the same directory and label, and is enabled.
        """
        now = datetime.now(UTC)
        connection = new_connection(old.directory, label=old.label, now=now)
        token, secret = new_token(connection, lifetime=self._lifetime(lifetime_days), now=now)
        with self._writing(old.id):
            created = self.store.regenerate(old, connection, token)
        self._note(
            "regenerate connection", created, token, f"in the place of {old.id}, with its {len(old.tokens)} tokens"
        )
        return self._generated(created, token, secret)

    def set_state(self, connection: Connection, state: State) -> Connection:
        """Enable or disable a connection, and return it as it is then."""
        with self._writing(connection.id):
            changed = self.store.set_state(connection, state)
        self._note("enable connection" if state is State.ENABLED else "disable connection", changed)
        return changed

    def delete(self, connection: Connection) -> None:
        """Delete a connection and its tokens."""
        with self._writing(connection.id):
            self.store.delete(connection)
        self._note("delete connection", connection, None, f"with its {len(connection.tokens)} tokens")

    def add_token(
        self,
        held: ConnectionWithTokens,
        *,
        scope: Scope = Scope.PROVISION,
        label: str = "",
        lifetime_days: int | None = None,
    ) -> GeneratedToken:
        """Give a connection one more token; those that expired long ago make room where there is none."""
        now = datetime.now(UTC)
        lifetime = self._lifetime(lifetime_days)
        token, secret = new_token(held.connection, lifetime=lifetime, scope=scope, label=label, now=now)
        with self._writing(held.connection.id):
            changed = self.store.add_token(held.connection, token, without=tokens_to_evict(held.tokens, now))
        self._note("create token", changed, token, f"scope {scope.value}, ends {token.expires:%Y-%m-%d}")
        return self._generated(changed, token, secret)

    def rotate(
        self, held: ConnectionWithTokens, old: Token, *, grace: timedelta, lifetime_days: int | None = None
    ) -> tuple[GeneratedToken, Token]:
        """Give a connection a token in the place of another, which ends after a grace period, or earlier if it would.

        :returns: The new token, with the old one's scope and label, and the old one as it is then.
        """
        now = datetime.now(UTC)
        lifetime = self._lifetime(lifetime_days)
        token, secret = new_token(held.connection, lifetime=lifetime, scope=old.scope, label=old.label, now=now)
        ended = ending(old, grace, now)
        with self._writing(held.connection.id):
            changed = self.store.add_token(
                held.connection,
                token,
                ending=ended if ended != old else None,
                without=tokens_to_evict(held.tokens, now),
            )
        self._note(
            "rotate token", changed, token, f"in the place of {old.id}, which ends {ended.expires:%Y-%m-%d %H:%M}"
        )
        return self._generated(changed, token, secret), ended

    def revoke(self, connection: Connection, token: Token) -> Connection:
        """End a token at once, and return its connection as it is then."""
        with self._writing(connection.id):
            changed = self.store.revoke(connection, token.id)
        self._note("revoke token", changed, token)
        return changed

    def _lifetime(self, days: int | None) -> timedelta:
        return timedelta(days=self.target.settings.tokens.lifetime_days if days is None else days)

    def _generated(self, connection: Connection, token: Token, secret: PresentedToken) -> GeneratedToken:
        return GeneratedToken(self.target.tenant_url(connection.id), secret.text, connection, token)

    def _note(self, action: str, connection: Connection, token: Token | None = None, detail: str | None = None) -> None:
        """Keep in the log what was done; when that fails, tell the operator what to keep."""
        made = record(
            Kind.OPERATION,
            environment=self.target.settings.name,
            request_id=str(uuid.uuid4()),
            directory=connection.directory,
            connection=connection.id,
            token=token.id if token else None,
            action=action,
            detail=detail,
        )
        known = {name: value for name, value in made.items() if value is not None}
        try:
            journal = Journal(self.target)
            journal.write(known | {"operator": journal.operator})
        except Problem as problem:
            self.target.warn(f"Done, but not kept in the log ({action}, connection {connection.id}). {problem}")

    @contextmanager
    def _writing(self, connection_id: str) -> Iterator[None]:
        """Turn what can go wrong with one transaction on a connection into a :class:`Problem` that tells what is now."""
        again = f"`{self.target.scimctl} connections list --environment {self.target.settings.name}`"
        try:
            with self.target.readable():
                yield
        except ConditionFailed as changed:
            raise Problem(
                f"Somebody else changed connection {connection_id} at the same moment, so nothing was done. "
                f"Look at it with {again}, then repeat."
            ) from changed
        except Problem as problem:
            if isinstance(problem.__cause__, NO_ANSWER):
                told = f"{problem} Whether the change was made is not known; it was made whole or not at all: {again} tells."
                raise Problem(told) from problem
            raise
