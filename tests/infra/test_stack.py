"""The table, the functions, the stream and the log."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Annotations, Match, Template

from infra import interpreters
from lambdas.environment import file as settings
from lambdas.environment.file import Logs
from tests.infra.conftest import Assembly, new_stack_of, stack_of

HANDLERS = ["api", "authorizer", "changes", "token"]


def test_the_table_has_the_agreed_keys_and_no_secondary_index(either: Assembly):
    table = either.only("AWS::DynamoDB::GlobalTable")
    assert table["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert {each["AttributeType"] for each in table["AttributeDefinitions"]} == {"S"}
    assert "GlobalSecondaryIndexes" not in table
    assert "LocalSecondaryIndexes" not in table


def test_the_table_is_on_demand_encrypted_recoverable_streamed_and_forgets_what_expired(either: Assembly):
    recoverable = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    either.template.has_resource_properties(
        "AWS::DynamoDB::GlobalTable",
        {
            "BillingMode": "PAY_PER_REQUEST",
            "SSESpecification": {"SSEEnabled": True},
            "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
            "Replicas": [Match.object_like(recoverable)],
        },
    )


@pytest.mark.parametrize(
    ("kind", "deletion"),
    [("AWS::DynamoDB::GlobalTable", "Retain"), ("AWS::Logs::LogGroup", "RetainExceptOnCreate")],
)
def test_data_outlives_the_stack_where_the_file_says_so_and_only_there(
    aws: Assembly, local: Assembly, kind: str, deletion: str
):
    """A log group of a stack that failed to be created is deleted. A protected table cannot be."""
    for assembly, policies in ((aws, (deletion, "Retain")), (local, ("Delete", "Delete"))):
        (resource,) = [each for each in assembly.json["Resources"].values() if each["Type"] == kind]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == policies


def test_a_table_that_is_retained_also_refuses_to_be_deleted(aws: Assembly, local: Assembly):
    assert aws.only("AWS::DynamoDB::GlobalTable")["Replicas"][0]["DeletionProtectionEnabled"] is True
    assert not local.only("AWS::DynamoDB::GlobalTable")["Replicas"][0].get("DeletionProtectionEnabled")


def test_an_environment_for_aws_is_retained_by_its_template_in_the_local_cloud_too():
    """ministack 1.5.33 honours the policy (tests/e2e/test_side_by_side.py) and drops the protection, so it is proved here."""
    template = Template.from_stack(stack_of(settings.load("example", platform="local")))
    for kind, deletion in (("AWS::DynamoDB::GlobalTable", "Retain"), ("AWS::Logs::LogGroup", "RetainExceptOnCreate")):
        template.all_resources(kind, {"DeletionPolicy": deletion, "UpdateReplacePolicy": "Retain"})
    (table,) = template.find_resources("AWS::DynamoDB::GlobalTable").values()
    assert table["Properties"]["Replicas"][0]["DeletionProtectionEnabled"] is True


def test_the_functions_that_clients_wait_for_are_restored_from_a_snapshot_and_no_other(aws: Assembly):
    for handler in ("api", "authorizer"):
        assert aws.function(handler)[1]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert "SnapStart" not in aws.function("changes")[1], "a snapshot is charged for as long as it is kept"


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_function_runs_on_arm64_with_python_3_13(aws: Assembly, handler: str):
    _, function = aws.function(handler)
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]


@pytest.mark.parametrize("handler", HANDLERS)
def test_every_function_has_an_alias_on_a_published_version(either: Assembly, handler: str):
    function_id, _ = either.function(handler)
    (alias,) = [
        each for each in either.all("AWS::Lambda::Alias").values() if each["FunctionName"] == {"Ref": function_id}
    ]
    version, attribute = alias["FunctionVersion"]["Fn::GetAtt"]
    assert attribute == "Version"
    assert either.all("AWS::Lambda::Version")[version]["FunctionName"] == {"Ref": function_id}


def test_nothing_calls_a_function_past_its_alias(either: Assembly):
    callers = either.all("AWS::Lambda::Permission") | either.all("AWS::Lambda::EventSourceMapping")
    aliases = either.all("AWS::Lambda::Alias").keys()
    assert callers
    assert all(each["FunctionName"]["Ref"] in aliases for each in callers.values())


def test_the_api_ends_before_its_gateway_gives_up(either: Assembly):
    assert either.function("api")[1]["Timeout"] < 29


def test_every_function_writes_json_to_the_one_log_group(either: Assembly):
    (log_group,) = either.all("AWS::Logs::LogGroup")
    for function in either.all("AWS::Lambda::Function").values():
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert function["LoggingConfig"]["LogGroup"] == {"Ref": log_group}


def test_a_function_is_told_its_table_and_how_it_is_addressed(aws: Assembly, local: Assembly):
    for assembly, addressing in ((aws, "host"), (local, "path")):
        (table,) = assembly.all("AWS::DynamoDB::GlobalTable")
        variables = assembly.function("api")[1]["Environment"]["Variables"]
        assert variables["TABLE_NAME"] == {"Ref": table}
        assert variables["ADDRESSING"] == addressing
        assert variables["ENVIRONMENT"] == assembly.name
        assert variables["POWERTOOLS_SERVICE_NAME"] == "scim"


def test_tracing_is_on_where_the_file_says_so(aws: Assembly, local: Assembly):
    assert {each["TracingConfig"]["Mode"] for each in aws.all("AWS::Lambda::Function").values()} == {"Active"}
    assert not [each for each in local.all("AWS::Lambda::Function").values() if "TracingConfig" in each]
    assert aws.only("AWS::ApiGateway::Stage")["TracingEnabled"] is True
    assert not local.only("AWS::ApiGateway::Stage").get("TracingEnabled")


REMOVED = {
    "eventName": ["REMOVE"],
    "dynamodb": {"Keys": {"pk": {"S": [{"suffix": "#USER"}, {"suffix": "#GROUP"}]}}},
}
CHANGED = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"pk": {"S": [{"suffix": "#USER"}]}}}}


def patterns(assembly: Assembly) -> list[dict[str, Any]]:
    filters = assembly.only("AWS::Lambda::EventSourceMapping")["FilterCriteria"]["Filters"]
    return [json.loads(each["Pattern"]) for each in filters]


def test_only_removed_users_and_groups_reach_the_function_on_the_stream(local: Assembly):
    assert patterns(local) == [REMOVED]


def test_changed_users_reach_it_too_where_there_are_permission_sets(aws: Assembly):
    assert patterns(aws) == [REMOVED, CHANGED]


def test_a_change_that_fails_is_repeated_alone_and_kept_when_it_is_given_up(either: Assembly):
    source = either.only("AWS::Lambda::EventSourceMapping")
    (queue,) = either.all("AWS::SQS::Queue")
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BisectBatchOnFunctionError"] is True
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [queue, "Arn"]}


def test_the_log_is_kept_for_as_long_as_the_file_says(aws: Assembly, local: Assembly):
    assert aws.only("AWS::Logs::LogGroup")["RetentionInDays"] == 365
    assert local.only("AWS::Logs::LogGroup")["RetentionInDays"] == 7


def test_every_request_that_is_refused_is_counted_by_its_record_in_the_access_log(either: Assembly):
    filtering = either.only("AWS::Logs::MetricFilter")
    (group,) = either.all("AWS::Logs::LogGroup")
    assert filtering["LogGroupName"] == {"Ref": group}
    pattern = '{ ($.event = "api.access") && (($.status = "401") || ($.status = "403")) }'
    assert filtering["FilterPattern"] == pattern
    (metric,) = filtering["MetricTransformations"]
    assert (metric["MetricNamespace"], metric["MetricName"]) == ("ServerlessScim", "requests_refused")
    assert metric["Dimensions"] == [{"Key": "environment", "Value": "$.environment"}]
    record = json.loads(either.only("AWS::ApiGateway::Stage")["AccessLogSetting"]["Format"])
    assert record["status"] == "$context.status"


@pytest.mark.parametrize("seconds", [0, 1, 3600])
def test_a_checked_token_is_trusted_for_as_long_as_the_file_says_and_not_at_all_for_0(seconds: int):
    example = settings.load("example")
    changed = example.api.model_copy(update={"authorizer_cache_seconds": seconds})
    template = Template.from_stack(stack_of(example.model_copy(update={"api": changed})))
    (authorizer,) = template.find_resources("AWS::ApiGateway::Authorizer").values()
    assert authorizer["Properties"]["AuthorizerResultTtlInSeconds"] == seconds


def test_operators_and_tools_find_what_they_need_in_the_outputs(aws: Assembly, local: Assembly):
    everywhere = {"BaseUrl", "TableName", "LogGroupName", "ApiId", "Schema", "Version"}
    assert local.json["Outputs"].keys() == everywhere
    assert aws.json["Outputs"].keys() == everywhere | {"DomainTarget", "DomainTargetZone"}


def test_the_local_stack_holds_nothing_that_the_local_cloud_does_not_know(local: Assembly):
    kinds = {each["Type"] for each in local.json["Resources"].values()}
    assert not kinds & {"AWS::CDK::Metadata", "AWS::Logs::QueryDefinition", "AWS::CloudWatch::CompositeAlarm"}


def test_functions_start_without_a_snapshot_and_log_more_where_the_file_says_so():
    example = settings.load("example")
    changed = {"api": example.api.model_copy(update={"snap_start": False}), "logs": Logs(level="DEBUG")}
    stack = stack_of(example.model_copy(update=changed))
    functions = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
    assert len(functions) == len(HANDLERS)
    for function in functions:
        assert "SnapStart" not in function["Properties"]
        assert function["Properties"]["LoggingConfig"]["ApplicationLogLevel"] == "DEBUG"
        assert function["Properties"]["Environment"]["Variables"]["LOG_LEVEL"] == "DEBUG"


def test_who_deploys_from_a_machine_that_cannot_compile_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(interpreters, "find", lambda _: None)
    stack = new_stack_of(settings.load("example"), console=False, events=False, watch=False)
    warnings = Annotations.from_stack(stack)
    warnings.has_warning("/scim-example", Match.string_like_regexp("Python 3.13 is not installed"))
