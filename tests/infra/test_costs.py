"""What the documents say an environment costs is computed from the template and the price list."""

import re
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from benchmarks import idle, prices
from benchmarks.default_stack import default_stack
from infra import functions
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


def quoted(pattern: str, *documents: str) -> list[float]:
    """Return the numbers that a pattern finds in documents, at least one in each."""
    found = []
    for document in documents:
        text = " ".join((ROOT / document).read_text().replace("#", " ").split())
        numbers = [float(each) for each in re.findall(pattern, text)]
        assert numbers, f"{document} does not have it"
        found += numbers
    return found


def test_the_price_of_snap_start_is_quoted_as_it_is_computed(template: dict):
    parts = {each.part: each for each in idle.lines(template)}
    places = ("docs/operator/environments.md", "environments/example.toml", "lambdas/environment/file/api.py")
    assert set(quoted(r"about (\d+) USD per month", *places)) == {round(parts["SnapStart, snapshots"].idle)}


def test_the_token_endpoints_snapshot_would_cost_what_its_comment_says():
    gigabytes = functions.TOKEN_ENDPOINT.memory / 1024
    computed = gigabytes * prices.SNAPSHOT_GB_SECOND * idle.HOURS * 3600
    assert quoted(r"a snapshot would cost (\d+) USD a month", "infra/functions.py") == [round(computed)]


SCALE = "docs/operator/scale.md"
CALLS_OF_CHANGES = 200_000


@pytest.mark.parametrize(
    ("pattern", "documents", "price"),
    [
        (r"(\d+) USD per million (?:requests|traces)", (SCALE, "environments/example.toml"), prices.TRACE * 1_000_000),
        (r"Each further connection adds ([\d.]+) USD", (SCALE,), prices.ALARM_METRIC),
        (r"`\[backup\]` adds ([\d.]+) USD for each GB", (SCALE,), prices.KEPT_BACKUP_GB),
        (r"Each costs ([\d.]+) USD a month per environment", ("lambdas/records.py",), prices.METRIC),
        (r"2.2 million read units by index \(([\d.]+) USD\)", (SCALE,), 2_200_000 * prices.READ_UNIT),
        (r"a million read units, ([\d.]+) USD", (SCALE,), 1_000_000 * prices.READ_UNIT),
        (r"about ([\d.]+) USD for the calls", (SCALE,), CALLS_OF_CHANGES * prices.INVOCATION),
        (
            r"([\d.]+) USD for 50 ms of 256 MB each",
            (SCALE,),
            CALLS_OF_CHANGES * 0.05 * functions.CHANGES.memory / 1024 * prices.GB_SECOND,
        ),
    ],
)
def test_every_other_price_in_a_document_is_that_of_the_price_list(
    pattern: str, documents: tuple[str, ...], price: float
):
    assert quoted(pattern, *documents) == pytest.approx([price] * len(documents), abs=0.0051)
