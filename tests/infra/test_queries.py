"""The saved queries: there where Logs Insights is, and about fields that the records have."""

import functools
import io
import json
import re

import pytest
from aws_lambda_powertools import Logger
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from infra.access_log import FIELDS
from infra.queries import QUERIES, Query
from lambdas.api.callers import Caller
from lambdas.api.log import Record
from lambdas.authorizer.credentials import Reason, Refusal
from lambdas.authorizer.log import AccessLog
from lambdas.changes.sweep import FAILED, SWEPT
from lambdas.scim.trace import DISABLED, Trace
from lambdas.store.table import Meter
from tests.infra.conftest import Assembly

COMMANDS = {"fields", "filter", "limit", "parse", "sort", "stats"}
OPERATORS = {"and", "as", "asc", "by", "desc", "or"}
FUNCTIONS = {
    "avg",
    "coalesce",
    "count",
    "count_distinct",
    "earliest",
    "ispresent",
    "latest",
    "pct",
    "strcontains",
    "sum",
    "tolower",
}
WORDS = COMMANDS | OPERATORS | FUNCTIONS
"""The commands, operators and functions of Logs Insights QL that the queries use."""

FAILURE = {"event", "request_id", "exception_name", "exception"}
"""What :meth:`lambdas.api.log.Record.failure` names."""

SWEEP = {"event", "group", SWEPT, FAILED}
"""What :class:`lambdas.changes.sweep.Sweeper` names."""


def request_fields() -> set[str]:
    """Every field that a record of a request can have: of one of which everything is known."""
    record = Record({"httpMethod": "GET", "resource": "/Users", "requestContext": {"requestId": "r"}})
    record.caller = Caller(directory="acme", connection="k3x7", token="ab12", scope="provision")
    record.operator = "arn:aws:iam::123456789012:user/ann"
    record.request = ScimRequest(method="GET", base_url="", path="/Users", query={"filter": 'userName eq "ada"'})
    record.trace = Trace("User", "4f96", "ada", "E7", ["userName"], ["add"], became=DISABLED, groups_left=1, results=1)
    refusal = ScimResponse(400, {"detail": "It is wrong.", "scimType": "invalidValue"})
    return set(record.fields(refusal, Meter(1, 1.0, 1.0), "acme"))


@functools.cache
def refusal_fields() -> frozenset[str]:
    """Every field of the authorizer's record of a refusal; its handler adds the id of the call to each."""
    stream = io.StringIO()
    AccessLog(Logger(service="fields-of-refusals", stream=stream), "acme").refused(
        Refusal(Reason.SCOPE, "ab12", "k3x7"), 403, "k3x7"
    )
    return frozenset(json.loads(stream.getvalue())) | {"function_request_id"}


def names_in(query: Query) -> set[str]:
    """The fields that a query names: its words without texts, patterns, numbers, QL's own words and its own aliases."""
    text = re.sub(r'"[^"]*"|/(?:\\.|[^/])+/', " ", query.text)
    aliases = set(re.findall(r"\bas (\w+)", text)) | set(re.findall(r"\(\?<(\w+)>", query.text))
    words = re.findall(r"`\w+`|@?[A-Za-z_]\w*", text)
    return {word.strip("`") for word in words if word not in WORDS and not word.startswith("@")} - aliases


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_field_that_a_query_names_is_in_the_records(query: Query):
    known = request_fields() | refusal_fields() | FAILURE | SWEEP | set(FIELDS)
    assert names_in(query)
    assert names_in(query) <= known


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_asks_for_the_placeholders_it_has(query: Query):
    assert set(re.findall(r"\{\{(\w+)\}\}", query.text)) == query.parameters.keys()


def test_a_field_that_no_record_has_would_be_noticed():
    assert names_in(Query("", 'fields user_name | filter event = "x" | stats count(*) as n by `filter`, n')) == {
        "user_name",
        "event",
        "filter",
    }


def test_aws_has_every_query_on_the_environments_log_group(aws: Assembly):
    (log_group,) = aws.all("AWS::Logs::LogGroup")
    saved = aws.all("AWS::Logs::QueryDefinition").values()
    assert {each["Name"] for each in saved} == {f"scim-example/{query.name}" for query in QUERIES}
    assert all(each["LogGroupNames"] == [{"Ref": log_group}] for each in saved)
    assert not any(line.startswith(" ") for each in saved for line in each["QueryString"].splitlines())


def test_a_person_is_told_what_to_fill_in(aws: Assembly):
    asked = [each["Parameters"] for each in aws.all("AWS::Logs::QueryDefinition").values() if "Parameters" in each]
    assert [[each["Name"] for each in parameters] for parameters in asked] == [["user"]]
    assert all(each["Description"] for parameters in asked for each in parameters)


def test_the_local_cloud_has_none(local: Assembly):
    assert not local.all("AWS::Logs::QueryDefinition")
