"""Everything about one request: its records found by any of its ids, joined, and told with what to do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambdas.operations.log.events import Record
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.request_history import RequestHistory, find
from scimctl.guide import guide
from tests.unit.operations.log.filter_patterns import matches
from tests.unit.operations.log.records import (
    AUTHORIZER_ID,
    CHANGES_ID,
    FUNCTION_ID,
    REQUEST_ID,
    USER_ID,
    access,
    failure,
    refused,
    request,
    sweep,
)

GROUP = "/scim/acme"
GUIDE = guide("acme")
REPORT = {
    "type": "platform.report",
    "record": {
        "requestId": FUNCTION_ID,
        "status": "timeout",
        "metrics": {"durationMs": 28000.0, "maxMemoryUsedMB": 120, "memorySizeMB": 1024},
    },
}


class Filtering:
    """A client of a log group that filters by patterns of JSON, as AWS does and moto does not."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.given = 0

    def filter_log_events(self, **request: Any) -> Any:
        answer = self.client.filter_log_events(**request)
        taken = [each for each in answer["events"] if matches(request.get("filterPattern", ""), each["message"])]
        self.given += len(taken)
        return {**answer, "events": taken}


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        logs = boto3.client("logs", "eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing")
        logs.create_log_group(logGroupName=GROUP)
        logs.create_log_stream(logGroupName=GROUP, logStreamName="scim")
        yield logs
        logs.delete_log_group(logGroupName=GROUP)  # moto keeps it while any test's mock is active


def put(client: Any, *records: Record, ago: timedelta = timedelta(minutes=1)) -> None:
    at = int((datetime.now(UTC) - ago).timestamp() * 1000)
    events = [{"timestamp": at + number, "message": json.dumps(record)} for number, record in enumerate(records)]
    client.put_log_events(logGroupName=GROUP, logStreamName="scim", logEvents=events)


def found(client: Any, wanted: str, *, since: datetime | None = None) -> list[RequestHistory]:
    reader = LogReader(client, GROUP, "the test", "")
    return find(reader, wanted, since, lambda _: None)


def only(client: Any, wanted: str) -> RequestHistory:
    (history,) = found(client, wanted)
    return history


def noise(client: Any) -> None:
    """Other requests before, between and after."""
    others = [
        request(request_id="99999999-0000-4000-8000-000000000000"),
        access(request_id="99999999-0000-4000-8000-000000000000"),
    ]
    put(client, *others, refused(function_request_id="88888888-0000-4000-8000-000000000000"), ago=timedelta(seconds=59))


@pytest.mark.parametrize("wanted", [REQUEST_ID, REQUEST_ID[:8], FUNCTION_ID])
@pytest.mark.parametrize("filters", [True, False])
def test_a_failed_request_is_found_whole_by_each_of_its_ids(client: Any, wanted: str, filters: bool):
    gateway = access(status="500", function_request_id=FUNCTION_ID)
    put(client, failure(), request(status=500), REPORT, gateway)
    noise(client)
    history = only(Filtering(client) if filters else client, wanted)
    assert history.request is not None
    assert history.access is not None
    assert history.failure is not None
    assert [each.record["type"] for each in history.functions] == ["platform.report"]
    assert "Traceback" in history.failure.record["exception"]


@pytest.mark.parametrize("wanted", [REQUEST_ID, AUTHORIZER_ID[:8]])
def test_refused_credentials_are_joined_with_api_gateways_record(client: Any, wanted: str):
    put(client, refused(), access(status="401", refusal="UNAUTHORIZED", authorizer_request_id=AUTHORIZER_ID))
    noise(client)
    history = only(Filtering(client), wanted)
    assert history.credentials is not None
    assert history.credentials.record["reason"] == "expired"
    assert history.access is not None
    assert history.access.record["source_ip"] == "203.0.113.7"
    cause = history.cause(GUIDE)
    assert cause is not None
    assert cause.why == "the token has expired"
    assert "scimctl tokens create k3x7m2qwertyuiop --environment acme" in cause.remedy


def test_requests_that_one_check_of_a_token_let_through_are_not_merged(client: Any):
    """API Gateway may write the id of a cached check for every request that uses it."""
    other = "aaaaaaaa-0000-4000-8000-000000000000"
    put(client, request(), access(authorizer_request_id=AUTHORIZER_ID))
    put(client, request(request_id=other), access(request_id=other, authorizer_request_id=AUTHORIZER_ID))
    history = only(Filtering(client), REQUEST_ID)
    assert {each.record["request_id"] for each in history.events} == {REQUEST_ID}
    assert len(history.events) == 2
    assert len(found(Filtering(client), AUTHORIZER_ID)) == 2


def test_a_refusal_does_not_belong_to_the_request_that_its_cached_check_let_through(client: Any):
    """A token may do some requests of its connection and not others; the policy of one check decides over both."""
    other = "aaaaaaaa-0000-4000-8000-000000000000"
    denied = access(status="403", refusal="ACCESS_DENIED", authorizer_request_id=AUTHORIZER_ID)
    put(client, refused(status=403, reason="scope"), denied)
    put(client, request(request_id=other), access(request_id=other, authorizer_request_id=AUTHORIZER_ID))
    assert only(Filtering(client), other).credentials is None
    history = only(Filtering(client), REQUEST_ID)
    assert history.credentials is not None
    assert history.credentials.record["reason"] == "scope"


