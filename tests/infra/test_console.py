"""The console in the template: there only where the file has it, with a role and limits of its own."""

import json

import pytest
from aws_cdk.assertions import Template

from lambdas.environment import file as settings
from tests.infra.conftest import stack_of


@pytest.fixture(scope="module")
def template() -> dict:
    return Template.from_stack(stack_of(settings.load("example"), console=True)).to_json()


def resources(template: dict, kind: str) -> dict[str, dict]:
    return {name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == kind}


def role_of(template: dict) -> dict:
    (function,) = [
        each
        for each in resources(template, "AWS::Lambda::Function").values()
        if each["Handler"] == "lambdas.console.handler.handler"
    ]
    return template["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]


def test_without_the_table_nothing_of_it_is_deployed():
    template = Template.from_stack(stack_of(settings.load("example"))).to_json()
    assert "console" not in json.dumps(template).lower().replace("in the lambda console", "")


def test_its_two_routes_need_no_token_and_are_throttled_by_themselves(template: dict):
    (stage,) = resources(template, "AWS::ApiGateway::Stage").values()
    limits = {each["ResourcePath"]: each for each in stage["MethodSettings"]}
    for path in ("/~1console", "/~1console~1{proxy+}"):
        assert (limits[path]["ThrottlingRateLimit"], limits[path]["ThrottlingBurstLimit"]) == (10, 20)
    assert len(limits) == 4  # and those of the stage and of the token endpoint stay
    assert limits["/*"]["ThrottlingRateLimit"] == 100
    assert limits["/~1oauth2~1token"]["ThrottlingRateLimit"] == 20
    assert template["Outputs"]["ConsoleUrl"]["Value"] == "https://scim.example.com/console"


def test_its_role_may_not_scan_the_table_and_reads_one_parameter(template: dict):
    statements = [
        statement for policy in role_of(template)["Policies"] for statement in policy["PolicyDocument"]["Statement"]
    ]
    actions = {
        action
        for each in statements
        for action in (each["Action"] if isinstance(each["Action"], list) else [each["Action"]])
    }
    assert "dynamodb:Scan" not in actions
    assert not any("*" in action for action in actions)
    (parameter,) = [each["Resource"] for each in statements if each["Action"] == "ssm:GetParameter"]
    assert json.dumps(parameter).endswith(':parameter/scim/example/console"]]}')
    (search,) = [each["Resource"] for each in statements if "logs:FilterLogEvents" in each["Action"]]
    groups = resources(template, "AWS::Logs::LogGroup")
    assert search[0]["Fn::GetAtt"][0] in groups
    assert search[1]["Fn::Join"][1][-1]["Ref"] in groups


def test_no_secret_is_in_the_template(template: dict):
    functions = resources(template, "AWS::Lambda::Function").values()
    (variables,) = [
        each["Environment"]["Variables"] for each in functions if "CONSOLE_SECRET" in each["Environment"]["Variables"]
    ]
    assert variables["CONSOLE_SECRET"] == "/scim/example/console"


def statements_about_queues(template: dict) -> list[dict]:
    statements = [each for policy in role_of(template)["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    return [each for each in statements if "sqs:" in json.dumps(each["Action"])]


def test_its_role_sends_to_the_queues_of_webhooks_and_takes_failed_events_back_alone():
    stack = stack_of(settings.load("example"), console=True, events=True)
    queues, dead = statements_about_queues(Template.from_stack(stack).to_json())
    assert queues["Action"] == ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]
    assert json.dumps(queues["Resource"]).endswith(':scim-example-webhook-product"]]}')
    assert set(dead["Action"]) - set(queues["Action"]) == {"sqs:DeleteMessage", "sqs:ReceiveMessage"}
    assert "sqs:SendMessage" not in dead["Action"]
    assert json.dumps(dead["Resource"]).endswith(':scim-example-webhook-product-dead"]]}')


def test_without_webhooks_its_role_reaches_no_queue(template: dict):
    assert statements_about_queues(template) == []
