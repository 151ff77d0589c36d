"""The OAuth clients of an environment: creating, listing, rotating and revoking them. Every change leaves a record."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lambdas.credentials.clients import Client, Federation, new_client, with_new_secret
from lambdas.credentials.issuers import Issuers, check_audience, check_subject
from lambdas.credentials.scopes import Scope
from lambdas.credentials.tokens import PresentedToken
from lambdas.operations.connections import Connections, ConnectionWithTokens
from lambdas.operations.problems import NotFound
from lambdas.operations.target import Target

TOKEN_PATH = "/oauth2/token"  # noqa: S105
"""The path of the token endpoint below the base URL."""


@dataclass(frozen=True)
class CreatedClient:
    """A client with the values that the administrator enters in the identity provider. The secret cannot be shown again."""

    tenant_url: str
    """The Tenant URL of its connection."""

    token_endpoint: str
    """The URL where it gets access tokens."""

    client: Client
    """The client as written."""

    client_secret: str | None = field(repr=False, default=None)
    """The text of the new secret; None for a federated client."""


class Clients:
    """The OAuth clients of one environment.

    Every change is one transaction and leaves a record under the operator's name. Errors are those of :class:`Connections`.
    """

    def __init__(self, target: Target) -> None:
        """Create it for a deployed environment."""
        self.target = target
        self.connections = Connections(target)
        self.store = self.connections.clients

    def all(self, connection_id: str | None = None) -> list[Client]:
        """Return the clients of all connections, or of one, the oldest first.

        :raises NotFound: When there is no such connection.
        """
        held = self.connections.all() if connection_id is None else [self.connections.connection(connection_id)]
        with self.target.aws_errors_as_problems():
            return self.store.clients(each for one in held for each in one.connection.clients)

    def client(self, client_id: str) -> Client:
        """Return one client.

        :raises NotFound: When there is none.
        """
        with self.target.aws_errors_as_problems():
            client = self.store.client(client_id)
        if client is None:
            raise NotFound(
                f"There is no client {client_id} in environment {self.target.settings.name}. It was revoked, or never existed."
            )
        return client

    def create(
        self,
        held: ConnectionWithTokens,
        *,
        scope: Scope = Scope.PROVISION,
        label: str = "",
        lifetime_days: int | None = None,
    ) -> CreatedClient:
        """Create a client of a connection with a secret.

        :param lifetime_days: Days until the secret expires; by default the environment's ``client_secret_days``.
        """
        now = datetime.now(UTC)
        client = new_client(held.connection, scope=scope, label=label, now=now)
        client, secret = with_new_secret(client, lifetime=self._lifetime(lifetime_days), now=now)
        self._write_new(held, client)
        return self._created(client, secret)

    def federate(
        self,
        held: ConnectionWithTokens,
        *,
        issuer: str,
        subject: str,
        audience: str,
        scope: Scope = Scope.PROVISION,
        label: str = "",
    ) -> CreatedClient:
        """Create a client of a connection that proves itself with signed assertions.

        :param issuer: The issuer of the assertions; one of Microsoft's, or of the environment's file.
        :param audience: The audience in any form that Microsoft shows.
        """
        oauth = self.target.settings.oauth
        issuers = Issuers({each.issuer: each.keys for each in oauth.issuers})
        federation = Federation(issuers.check(issuer), check_subject(subject), check_audience(audience))
        client = new_client(held.connection, federation=federation, scope=scope, label=label, now=datetime.now(UTC))
        self._write_new(held, client)
        return self._created(client, None)

    def rotate(self, client: Client, *, grace: timedelta, lifetime_days: int | None = None) -> CreatedClient:
        """Give a client a new secret. The old one expires after a grace period; without one, access tokens end at once too."""
        now = datetime.now(UTC)
        changed, secret = with_new_secret(client, lifetime=self._lifetime(lifetime_days), grace=grace, now=now)
        with self.connections.writing(client.connection):
            changed = self.store.replace_secrets(client, changed, ends_access_tokens=not grace)
        held = self.connections.connection(client.connection)
        detail = f"its new secret expires {changed.secrets[-1].expires:%Y-%m-%d}"
        self.connections.record("rotate client", held.connection, detail=detail, client=client.id)
        return self._created(changed, secret)

    def revoke(self, client: Client) -> None:
        """Delete a client; its secrets and access tokens end at once."""
        held = self.connections.connection(client.connection)
        with self.connections.writing(client.connection):
            self.store.delete(held.connection, client.id)
        self.connections.record("revoke client", held.connection, client=client.id)

    def _write_new(self, held: ConnectionWithTokens, client: Client) -> None:
        with self.connections.writing(client.connection):
            self.store.create(held.connection, client)
        detail = f"kind {client.kind.value}, scope {client.scope.value}"
        self.connections.record("create client", held.connection, detail=detail, client=client.id)

    def _created(self, client: Client, secret: PresentedToken | None) -> CreatedClient:
        return CreatedClient(
            tenant_url=self.target.tenant_url(client.connection),
            token_endpoint=self.target.base_url + TOKEN_PATH,
            client=client,
            client_secret=secret.text if secret else None,
        )

    def _lifetime(self, days: int | None) -> timedelta:
        return timedelta(days=self.target.settings.oauth.client_secret_days if days is None else days)
