"""What each function may do, and nothing more."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.conftest import Assembly

HANDLERS = ["api", "authorizer", "changes", "token"]
XRAY = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
Statement = dict[str, Any]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(assembly: Assembly, handler: str) -> Iterator[Statement]:
    """Every statement of a function's role, also of policies that were attached to it."""
    _, function = assembly.function(handler)
    role_id = function["Role"]["Fn::GetAtt"][0]
    role = assembly.role(handler)
    assert "ManagedPolicyArns" not in role
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]
    for policy in assembly.all("AWS::IAM::Policy").values():
        if {"Ref": role_id} in policy["Roles"]:
            yield from policy["PolicyDocument"]["Statement"]


def allowed(assembly: Assembly, handler: str) -> set[str]:
    effective = (each for each in statements(assembly, handler) if each["Effect"] == "Allow")
    return {action for each in effective for action in as_list(each["Action"])} - XRAY


LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}


def dynamodb(*actions: str) -> set[str]:
    return {f"dynamodb:{action}" for action in actions}


STREAM = dynamodb("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")


def test_the_api_may_do_everything_with_items_but_scan(either: Assembly):
    items = dynamodb("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
    assert allowed(either, "api") == LOG | items


@pytest.mark.parametrize("handler", ["api", "changes"])
def test_who_serves_a_directory_may_not_touch_what_decides_who_gets_in(either: Assembly, handler: str):
    denied = next(each for each in denials(either, handler) if "CONNECTIONS" in partitions_of(each))
    partitions = ["TOKEN#*", "CLIENT#*", "JWKS#*", "SESSION#*", "SETUP#*", "LOGIN#*", "CONNECTION#*", "CONNECTIONS"]
    assert denied["Condition"] == {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": partitions}}
    on_items = {action for action in allowed(either, handler) if action.startswith("dynamodb:")} - STREAM
    assert set(denied["Action"]) == on_items


def denials(assembly: Assembly, handler: str) -> list[Statement]:
    return [each for each in statements(assembly, handler) if each["Effect"] == "Deny"]


def partitions_of(denial: Statement) -> list[str]:
    """The partitions that a statement denies, whichever form the template has."""
    return as_list(denial["Condition"]["ForAnyValue:StringLike"]["dynamodb:LeadingKeys"])


@pytest.mark.parametrize("handler", ["api", "changes"])
def test_no_function_may_change_the_version_of_what_is_stored_or_the_list_of_directories(
    either: Assembly, handler: str
):
    (denied,) = [each for each in denials(either, handler) if partitions_of(each) == ["SCHEMA", "DIRECTORIES"]]
    assert set(denied["Action"]) == dynamodb("PutItem", "UpdateItem", "DeleteItem")


def on_partitions(assembly: Assembly, handler: str) -> dict[str, list[str]]:
    """The partitions that each DynamoDB action of a function is allowed on."""
    allowed: dict[str, list[str]] = {}
    for each in statements(assembly, handler):
        for action in as_list(each["Action"]):
            if action.startswith("dynamodb:"):
                assert each["Effect"] == "Allow"
                allowed[action] = each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    return allowed


def test_the_authorizer_may_read_tokens_and_clients_and_keep_the_last_use_of_tokens_and_see_no_directory(
    either: Assembly,
):
    assert allowed(either, "authorizer") == LOG | dynamodb("GetItem", "UpdateItem")
    assert on_partitions(either, "authorizer") == {
        "dynamodb:GetItem": ["TOKEN#*", "CLIENT#*"],
        "dynamodb:UpdateItem": ["TOKEN#*"],
    }


def test_the_token_endpoint_may_write_clients_and_keys_of_issuers_alone_and_also_read_the_schema(either: Assembly):
    assert allowed(either, "token") == LOG | dynamodb("GetItem", "UpdateItem")
    partitions = ["CLIENT#*", "JWKS#*"]
    assert on_partitions(either, "token") == {
        "dynamodb:GetItem": [*partitions, "SCHEMA"],
        "dynamodb:UpdateItem": partitions,
    }


def test_the_function_on_the_stream_may_read_it_sweep_and_leave_what_failed(either: Assembly):
    sweep = dynamodb("Query", "GetItem", "BatchGetItem", "DeleteItem", "UpdateItem", "ConditionCheckItem")
    assert allowed(either, "changes") == LOG | STREAM | sweep | {"sqs:SendMessage"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_may_act_only_on_this_environment_own_resources(either: Assembly, handler: str):
    for statement in statements(either, handler):
        for resource in as_list(statement["Resource"]):
            if resource == "*":
                assert set(as_list(statement["Action"])) <= XRAY, "X-Ray alone knows no resources"
            else:
                assert "Fn::GetAtt" in str(resource)


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_permission_is_a_pattern_of_actions(either: Assembly, handler: str):
    assert not [action for action in allowed(either, handler) if "*" in action]


def test_no_function_may_trace_where_tracing_is_off(local: Assembly):
    assert not local.all("AWS::IAM::Policy")


def test_every_function_has_a_role_of_its_own(either: Assembly):
    roles = [each["Role"]["Fn::GetAtt"][0] for each in either.all("AWS::Lambda::Function").values()]
    assert len(set(roles)) == len(roles) == 4
