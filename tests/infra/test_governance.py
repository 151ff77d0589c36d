"""A file with every key about its account: what the stack does with them, and that it keeps all rules."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.main import build
from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from lambdas.environment.file.aws import OWN_TAGS
from lambdas.version import VERSION
from tests.infra.conftest import Assembly, stack_of
from tests.infra.test_permissions import as_list, statements
from tests.infra.test_settings import BOUNDARY, KEY, OTHER

HANDLERS = ["api", "authorizer", "changes"]


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """A stack with every key about its account, synthesized with all rules of cdk-nag."""
    folder = tmp_path_factory.mktemp("governed")
    alarms = {"address": ["night@acme.io", "day@acme.io"]}
    build(Environment.model_validate({**OTHER, "alarms": alarms}), outdir=str(folder)).synth()
    return Assembly(folder, "other")


def test_a_stack_with_every_key_breaks_no_rule_without_a_reason(governed: Assembly):
    assert json.loads((governed.folder / "validation-report.json").read_text())["pluginReports"] == []


def test_the_stack_and_the_tags_name_the_version(governed: Assembly, aws: Assembly, local: Assembly):
    assert local.json["Outputs"]["Version"]["Value"].partition("+")[0] == VERSION
    assert "Tags" not in local.only("AWS::Logs::LogGroup"), "the local cloud replaces a table whose tags change"
    for assembly in (governed, aws):
        assert assembly.json["Outputs"]["Version"]["Value"].partition("+")[0] == VERSION
        tags = {each["Key"]: each["Value"] for each in assembly.only("AWS::Logs::LogGroup")["Tags"]}
        assert tags["scim:version"] == VERSION
        assert tags["scim:environment"] == assembly.name


@pytest.mark.parametrize(
    "kind",
    ["AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::ApiGateway::RestApi", "AWS::IAM::Role", "AWS::SNS::Topic"],
)
def test_every_resource_that_is_charged_has_the_tags_of_the_file(governed: Assembly, kind: str):
    for resource in governed.all(kind).values():
        assert {each["Key"] for each in resource["Tags"]} >= {"Team", *OWN_TAGS}


def test_the_table_has_the_tags_of_the_file(governed: Assembly):
    (replica,) = governed.only("AWS::DynamoDB::GlobalTable")["Replicas"]
    assert {each["Key"] for each in replica["Tags"]} == {"Team", *OWN_TAGS}


def test_every_role_is_bounded(governed: Assembly):
    roles = governed.all("AWS::IAM::Role").values()
    assert len(roles) >= 5
    assert {each["PermissionsBoundary"] for each in roles} == {BOUNDARY}


def test_everything_that_holds_data_is_encrypted_with_the_key_of_the_customer(governed: Assembly):
    (replica,) = governed.only("AWS::DynamoDB::GlobalTable")["Replicas"]
    assert replica["SSESpecification"] == {"KMSMasterKeyId": KEY}
    assert governed.only("AWS::Logs::LogGroup")["KmsKeyId"] == KEY
    assert governed.only("AWS::SQS::Queue")["KmsMasterKeyId"] == KEY
    assert governed.only("AWS::SNS::Topic")["KmsMasterKeyId"] == KEY
    assert governed.only("AWS::Backup::BackupVault")["EncryptionKeyArn"] == KEY


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_function_uses_the_key_through_the_services_that_it_calls_and_not_directly(governed: Assembly, handler: str):
    (use,) = [each for each in statements(governed, handler) if each["Resource"] == KEY]
    assert not [action for action in as_list(use["Action"]) if "*" in action]
    through = json.dumps(use["Condition"]["StringEquals"]["kms:ViaService"])
    services = set(re.findall(r"(\w+)\.us-east-2\.", through))
    assert services == ({"dynamodb", "sqs"} if handler == "changes" else {"dynamodb"})


def test_the_functions_of_a_request_have_a_share_of_the_concurrency_of_their_own(governed: Assembly):
    shares = {handler: governed.function(handler)[1].get("ReservedConcurrentExecutions") for handler in HANDLERS}
    assert shares == {"api": 20, "authorizer": 20, "changes": None}


def test_a_restricted_api_says_so_in_its_403(governed: Assembly):
    refusals = {each["ResponseType"]: each for each in governed.all("AWS::ApiGateway::GatewayResponse").values()}
    for body in refusals["ACCESS_DENIED"]["ResponseTemplates"].values():
        assert "restricts the addresses" in json.loads(body)["detail"]


def test_other_allowed_sources_are_deployed_to_the_stage():
    """A changed resource policy takes effect with a new deployment of the API only."""
    other = Environment.model_validate(OTHER)
    deployments = set()
    for sources in (("20.40.128.0/18",), ("20.50.0.0/16",)):
        changed = other.model_copy(update={"api": other.api.model_copy(update={"allowed_sources": sources})})
        template = Template.from_stack(stack_of(changed))
        deployments |= set(template.find_resources("AWS::ApiGateway::Deployment"))
    assert len(deployments) == 2


def test_a_new_version_is_rolled_out_gradually_and_back_on_the_alarm(governed: Assembly):
    groups = governed.all("AWS::CodeDeploy::DeploymentGroup").values()
    assert len(groups) == 2
    (alarm,) = [key for key in governed.all("AWS::CloudWatch::Alarm") if key.startswith("AlarmsApiFailures")]
    for group in groups:
        assert group["AlarmConfiguration"] == {"Enabled": True, "Alarms": [{"Name": {"Ref": alarm}}]}
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    updated = [each.get("UpdatePolicy", {}) for each in resources(governed, "AWS::Lambda::Alias")]
    assert len([each for each in updated if "CodeDeployLambdaAliasUpdate" in each]) == 2


def resources(assembly: Assembly, kind: str) -> list[dict[str, Any]]:
    return [each for each in assembly.json["Resources"].values() if each["Type"] == kind]


def test_every_address_is_subscribed(governed: Assembly):
    addresses = {each["Endpoint"] for each in governed.all("AWS::SNS::Subscription").values()}
    assert addresses == {"night@acme.io", "day@acme.io"}


def test_the_table_is_backed_up_daily(governed: Assembly):
    plan = governed.only("AWS::Backup::BackupPlan")["BackupPlan"]
    (rule,) = plan["BackupPlanRule"]
    assert rule["ScheduleExpression"] == "cron(0 2 * * ? *)"
    (table,) = governed.all("AWS::DynamoDB::GlobalTable")
    selected = governed.only("AWS::Backup::BackupSelection")["BackupSelection"]["Resources"]
    assert selected == [{"Fn::GetAtt": [table, "Arn"]}]


def test_a_hosted_zone_brings_the_record_and_without_a_certificate_a_validated_one(governed: Assembly):
    records = governed.all("AWS::Route53::RecordSet").values()
    assert {(each["Type"], each["Name"]) for each in records} == {
        ("A", "identity.acme.io"),
        ("AAAA", "identity.acme.io"),
    }
    assert not governed.all("AWS::CertificateManager::Certificate")
    domain = {"name": "identity.acme.io", "hosted_zone": "Z0123456789ABCDEFGHIJ"}
    template = Template.from_stack(stack_of(Environment.model_validate({**OTHER, "domain": domain})))
    (issued,) = template.find_resources("AWS::CertificateManager::Certificate").items()
    assert issued[1]["Properties"]["DomainValidationOptions"] == [
        {"DomainName": "identity.acme.io", "HostedZoneId": "Z0123456789ABCDEFGHIJ"}
    ]
    (name,) = template.find_resources("AWS::ApiGateway::DomainName").values()
    assert name["Properties"]["RegionalCertificateArn"] == {"Ref": issued[0]}


def test_every_region_synthesizes_and_only_those_with_snap_start_use_it(tmp_path: Path):
    """With the CDK's own validation against CloudFormation's schemas."""
    regions = ["cn-north-1", "us-gov-west-1", "eusc-de-east-1", "ap-southeast-6"]
    aws = {region: {"account": "210987654321", "region": region} for region in regions}
    build(
        *(Environment.model_validate({"name": each, "description": "Far away", "aws": aws[each]}) for each in regions),
        outdir=str(tmp_path),
    ).synth()
    for region in regions:
        functions = Assembly(tmp_path, region).all("AWS::Lambda::Function").values()
        assert functions
        assert [each for each in functions if "SnapStart" in each] == []


def test_an_environment_without_these_keys_has_none_of_their_resources():
    plain = Template.from_stack(stack_of(settings.load("devices"))).to_json()["Resources"].values()
    kinds = {each["Type"] for each in plain}
    prefixes = ("AWS::Backup", "AWS::CodeDeploy", "AWS::WAFv2", "AWS::Route53", "AWS::CertificateManager", "AWS::KMS")
    assert not [kind for kind in kinds if kind.startswith(prefixes)]
