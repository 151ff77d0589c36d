"""What an environment takes of an account's quotas is what the table in docs/operator/fleet.md says."""

import re
from collections import Counter

import pytest
from aws_cdk.assertions import Template

from benchmarks.default_stack import default_stack
from lambdas.environment.file import ROOT

KINDS = {
    "alarms with a query on metrics": "query",
    "Regional REST APIs": "AWS::ApiGateway::RestApi",
    "DynamoDB tables": "AWS::DynamoDB::GlobalTable",
    "saved queries": "AWS::Logs::QueryDefinition",
}
"""Row of the table to the type of resource; ``query`` stands for alarms of a Metrics Insights query."""


@pytest.fixture(scope="module")
def taken() -> Counter[str]:
    """How many resources of a type an environment with default settings has."""
    resources = Template.from_stack(default_stack()).to_json()["Resources"].values()
    counts = Counter(each["Type"] for each in resources)
    alarms = [each["Properties"] for each in resources if each["Type"] == "AWS::CloudWatch::Alarm"]
    expressions = (str(each.get("Expression", "")) for alarm in alarms for each in alarm.get("Metrics", ()))
    counts["query"] = len([each for each in expressions if each.startswith("SELECT")])
    return counts


@pytest.fixture(scope="module")
def rows() -> dict[str, list[str]]:
    """The table: its first column to the others."""
    text = (ROOT / "docs" / "operator" / "fleet.md").read_text()
    table = text.partition("## How many environments fit")[2]
    found = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|")
    return {cells[0]: cells[1:] for cells in found}


@pytest.mark.parametrize("row", KINDS)
def test_the_table_names_what_an_environment_takes(rows: dict[str, list[str]], taken: Counter[str], row: str):
    (number,) = re.findall(r"^\d+", rows[row][2])
    assert int(number) == taken[KINDS[row]]


def test_the_table_names_the_roles_with_and_without_that_of_api_gateways_log(
    rows: dict[str, list[str]], taken: Counter[str]
):
    (of_functions, with_log) = map(int, re.findall(r"\d+", rows["IAM roles (for the whole account)"][2]))
    assert (of_functions, with_log) == (taken["AWS::IAM::Role"] - 1, taken["AWS::IAM::Role"])


def test_the_quota_divided_by_what_is_taken_is_how_many_fit(rows: dict[str, list[str]]):
    for row in ("alarms with a query on metrics", "Regional REST APIs", "DynamoDB tables", "CloudFormation stacks"):
        quota, _, takes, fit, source = rows[row]
        assert source.startswith("[")
        assert int(fit.replace(",", "")) == int(quota.replace(",", "")) // int(takes)
