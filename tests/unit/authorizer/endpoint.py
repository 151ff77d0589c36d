"""An authorizer over a table, for tests: issues tokens, sends headers, reads the log."""

import base64
import io
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from lambdas.authorizer.last_use import LastUse
from lambdas.authorizer.log import AccessLog
from lambdas.authorizer.token_check import Authorizer, UnauthorizedError
from lambdas.credentials.connections import Connection, Token, new_connection, new_token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import PresentedToken
from lambdas.store.table import Table
from tests.unit.authorizer.policies import API

TABLE = "scim-authorizer"
"""The table's name: its own, because other files share the engine."""


@dataclass
class Issued:
    """A connection, what is kept of its token, and the token."""

    connection: Connection
    token: Token
    secret: PresentedToken

    @property
    def bearer(self) -> str:
        return f"Bearer {self.secret.text}"

    def basic(self, user: str | None = None) -> str:
        return basic(f"{self.connection.id if user is None else user}:{self.secret.text}")


@dataclass
class Endpoint:
    """An authorizer over a table, its log, and the reads that it made."""

    client: Any
    stream: io.StringIO = field(default_factory=io.StringIO)
    reads: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.authorizer = self.another_process()

    @contextmanager
    def counting(self, operation: str) -> Iterator[None]:
        """Add the calls of an operation to :attr:`reads`."""
        event = f"provide-client-params.dynamodb.{operation}"
        self.client.meta.events.register(event, self._count)
        try:
            yield
        finally:
            self.client.meta.events.unregister(event, self._count)

    def another_process(self) -> Authorizer:
        """An authorizer over the same table and log that remembers nothing of this one."""
        log = AccessLog(Logger(service=f"authorizer-{uuid.uuid4()}", stream=self.stream), "acme")
        return Authorizer(self.client, TABLE, log, LastUse(self.client, TABLE, log))

    def _count(self, params: dict[str, Any], **_: Any) -> None:
        self.reads.append(params)

    def issue(self, *, scope: Scope = Scope.PROVISION, directory: str = "acme", **kept: Any) -> Issued:
        """Create a connection and a token, of which some of what is kept may be otherwise than usual."""
        now = datetime.now(UTC)
        connection = new_connection(directory, now=now)
        token, secret = new_token(connection, lifetime=timedelta(days=1), scope=scope, now=now)
        issued = Issued(connection, replace(token, **kept), secret)
        ConnectionStore(Table(self.client, TABLE)).create(issued.connection, issued.token)
        return issued

    def answer(self, header: object, path: str = "GET/v2/x/Users") -> dict[str, Any]:
        event = {"type": "TOKEN", "authorizationToken": header, "methodArn": f"{API}/{path}"}
        return self.authorizer.authorize(event)

    def refusal(self, header: object, path: str = "GET/v2/x/Users") -> dict[str, Any]:
        """Return the log record of a request that must be refused with 401."""
        with pytest.raises(UnauthorizedError, match=r"\AUnauthorized\Z"):
            self.answer(header, path)
        return self.records()[-1]

    def item(self, issued: Issued) -> dict[str, Any]:
        """Return what is stored of a token."""
        key = {"pk": {"S": f"TOKEN#{issued.token.id}"}, "sk": {"S": "-"}}
        found: dict[str, Any] = self.client.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item", {})
        return found

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
