"""Change events in the template: there only where the file has a bus, with a role, a queue and alarms of their own."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Template

import benchmarks.events
from infra.stack import ScimStack
from lambdas.environment import file as settings
from lambdas.environment.file import Events
from tests.infra.conftest import stack_of
from tests.infra.test_console import resources


def stack_with(events: Events | None) -> ScimStack:
    return stack_of(settings.load("example").model_copy(update={"events": events, "webhooks": ()}), events=True)


@pytest.fixture(scope="module")
def stack() -> ScimStack:
    return stack_with(Events())


@pytest.fixture(scope="module")
def template(stack: ScimStack) -> dict[str, Any]:
    return Template.from_stack(stack).to_json()


def statements(template: dict[str, Any]) -> list[dict[str, Any]]:
    (function,) = [
        each
        for each in resources(template, "AWS::Lambda::Function").values()
        if each["Handler"] == "lambdas.events.handler.handler"
    ]
    role = template["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]
    return [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]


def allowed(template: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for each in statements(template):
        if each["Effect"] == "Allow":
            found |= set(each["Action"] if isinstance(each["Action"], list) else [each["Action"]])
    return found


@pytest.mark.parametrize("events", [None, Events(bus=False)], ids=["no table", "no bus"])
def test_without_a_bus_nothing_of_it_is_deployed(events: Events | None):
    template = Template.from_stack(stack_with(events)).to_json()
    kinds = {each["Type"] for each in template["Resources"].values()}
    assert not {kind for kind in kinds if kind.startswith("AWS::Events")}
    assert len(resources(template, "AWS::Lambda::EventSourceMapping")) == 1
    assert len(resources(template, "AWS::SQS::Queue")) == 1
    assert "EventBusName" not in template["Outputs"]


def test_the_bus_is_named_after_the_environment(template: dict[str, Any]):
    (bus,) = resources(template, "AWS::Events::EventBus").values()
    assert bus["Name"] == "scim-example"
    assert "EventBusName" in template["Outputs"]


def test_without_a_guard_the_function_gets_none_of_its_counters():
    environment = settings.load("example").model_copy(update={"events": Events(), "webhooks": (), "guard": None})
    template = Template.from_stack(stack_of(environment, events=True)).to_json()
    assert "reported" not in json.dumps(resources(template, "AWS::Lambda::EventSourceMapping"))


def test_the_function_gets_changes_of_users_groups_and_mappings_and_reports_of_the_guard(template: dict[str, Any]):
    sources = resources(template, "AWS::Lambda::EventSourceMapping").values()
    (source,) = [each for each in sources if "#PERMISSION" in json.dumps(each)]
    pattern, guard = [json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]]
    suffixes = [{"suffix": "#USER"}, {"suffix": "#GROUP"}, {"suffix": "#PERMISSION"}]
    assert pattern == {"dynamodb": {"Keys": {"pk": {"S": suffixes}}}}
    assert guard == {"dynamodb": {"NewImage": {"reported": {"N": [{"exists": True}]}}}}, "the example has a guard"
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BatchSize"] == benchmarks.events.BATCH
    assert source["BisectBatchOnFunctionError"] is True
    assert source["DestinationConfig"]["OnFailure"]


def test_its_role_reads_the_directory_publishes_on_one_bus_and_writes_nothing(template: dict[str, Any]):
    reads = {"dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"}
    stream = {f"dynamodb:{each}" for each in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}
    log = {"logs:CreateLogStream", "logs:PutLogEvents"}
    xray = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
    assert allowed(template) - xray == reads | stream | log | {"events:PutEvents", "sqs:SendMessage"}
    (publish,) = [each for each in statements(template) if each.get("Action") == "events:PutEvents"]
    (bus,) = resources(template, "AWS::Events::EventBus")
    assert publish["Resource"] == {"Fn::GetAtt": [bus, "Arn"]}
    denied = [each for each in statements(template) if each["Effect"] == "Deny"]
    (credentials,) = [each for each in denied if "TOKEN#*" in str(each["Condition"])]
    assert set(credentials["Action"]) == reads


def test_events_that_are_not_published_or_late_raise_alarms(template: dict[str, Any]):
    names = {name.removeprefix("Alarms")[:-8] for name in resources(template, "AWS::CloudWatch::Alarm")}
    assert {"EventDeadLetters", "EventsBehind"} <= names
