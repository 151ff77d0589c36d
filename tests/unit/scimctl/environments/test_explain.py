"""`scimctl environments explain`: the failures of the last deployment, from the events of the stack."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from scimctl.environments.explain import failures_of
from scimctl.main import app
from tests.unit.scimctl.cloudformation import StandIn
from tests.unit.scimctl.operators import refused

STACK = "scim-acme"


def event(resource: str, status: str, reason: str = "") -> dict[str, Any]:
    return {
        "StackId": "arn:aws:cloudformation:eu-west-1:1:stack/scim-acme/1",
        "EventId": f"{resource}-{status}",
        "StackName": STACK,
        "LogicalResourceId": resource,
        "ResourceType": "AWS::IAM::Role",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "Timestamp": "2027-01-31T12:00:00Z",
    }


def failures(*newest_first: dict[str, Any]) -> list[tuple[str, str]]:
    client = boto3.client("cloudformation", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_response("describe_stack_events", {"StackEvents": list(newest_first)}, {"StackName": STACK})
        return [(each.logical_id, each.reason) for each in failures_of(client, STACK)]


QUOTA = "Cannot exceed quota for RolesPerAccount: 1000"


def test_the_cause_is_named_and_neither_what_it_cancelled_nor_an_earlier_deployment():
    assert failures(
        event(STACK, "ROLLBACK_COMPLETE"),
        event("Topic", "CREATE_FAILED", "Resource creation cancelled"),
        event("Role", "CREATE_FAILED", QUOTA),
        event(STACK, "CREATE_IN_PROGRESS", "User Initiated"),
        event("Table", "UPDATE_FAILED", "an earlier one"),
    ) == [("Role", QUOTA)]


def test_a_deployment_that_succeeded_has_no_failures():
    assert failures(event(STACK, "UPDATE_COMPLETE"), event(STACK, "UPDATE_IN_PROGRESS", "User Initiated")) == []


def test_a_log_of_the_cdk_is_explained(tmp_path: Path):
    log = tmp_path / "deploy.log"
    log.write_text(
        "Synthesis time: 4s\nNeed to perform AWS calls for account 1, but no credentials have been configured\n"
    )
    ran = CliRunner().invoke(app, ["environments", "explain", "acme", "--log", str(log)])
    assert ran.exit_code == 1
    assert "run `aws sso login` or set AWS_PROFILE" in ran.stdout


@pytest.mark.parametrize("text", ["", "Synthesis time: 4s"])
def test_a_log_without_a_known_reason_says_so(tmp_path: Path, text: str):
    log = tmp_path / "deploy.log"
    log.write_text(text)
    ran = CliRunner().invoke(app, ["environments", "explain", "acme", "--log", str(log)])
    assert "No known reason" in ran.stdout


@pytest.mark.usefixtures("operator")
def test_an_environment_without_a_stack_is_answered_with_what_to_do(cloudformation: StandIn):
    cloudformation.stacks.clear()
    said = refused("environments", "explain", "acme")
    assert "There is no stack scim-acme in eu-west-1: correct `aws.region`, or pass with --log" in said
