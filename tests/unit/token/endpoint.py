"""A token endpoint over a table, for tests: creates clients, sends requests, reads the log."""

import base64
import io
import json
import time
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools import Logger

from lambdas.credentials.client_items import client_item
from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import Client, Federation, new_client, with_new_secret
from lambdas.credentials.connections import Connection, new_connection, new_token
from lambdas.credentials.issuers import Issuers
from lambdas.credentials.issuing import TokenIssuer
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import PresentedToken
from lambdas.store.schema import SchemaCheck
from lambdas.store.table import Table
from lambdas.token import jwks
from lambdas.token.assertions import AssertionCheck
from lambdas.token.endpoint import TokenEndpoint
from lambdas.token.log import TokenLog
from lambdas.token.requests import ASSERTION_TYPE, MEDIA_TYPE
from lambdas.token.signing_keys import SigningKeys
from tests.unit.token.entra import APPLICATION, SUBJECT, Entra

TABLE = "scim-token"
LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class Reply:
    """What a token request got."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Endpoint:
    """A token endpoint, its log and its clock."""

    client: Any
    table_name: str = TABLE
    issuers: Issuers = field(default_factory=Issuers)
    stream: io.StringIO = field(default_factory=io.StringIO)
    ahead: float = 0.0
    """Seconds by which the endpoint's clock is ahead of the machine's."""

    def __post_init__(self) -> None:
        self.table = Table(self.client, self.table_name)
        self.endpoint = self.another_process()

    def another_process(self) -> TokenEndpoint:
        """A token endpoint over the same table and log that remembers nothing of this one."""
        keys = SigningKeys(self.table, jwks.fetch, self.now)
        return TokenEndpoint(
            TokenIssuer(self.table, LIFETIME),
            AssertionCheck(self.issuers, keys, self.now),
            TokenLog(Logger(service=f"token-{uuid.uuid4()}", stream=self.stream), "acme"),
            self.now,
            SchemaCheck(self.table, self.now),
        )

    def now(self) -> float:
        return time.time() + self.ahead

    # -- Clients

    def connect(self, directory: str = "acme") -> Connection:
        now = datetime.now(UTC)
        connection = new_connection(directory, now=now)
        token, _ = new_token(connection, lifetime=timedelta(days=365), now=now)
        return ConnectionStore(self.table).create(connection, token)

    def create(
        self, connection: Connection | None = None, scope: Scope = Scope.PROVISION, **kept: Any
    ) -> tuple[Client, PresentedToken]:
        """A client with a secret, of which some of what is kept may be otherwise than usual."""
        now = datetime.now(UTC)
        connection = connection or self.connect()
        client = new_client(connection, scope=scope, now=now)
        client, secret = with_new_secret(client, lifetime=timedelta(days=730), now=now)
        client = replace(client, **kept)
        ClientStore(self.table).create(connection, client)
        return client, secret

    def federate(self, entra: Entra, **claims: str) -> Client:
        """A federated client of an issuer, which the environment's file names unless it is another one."""
        named = self.issuers.named
        if "issuer" not in claims and isinstance(named, dict):
            named[entra.issuer] = entra.keys_url
        connection = self.connect()
        federation = replace(Federation(entra.issuer, SUBJECT, APPLICATION), **claims)
        client = new_client(connection, federation=federation, now=datetime.now(UTC))
        ClientStore(self.table).create(connection, client)
        return client

    def put(self, client: Client) -> None:
        self.table.write({"Put": {"Item": client_item(client)}})

    def stored(self, client: Client) -> Client:
        found = ClientStore(self.table).client(client.id)
        assert found is not None
        return found

    # -- Requests

    def send(self, parameters: dict[str, str] | str | bytes, **event: Any) -> Reply:
        """Send a token request: parameters, or a whole body."""
        answer = (event.pop("by", None) or self.endpoint).serve(request(parameters, **event))
        assert answer["isBase64Encoded"] is False
        return Reply(answer["statusCode"], answer["headers"], json.loads(answer["body"]))

    def with_secret(self, client: Client, secret: PresentedToken, **more: str) -> Reply:
        return self.send(by_secret(client, secret) | more)

    def with_assertion(self, client: Client, assertion: str, **more: Any) -> Reply:
        return self.send(by_assertion(client, assertion), **more)

    # -- The log

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.records()[-1]


def by_secret(client: Client, secret: PresentedToken) -> dict[str, str]:
    """The request that Microsoft's own test sends: everything in the body, no scope."""
    return {"grant_type": "client_credentials", "client_id": client.id, "client_secret": secret.text}


def by_assertion(client: Client, assertion: str) -> dict[str, str]:
    """The request of Entra ID's workload identity federation."""
    return {
        "grant_type": "client_credentials",
        "client_id": client.id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        "scope": "scim",
    }


def request(
    parameters: dict[str, str] | str | bytes,
    *,
    headers: dict[str, list[str]] | None = None,
    method: str = "POST",
    encoded: bool = True,
    query: dict[str, list[str]] | None = None,
    resource: str = "/oauth2/token",
) -> dict[str, Any]:
    """An event of API Gateway, which passes bodies in base 64."""
    body = urlencode(parameters) if isinstance(parameters, dict) else parameters
    content = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return {
        "resource": resource,
        "httpMethod": method,
        "multiValueHeaders": {"Content-Type": [MEDIA_TYPE], **(headers or {})},
        "multiValueQueryStringParameters": query,
        "requestContext": {"requestId": "request-1"},
        "body": base64.b64encode(content).decode() if encoded else content.decode("utf-8", "surrogatepass"),
        "isBase64Encoded": encoded,
    }


def basic(user: str, password: str) -> dict[str, list[str]]:
    return {"Authorization": ["Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()]}