def test_lambdas_report_of_a_check_is_found_by_its_id(client: Any):
    report = {"type": "platform.report", "record": {"requestId": AUTHORIZER_ID, "status": "success"}}
    put(client, report, request(), access(authorizer_request_id=AUTHORIZER_ID))
    history = only(Filtering(client), AUTHORIZER_ID)
    assert [each.record["type"] for each in history.events] == ["platform.report"]


@pytest.mark.parametrize("wanted", ['x" || $.a = "', "*", "a" * 101, ""])
def test_a_text_that_cannot_be_an_id_is_not_searched_for(client: Any, wanted: str):
    put(client, request())
    assert found(client, wanted) == []


def test_a_request_that_no_function_saw_is_known_by_api_gateways_record(client: Any):
    put(client, access(status="429", refusal="THROTTLED"))
    history = only(client, REQUEST_ID)
    assert history.request is None
    cause = history.cause(GUIDE)
    assert cause is not None
    assert "too many requests" in cause.why


def test_a_function_that_was_ended_is_told_by_lambdas_report(client: Any):
    put(client, REPORT, access(status="504", refusal="INTEGRATION_TIMEOUT", function_request_id=FUNCTION_ID))
    history = only(client, REQUEST_ID)
    assert history.functions[0].record["record"]["status"] == "timeout"


def test_the_sweep_after_a_deleted_group_belongs_to_its_deletion(client: Any):
    deletion = request(method="DELETE", route="/Groups/{id}", resource_type="Group", resource_id=USER_ID, status=204)
    put(client, deletion)
    put(client, sweep(), sweep(group="another"), ago=timedelta(seconds=30))
    history = only(client, REQUEST_ID)
    assert [each.record["group"] for each in history.sweeps] == [USER_ID]


@pytest.mark.parametrize("wanted", [CHANGES_ID, CHANGES_ID[:8]])
def test_a_sweep_that_failed_is_found_by_the_call_that_failed_with_what_to_do(client: Any, wanted: str):
    failed = sweep(sweeps_failed=1, exception="Traceback: it was throttled")
    other = sweep(group="another", function_request_id="77777777-0000-4000-8000-000000000000")
    put(client, failed, other)
    history = only(Filtering(client), wanted)
    assert [each.record["group"] for each in history.sweeps] == [USER_ID]
    cause = history.cause(GUIDE)
    assert cause is not None
    assert "scimctl directories verify --repair --environment acme" in cause.remedy


def test_a_sweep_that_failed_and_ended_later_needs_nothing(client: Any):
    deletion = request(method="DELETE", route="/Groups/{id}", resource_type="Group", resource_id=USER_ID, status=204)
    put(client, deletion, sweep(sweeps_failed=1))
    put(client, sweep(function_request_id="77777777-0000-4000-8000-000000000000"), ago=timedelta(seconds=30))
    for wanted in (REQUEST_ID, CHANGES_ID):
        history = only(Filtering(client), wanted)
        assert [each.record["sweeps_failed"] for each in history.sweeps] == [1, 0]
        assert history.cause(GUIDE) is None


def test_a_request_that_succeeded_has_nothing_to_do(client: Any):
    put(client, request())
    assert only(client, REQUEST_ID).cause(GUIDE) is None


def test_an_id_is_looked_for_in_ever_longer_times(client: Any):
    put(client, request(), ago=timedelta(days=3))
    assert only(client, REQUEST_ID).request is not None
    assert found(client, REQUEST_ID, since=datetime.now(UTC) - timedelta(days=1)) == []


def test_too_little_of_an_id_finds_each_request_that_begins_so(client: Any):
    put(client, request(request_id="aaaaaaaa-1"), access(request_id="aaaaaaaa-1"), request(request_id="aaaaaaaa-2"))
    assert len(found(client, "aaaaaa")) == 2
    assert len(found(client, "aaaaaaaa-1")) == 1


def test_a_whole_id_is_not_taken_for_the_beginning_of_another(client: Any):
    put(client, request(request_id="aaaaaaaa"), request(request_id="aaaaaaaa-2"))
    (history,) = found(client, "aaaaaaaa")
    assert history.request is not None
    assert history.request.record["request_id"] == "aaaaaaaa"


def test_an_unknown_id_finds_nothing(client: Any):
    noise(client)
    assert found(client, REQUEST_ID) == []


def test_a_program_gets_the_records_and_the_remedy_without_the_metrics_directive(client: Any):
    put(client, request(status=409, scim_type="uniqueness", resource_name="ada", _aws={"x": 1}))
    told = only(client, REQUEST_ID).as_json(GUIDE)
    assert told["request"]["status"] == 409
    assert "_aws" not in told["request"]
    assert "scimctl users show ada --environment acme" in told["what_to_do"]
    json.dumps(told)
