"""The saved queries: once per account and region, with fields that the records have."""

import re
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from infra.access_log import FIELDS
from infra.account import STACK
from infra.main import build
from infra.queries import QUERIES, Query
from lambdas import records
from lambdas.environment import file as settings
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
    text = re.sub(r'"[^"]*"|/(?:\\.|[^/])+/|\{\{\w+\}\}', " ", query.text)
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


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_placeholder_has_no_quotes_because_its_value_brings_them(query: Query):
    """CloudWatch Logs: ``$ErrorsByLevel(logLevel = "WARN")`` expands to ``filter level = "WARN"``."""
    assert not re.search(r"""["']\{\{\w+\}\}["']""", query.text)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_conditions_compare_what_functions_return_as_numbers(query: Query):
    """CloudWatch Logs: "Use Boolean operators only in functions that return TRUE or FALSE"; ``strcontains`` returns 0 or 1."""
    for call in re.finditer(r"strcontains\(", query.text):
        depth, end = 1, call.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(query.text[end], 0)
            end += 1
        assert query.text[end:].startswith(" = 1")


@pytest.fixture(scope="module")
def account() -> Template:
    app = build(account_of=settings.load("example"))
    stack = app.node.find_child(STACK)
    assert isinstance(stack, cdk.Stack)
    return Template.from_stack(stack)


def saved_in(template: Template) -> list[dict[str, Any]]:
    return [each["Properties"] for each in template.find_resources("AWS::Logs::QueryDefinition").values()]


def test_an_account_has_every_query_once_for_any_log_group(account: Template):
    saved = saved_in(account)
    assert {each["Name"] for each in saved} == {f"scim/{query.name}" for query in QUERIES}
    assert not any("LogGroupNames" in each for each in saved)
    assert not any(line.startswith(" ") for each in saved for line in each["QueryString"].splitlines())


def test_a_query_describes_its_placeholders(account: Template):
    asked = [each["Parameters"] for each in saved_in(account) if "Parameters" in each]
    assert [[each["Name"] for each in parameters] for parameters in asked] == [["user"]]
    assert all(each["Description"] for parameters in asked for each in parameters)


def test_no_environment_has_queries_of_its_own_because_an_account_may_have_1000(either: Assembly):
    assert not either.all("AWS::Logs::QueryDefinition")
