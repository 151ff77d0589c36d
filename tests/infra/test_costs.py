"""What the documents say an environment costs is computed from the template and the price list."""

from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from benchmarks import idle, prices
from benchmarks.default_stack import default_stack
from lambdas.environment.file import ROOT


@pytest.fixture(scope="module")
def template() -> dict:
    return Template.from_stack(default_stack()).to_json()


@pytest.mark.parametrize("document", ["benchmarks/results/idle.md", "README.md", "docs/operator/scale.md"])
def test_a_document_quotes_the_costs_as_they_are_computed(template: dict, document: str):
    assert idle.costs(template) in (ROOT / document).read_text()


def test_only_functions_with_a_snapshot_cost_one(template: dict):
    parts = {each.part: each for each in idle.lines(template)}
    kept = (1024 + 512) / 1024  # the API and the authorizer
    assert parts["SnapStart, snapshots"].idle == pytest.approx(kept * prices.SNAPSHOT_GB_SECOND * 30.4 * 86_400)
    without = {
        key: {**each, "Properties": {name: value for name, value in each["Properties"].items() if name != "SnapStart"}}
        for key, each in template["Resources"].items()
        if "Properties" in each
    }
    parts = {each.part: each for each in idle.lines({"Resources": without})}
    assert parts["SnapStart, snapshots"].idle == parts["SnapStart, restores"].connected == 0


def test_an_idle_environment_pays_for_what_exists_and_a_connected_one_for_what_it_does_as_well(template: dict):
    for each in idle.lines(template):
        assert each.connected >= each.idle >= 0
    assert {each.part for each in idle.lines(template) if each.idle == 0} == {
        "SnapStart, restores",
        "custom metrics",
        "requests",
    }


def test_an_alarm_of_metric_math_pays_for_each_metric(template: dict):
    (alarms,) = [each for each in idle.lines(template) if each.part == "alarms"]
    count = len([each for each in template["Resources"].values() if each["Type"] == "AWS::CloudWatch::Alarm"])
    assert alarms.how.startswith(f"{count + 1} metrics")


def test_the_report_is_where_the_documents_say():
    assert "(benchmarks/results/idle.md)" in Path(ROOT / "README.md").read_text()
