"""Webhooks in the template: a rule, a queue and a dead-letter queue for each, and one function with a role of its own."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from infra import nag
from infra.stack import ScimStack
from lambdas.environment import file as settings
from tests.infra.conftest import stack_of
from tests.infra.linting import lint
from tests.infra.test_console import resources


@pytest.fixture(scope="module")
def stack() -> ScimStack:
    return stack_of(settings.load("example"), events=True)


@pytest.fixture(scope="module")
def template(stack: ScimStack) -> dict[str, Any]:
    return Template.from_stack(stack).to_json()


def function_of(template: dict[str, Any]) -> dict[str, Any]:
    functions = resources(template, "AWS::Lambda::Function").values()
    (found,) = [each for each in functions if each["Handler"] == "lambdas.webhooks.handler.handler"]
    return found


def test_without_webhooks_nothing_of_them_is_deployed():
    plain = settings.load("example").model_copy(update={"webhooks": ()})
    template = Template.from_stack(stack_of(plain, events=True)).to_json()
    assert not resources(template, "AWS::Events::Rule")
    handlers = {each["Handler"] for each in resources(template, "AWS::Lambda::Function").values()}
    assert "lambdas.webhooks.handler.handler" not in handlers


def test_a_webhook_gets_the_types_of_its_file_from_the_bus(template: dict[str, Any]):
    (rule,) = resources(template, "AWS::Events::Rule").values()
    assert rule["EventPattern"] == {
        "source": ["scim.example"],
        "detail-type": [
            "urn:ietf:params:scim:event:prov:deactivate",
            "urn:serverless-scim:event:permissions:changed",
        ],
    }
    assert rule["EventBusName"]["Ref"] in resources(template, "AWS::Events::EventBus")


def test_an_event_is_tried_fifteen_times_and_then_kept_for_two_weeks(template: dict[str, Any]):
    queues = {each.get("QueueName"): each for each in resources(template, "AWS::SQS::Queue").values()}
    queue, dead = queues["scim-example-webhook-product"], queues["scim-example-webhook-product-dead"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 15
    assert queue["MessageRetentionPeriod"] > 4 * 86_400
    assert queue["VisibilityTimeout"] >= 6 * function_of(template)["Timeout"]
    assert dead["MessageRetentionPeriod"] == 14 * 86_400
    names = {name.removeprefix("Alarms")[:-8] for name in resources(template, "AWS::CloudWatch::Alarm")}
    assert {"Webhookproduct", "WebhookproductRule"} <= names


def test_a_rule_that_does_not_reach_its_queue_raises_an_alarm(template: dict[str, Any]):
    alarms = resources(template, "AWS::CloudWatch::Alarm").values()
    (alarm,) = [each for each in alarms if each.get("MetricName") == "FailedInvocations"]
    dimensions = {each["Name"]: each["Value"]["Ref"] for each in alarm["Dimensions"]}
    assert dimensions["EventBusName"] in resources(template, "AWS::Events::EventBus"), (
        "of a custom bus, not of the default one"
    )
    assert dimensions["RuleName"].startswith("WebhooksRuleproduct")
    assert (alarm["Threshold"], alarm["TreatMissingData"]) == (1, "notBreaching")


def test_its_role_reads_its_queues_and_secrets_and_writes_deliveries_alone(template: dict[str, Any]):
    role = template["Resources"][function_of(template)["Role"]["Fn::GetAtt"][0]]["Properties"]
    statements = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    by_action: dict[str, Any] = {}
    for each in statements:
        assert each["Effect"] == "Allow"
        for action in each["Action"] if isinstance(each["Action"], list) else [each["Action"]]:
            by_action[action] = each
    assert {each for each in by_action if each.startswith("dynamodb:")} == {"dynamodb:PutItem"}
    condition = by_action["dynamodb:PutItem"]["Condition"]
    assert condition == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["WEBHOOK#*"]}}
    assert "parameter/scim/example/webhooks/product" in str(by_action["ssm:GetParameter"]["Resource"])
    assert not any("*" in action for action in by_action)


@pytest.mark.full  # with the console, it is one of the worked environments, of which a run tests the same
def test_neither_aws_solutions_nor_cfn_lint_finds_anything(tmp_path: Path):
    app = cdk.App(
        context={"aws:cdk:bundling-stacks": []}, outdir=str(tmp_path), builtin_cloud_formation_validation=False
    )
    ScimStack(app, settings.load("example").model_copy(update={"console": None}))
    nag.check(app)
    app.synth()
    assert json.loads((tmp_path / "validation-report.json").read_text())["pluginReports"] == []
    lint(tmp_path / "scim-example.template.json")
