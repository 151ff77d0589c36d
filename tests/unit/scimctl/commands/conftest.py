"""The environment ``acme`` on moto's AWS with its table and log group, and commands on it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from click.testing import Result

from lambdas.operations.log.events import Record
from lambdas.store.table import Table
from support.tables import create_table
from tests.storage.builders import Directory
from tests.unit.scimctl import operators
from tests.unit.scimctl.cloudformation import StandIn

LOG_GROUP = "/scim/acme"
DIRECTORY = "acme-corp"


@dataclass
class Acme:
    """The deployed environment, and commands on it."""

    directory: Directory
    logs: Any

    def scimctl(self, *arguments: str, answer: str | None = None) -> Result:
        """Run a command; `answer` is what the operator types when asked."""
        return operators.scimctl(*arguments, "-e", "acme", answer=answer)

    def told(self, *arguments: str) -> str:
        """What a command that succeeds prints, on one line."""
        result = self.scimctl(*arguments)
        assert result.exit_code == 0, result.output
        return " ".join(result.stdout.split())

    def json(self, *arguments: str) -> Any:
        """What a program is told."""
        result = self.scimctl(*arguments, "--output", "json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refused(self, *arguments: str, answer: str | None = None) -> str:
        """What is told of a command that must end with exit status 1, on one line and without a trace."""
        result = self.scimctl(*arguments, answer=answer)
        assert result.exit_code == 1
        assert "Traceback" not in result.stderr
        return " ".join(result.stderr.split())

    def log(self, *records: Record, ago: timedelta = timedelta(minutes=1)) -> None:
        """Write records into the log group, as a function does."""
        at = int((datetime.now(UTC) - ago).timestamp() * 1000)
        events = [{"timestamp": at + n, "message": json.dumps(record)} for n, record in enumerate(records)]
        self.logs.put_log_events(logGroupName=LOG_GROUP, logStreamName="scim", logEvents=events)

    def records(self) -> list[Record]:
        """What operators' changes left in the log group."""
        found = self.logs.filter_log_events(logGroupName=LOG_GROUP, logStreamNamePrefix="operators/")["events"]
        return [json.loads(event["message"]) for event in found if event["logStreamName"].startswith("operators/")]


@pytest.fixture
def acme(operator: None, cloudformation: StandIn, dynamodb: Any) -> Iterator[Acme]:
    """The environment, empty."""
    logs = boto3.client("logs", "eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    create_table(dynamodb, operators.TABLE)
    logs.create_log_group(logGroupName=LOG_GROUP)
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="scim")
    cloudformation.stacks["scim-acme"] = {**cloudformation.stacks["scim-acme"], "LogGroupName": LOG_GROUP}
    yield Acme(Directory(Table(dynamodb, operators.TABLE), DIRECTORY), logs)
    logs.delete_log_group(logGroupName=LOG_GROUP)
    dynamodb.delete_table(TableName=operators.TABLE)
