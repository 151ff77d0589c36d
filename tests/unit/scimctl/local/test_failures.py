"""Why a deployment failed, as the operator is told."""

import json
from pathlib import Path

import pytest

from scimctl.local import failures
from scimctl.local.failures import FailedResource

FILTER = FailedResource(
    "Broken",
    "AWS::Logs::MetricFilter",
    'AWS::Logs::MetricFilter create failed: b\'{"__type": "ResourceNotFoundException", '
    '"message": "The specified log group does not exist: no-such-group"}\'',
)
"""As ministack 1.5.33 reports it."""


@pytest.fixture
def log(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "deploy.log"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "scim-local.template.json"
    resources = {"Saved": {"Type": "AWS::Logs::QueryDefinition"}, "Table": {"Type": "AWS::DynamoDB::GlobalTable"}}
    path.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return path


def test_a_failed_resource_is_named_with_what_its_service_said(log, tmp_path):
    shown = failures.explain([FILTER], log("Failed resources: ..."), [tmp_path / "none"])
    assert shown == "Broken (AWS::Logs::MetricFilter): The specified log group does not exist: no-such-group"


def test_a_reason_that_is_plain_text_is_told_in_one_line(log, tmp_path):
    failed = FailedResource("Queue", "AWS::SQS::Queue", "Value -1\n  is out of range")
    assert failures.explain([failed], log(""), [tmp_path]) == "Queue (AWS::SQS::Queue): Value -1 is out of range"


def test_resources_that_were_only_cancelled_are_not_blamed(log, tmp_path):
    cancelled = FailedResource("Table", "AWS::DynamoDB::GlobalTable", "Resource creation cancelled")
    assert failures.explain([cancelled, FILTER], log(""), [tmp_path]).startswith("Broken ")


def test_when_everything_was_cancelled_the_cancelled_are_told(log, tmp_path):
    cancelled = FailedResource("Table", "AWS::DynamoDB::GlobalTable", "Resource creation cancelled")
    assert failures.explain([cancelled], log(""), [tmp_path]).startswith("Table ")


def test_a_resource_of_a_type_that_the_local_cloud_lacks_is_found_in_the_template(log, template):
    text = "Template format error: Unrecognized resource types: [AWS::Logs::QueryDefinition]\n"
    shown = failures.explain([], log(text), [template])
    assert shown == "Saved (AWS::Logs::QueryDefinition): the local cloud does not know this type of resource"


def test_an_app_that_cannot_be_synthesized_is_told_by_what_it_raised(log, tmp_path):
    text = """\
Bundling asset scim-local/Scim/Function/Code/Stage...
Traceback (most recent call last):
  File "/srv/scim/app.py", line 10, in <module>
    build(*choice.environments).synth()
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^
RuntimeError: boom
/srv/scim/.venv/bin/python app.py: Subprocess exited with error 1
"""
    assert failures.explain([], log(text), [tmp_path / "none"]) == "RuntimeError: boom"


def test_only_the_last_lines_of_a_long_log_are_told(log, tmp_path):
    shown = failures.explain([], log("\n\n".join(f"line {number}" for number in range(100))), [tmp_path / "none"])
    assert shown.splitlines() == [f"line {number}" for number in range(92, 100)]


def test_a_missing_log_is_no_second_failure(tmp_path):
    assert failures.explain([], tmp_path / "no.log", [tmp_path / "none"]) == ""
