"""The watch in the template: there only where the file has it, called by the clock, with a role that reaches no directory."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

from lambdas.environment import file as settings
from lambdas.records import CONNECTIONS_STALLED
from tests.infra.conftest import stack_of


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return Template.from_stack(stack_of(settings.load("example"), watch=True)).to_json()


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == kind}


def role_of(template: dict[str, Any]) -> dict[str, Any]:
    (function,) = [
        each
        for each in resources(template, "AWS::Lambda::Function").values()
        if each["Handler"] == "lambdas.watch.handler.handler"
    ]
    found: dict[str, Any] = template["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]
    return found


def statements_of(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def test_without_the_table_nothing_of_it_is_deployed() -> None:
    template = Template.from_stack(stack_of(settings.load("example"))).to_json()
    assert resources(template, "AWS::Scheduler::Schedule") == {}
    assert "ProvisioningStalled" not in json.dumps(template)


def test_the_clock_calls_its_alias_every_thirty_minutes_with_a_role_that_can_do_nothing_else(
    template: dict[str, Any],
) -> None:
    (schedule,) = resources(template, "AWS::Scheduler::Schedule").values()
    assert schedule["ScheduleExpression"] == "rate(30 minutes)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    alias = schedule["Target"]["Arn"]["Ref"]
    assert template["Resources"][alias]["Type"] == "AWS::Lambda::Alias"
    caller = template["Resources"][schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]]["Properties"]
    (statement,) = statements_of(caller)
    assert (statement["Action"], statement["Resource"]) == ("lambda:InvokeFunction", {"Ref": alias})
    (trust,) = caller["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_its_role_reads_connections_and_the_log_writes_what_it_reported_and_reaches_no_directory(
    template: dict[str, Any],
) -> None:
    on_table = {}
    for each in statements_of(role_of(template)):
        assert each["Effect"] == "Allow"
        for action in [each["Action"]] if isinstance(each["Action"], str) else each["Action"]:
            if action.startswith("dynamodb:"):
                on_table[action] = each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
            else:
                assert action in {
                    "logs:CreateLogStream",
                    "logs:PutLogEvents",
                    "logs:FilterLogEvents",
                    "xray:PutTraceSegments",
                    "xray:PutTelemetryRecords",
                }
    assert on_table == {
        "dynamodb:Query": ["CONNECTIONS"],
        "dynamodb:BatchGetItem": ["CONNECTION#*", "TOKEN#*", "CLIENT#*"],
        "dynamodb:GetItem": ["WATCH"],
        "dynamodb:PutItem": ["WATCH"],
    }


def test_with_a_bus_it_may_publish_on_it_and_nowhere_else() -> None:
    template = Template.from_stack(stack_of(settings.load("example"), watch=True, events=True)).to_json()
    (publish,) = [each for each in statements_of(role_of(template)) if each["Action"] == "events:PutEvents"]
    (bus,) = resources(template, "AWS::Events::EventBus")
    assert publish["Resource"] == {"Fn::GetAtt": [bus, "Arn"]}


def test_a_stalled_connection_raises_the_alarm_and_a_watch_that_does_not_run_does_too(template: dict[str, Any]) -> None:
    (alarm,) = [
        each
        for each in resources(template, "AWS::CloudWatch::Alarm").values()
        if each.get("MetricName") == CONNECTIONS_STALLED
    ]
    assert (alarm["Namespace"], alarm["Statistic"], alarm["Period"]) == ("ServerlessScim", "Maximum", 3600)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanOrEqualToThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["Dimensions"] == [{"Name": "environment", "Value": "example"}]
    assert alarm["AlarmActions"]
    assert alarm["OKActions"] == alarm["AlarmActions"]


def test_no_other_alarm_goes_off_without_data(template: dict[str, Any]) -> None:
    breaching = [
        name
        for name, each in resources(template, "AWS::CloudWatch::Alarm").items()
        if each["TreatMissingData"] != "notBreaching"
    ]
    assert len(breaching) == 1
    assert "ProvisioningStalled" in breaching[0]
