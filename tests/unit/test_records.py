"""Records of the log: each has the event, the fields and the metrics of its kind."""

import io
import json
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from scim2_models import InvalidValueException, SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from infra.access_log import FIELDS as ACCESS_FIELDS
from lambdas import metrics, records
from lambdas.api.callers import Caller
from lambdas.api.log import Record
from lambdas.authorizer.credentials import Reason, Refusal
from lambdas.authorizer.log import AccessLog
from lambdas.records import Kind
from lambdas.scim.detail import Detail
from lambdas.scim.log_fields import EFFECTS
from lambdas.scim.trace import DISABLED, Trace
from lambdas.store.meter import Meter

BY_LOGGER = {"level", "location", "message", "service", "timestamp", "xray_trace_id", "exception", "exception_name"}
"""Fields that Powertools' logger adds."""


def record_of(refusal: SCIMException | None) -> dict[str, Any]:
    """Return the record of a request of which everything is known."""
    record = Record({"httpMethod": "GET", "resource": "/Users", "requestContext": {"requestId": "r"}})
    record.caller = Caller(directory="acme", connection="k3x7", token="ab12", scope="provision")
    record.request = ScimRequest(method="GET", base_url="", path="/Users", query={"filter": 'userName eq "ada"'})
    record.trace = Trace("User", "4f96", "ada", "E7", ["userName"], ["add"], became=DISABLED, groups_left=1, results=1)
    record.trace.activity, record.trace.owner, record.trace.linked = DISABLED, "4f97", True
    record.trace.ignored["foo"] = None
    record.refusal = refusal
    return record.fields(ScimResponse(400 if refusal else 200, {}), Meter(1, 1.0, 1.0), "acme")


@pytest.fixture(scope="module")
def authorizer_records() -> list[dict[str, Any]]:
    """Every record that the authorizer writes."""
    stream = io.StringIO()
    log = AccessLog(Logger(service="records-of-the-authorizer", stream=stream), "acme")
    log.refused(Refusal(Reason.SCOPE, "ab12", "k3x7"), 403, "k3x7")
    log.unchecked("k3x7")
    log.used("ab12", "k3x7", "provision", 12.34)
    log.use_not_kept("ab12", ValueError())
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_the_record_of_a_request_has_the_fields_of_its_kind():
    by_operators = {"operator"}
    fields = {"event", "version", "environment", *records.FIELDS[Kind.REQUEST]} - by_operators
    refused = record_of(InvalidValueException(detail=Detail("It is wrong.")))
    assert set(refused) == fields - set(EFFECTS)
    assert set(record_of(None)) == fields - {"detail", "scim_type"}


def test_the_records_of_the_authorizer_have_the_fields_of_their_kinds(authorizer_records: list[dict[str, Any]]):
    seen: dict[Kind, set[str]] = {}
    for record in authorizer_records:
        seen.setdefault(Kind(record["event"]), set()).update(record)
    for kind in (Kind.REFUSED, Kind.TOKEN, Kind.TOKEN_USE):
        assert seen[kind] - BY_LOGGER - {"event", "version", "environment", "_aws"} == records.FIELDS[kind] - BY_LOGGER


def test_api_gateways_records_are_a_kind_of_record():
    assert ACCESS_FIELDS["event"] == Kind.ACCESS.value


def test_every_metric_is_a_field_of_its_kind():
    for kind, units in records.METRICS.items():
        assert set(units) <= records.FIELDS[kind]


def test_the_metrics_of_a_record_are_those_of_its_fields(authorizer_records: list[dict[str, Any]]):
    named = [
        sorted(metric["Name"] for metric in record["_aws"]["CloudWatchMetrics"][0]["Metrics"])
        for record in authorizer_records
        if "_aws" in record
    ]
    assert named == [[records.CREDENTIALS_UNCHECKED], [records.DAYS_UNTIL_EXPIRY]]


def test_metrics_are_kept_by_environment_and_by_connection_only_where_a_token_proved_it():
    token = records.with_metrics(records.record(Kind.TOKEN, environment="acme", connection="k", days_until_expiry=3))
    (directive,) = token["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == metrics.NAMESPACE
    assert directive["Dimensions"] == [["environment"], ["environment", "connection"]]
    refused = records.with_metrics(records.record(Kind.REFUSED, environment="acme", credentials_unchecked=1))
    assert refused["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["environment"]]
