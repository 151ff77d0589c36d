"""The saved queries: there where Logs Insights is, and about fields that the records have."""

import re

import pytest

from infra.access_log import FIELDS
from infra.queries import QUERIES, Query
from lambdas import records
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


def names_in(query: Query) -> set[str]:
    """The fields that a query names: its words without texts, patterns, numbers, QL's own words and its own aliases."""
    text = re.sub(r'"[^"]*"|/(?:\\.|[^/])+/', " ", query.text)
    aliases = set(re.findall(r"\bas (\w+)", text)) | set(re.findall(r"\(\?<(\w+)>", query.text))
    words = re.findall(r"`\w+`|@?[A-Za-z_]\w*", text)
    return {word.strip("`") for word in words if word not in WORDS and not word.startswith("@")} - aliases


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_field_that_a_query_names_is_in_the_records(query: Query):
    known = {"event", "function_request_id"}.union(FIELDS, *records.FIELDS.values())
    assert names_in(query)
    assert names_in(query) <= known


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_event_that_a_query_names_is_a_kind_of_record(query: Query):
    events = re.findall(r'event = "([^"]*)"', query.text)
    assert events
    assert set(events) <= set(records.Kind)


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
