"""The proof that requests of one cached token check stay apart in the log."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambdas.credentials.connections import new_connection, new_token
from lambdas.operations.connections import GeneratedToken
from scimctl.proof.cached_checks import prove_cached_checks
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Outcome
from tests.unit.operations.log.records import AUTHORIZER_ID, access
from tests.unit.scimctl.proof.conftest import Aws, Endpoint

IDS = ["11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"]


@pytest.fixture
def generated(deployed: Deployed) -> GeneratedToken:
    now = datetime.now(UTC)
    connection = new_connection("scimprobe-check", label="", now=now)
    token, secret = new_token(connection, lifetime=timedelta(days=60), now=now)
    return GeneratedToken(deployed.target.tenant_url(connection.id), secret.text, connection, token)


@pytest.fixture
def log(aws: Aws) -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("logs", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")
        client.create_log_group(logGroupName="/scim/example")
        client.create_log_stream(logGroupName="/scim/example", logStreamName="api")
        aws.clients["logs"] = client
        yield client
        client.delete_log_group(logGroupName="/scim/example")


def answers_with_ids(endpoint: Endpoint) -> None:
    ids = iter(IDS)
    endpoint.answer = lambda *_: (200, {"x-amzn-RequestId": next(ids)}, {})


def put(log: Any, *records: dict[str, Any]) -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    events = [{"timestamp": now, "message": json.dumps(each)} for each in records]
    log.put_log_events(logGroupName="/scim/example", logStreamName="api", logEvents=events)


@pytest.mark.parametrize(
    ("calls", "behavior"),
    [([AUTHORIZER_ID, AUTHORIZER_ID], "repeats the id"), ([AUTHORIZER_ID, "-"], "writes no id")],
)
def test_both_behaviors_of_api_gateway_are_reported_and_proved(
    deployed: Deployed, endpoint: Endpoint, generated: GeneratedToken, log: Any, calls: list[str], behavior: str
):
    answers_with_ids(endpoint)
    put(log, *(access(request_id=key, authorizer_request_id=call) for key, call in zip(IDS, calls, strict=True)))
    result = prove_cached_checks(deployed, generated)
    assert result.outcome is Outcome.PROVED
    assert behavior in result.details[0]


def test_records_that_do_not_arrive_leave_it_unproved(
    deployed: Deployed, endpoint: Endpoint, generated: GeneratedToken, log: Any
):
    answers_with_ids(endpoint)
    put(log, access(request_id=IDS[0]))
    assert prove_cached_checks(deployed, generated).outcome is Outcome.UNPROVED


def test_answers_without_the_id_fail(deployed: Deployed, endpoint: Endpoint, generated: GeneratedToken):
    endpoint.answer = lambda *_: (200, {}, {})
    result = prove_cached_checks(deployed, generated)
    assert result.outcome is Outcome.FAILED
    assert "x-amzn-requestid" in result.details[0]
