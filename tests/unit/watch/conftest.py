"""A watch over a table and a log group on moto's AWS, and a clock that tests move."""

import io
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger

from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import Client
from lambdas.credentials.connections import Connection, Token, new_connection, new_token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.environment.file.watch import Watch
from lambdas.eventing.publisher import Publisher
from lambdas.operations.log.reader import LogReader
from lambdas.operations.watch_state import WatchState
from lambdas.store import keys
from lambdas.store.keys import key_of
from lambdas.store.table import Table
from lambdas.watch.notices import Notices
from lambdas.watch.watch import ProvisioningWatch
from support.tables import create_table
from tests.unit.shared_tables import aws_with

TABLE, GROUP = "scim-watch", "/scim/watch"


@dataclass
class Clock:
    """The environment that is watched, at a time that tests choose."""

    dynamodb: Any
    logs: Any
    now: datetime
    settings: Watch = field(default_factory=Watch)
    publisher: Publisher | None = None
    stream: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        self.table = Table(self.dynamodb, TABLE)
        self.connections = ConnectionStore(self.table)
        self.logger = Logger(service=f"watch-{uuid.uuid4()}", stream=self.stream)

    def pass_by(self, **time: float) -> None:
        """Move the clock forward."""
        self.now += timedelta(**time)

    def connect(
        self, *, scope: Scope = Scope.PROVISION, days: int = 365, **attributes: Any
    ) -> tuple[Connection, Token]:
        """Create a connection with a token that was never used."""
        connection = replace(new_connection("acme", label="Entra ID", now=self.now), **attributes)
        token, _ = new_token(connection, lifetime=timedelta(days=days), scope=scope, now=self.now)
        return self.connections.create(connection, token), token

    def use(self, token: Token) -> None:
        """Use a token, as the authorizer stores it."""
        self.dynamodb.update_item(
            TableName=TABLE,
            Key=key_of(keys.token(token.id)),
            UpdateExpression="SET last_used = :now",
            ExpressionAttributeValues={":now": {"S": self.now.isoformat(timespec="seconds")}},
        )

    def add_client(self, connection: Connection, client: Client) -> Connection:
        return ClientStore(self.table).create(connection, client)

    def refuse(self, name: str, times: int = 1, **fields: Any) -> None:
        """Write records of refused requests about a user."""
        record = {
            "event": "scim.request",
            "connection": "k3x7m2qwertyuiop",
            "directory": "acme",
            "method": "POST",
            "resource_type": "User",
            "resource_name": name,
            "status": 400,
            "detail": "userName is required",
            **fields,
        }
        at = int(self.now.timestamp() * 1000) - 1000
        events = [{"timestamp": at, "message": json.dumps({**record, "number": number})} for number in range(times)]
        self.logs.put_log_events(logGroupName=GROUP, logStreamName="scim", logEvents=events)

    def run(self) -> WatchState:
        """Run the watch now."""
        reader = LogReader(self.logs, GROUP, "the log", "")
        notices = Notices(self.logger, "acme", self.publisher)
        return ProvisioningWatch(self.table, reader, self.settings, notices).run(self.now)

    def notices(self) -> list[dict[str, Any]]:
        """Return the records that were written since the last call, without those of a run."""
        return [each for each in self.records() if each.get("event") != "scim.watch"]

    def records(self) -> list[dict[str, Any]]:
        """Return all records that were written since the last call."""
        lines = self.stream.getvalue().splitlines()
        self.stream.seek(0)
        self.stream.truncate()
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def clients(engine: str | None) -> Iterator[tuple[Any, Any]]:
    """Clients of DynamoDB and of CloudWatch Logs, shared: making them costs more than a test."""
    access = {"region_name": "eu-west-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    with aws_with(engine):
        yield boto3.client("dynamodb", **access), boto3.client("logs", **access)


@pytest.fixture
def clock(clients: tuple[Any, Any]) -> Iterator[Clock]:
    dynamodb, logs = clients
    create_table(dynamodb, TABLE)
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="scim")
    yield Clock(dynamodb, logs, datetime.now(UTC).replace(microsecond=0))
    with suppress(logs.exceptions.ResourceNotFoundException):  # a test deletes it
        logs.delete_log_group(logGroupName=GROUP)
    dynamodb.delete_table(TableName=TABLE)


@pytest.fixture
def context() -> Callable[[], Any]:
    """What Lambda passes to a function beside the event."""
    return lambda: SimpleNamespace(aws_request_id=str(uuid.uuid4()))
