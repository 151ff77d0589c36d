"""What each deployment key of an environment file changes in AWS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.stack import ScimStack
from lambdas.environment import file as settings
from lambdas.environment.file import Alarms, Api, Aws, Backup, Domain, Environment, Logs
from tests.infra.conftest import stack_of

ACCOUNT, REGION = "210987654321", "us-east-2"
UUID = "87654321-4321-4321-4321-210987654321"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/{UUID}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{UUID}"
WEB_ACL = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/scim/{UUID}"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:night"
VAULT = f"arn:aws:backup:us-west-2:{ACCOUNT}:backup-vault:other"
OTHER = {
    "name": "other",
    "description": "Other Ltd",
    "aws": {
        "account": ACCOUNT,
        "region": REGION,
        "retain_data": False,
        "tags": {"Team": "identity"},
        "permissions_boundary": BOUNDARY,
        "kms_key": KEY,
        "api_gateway_log_role": False,
    },
    "api": {
        "rate": 25,
        "burst": 50,
        "reserved_concurrency": 20,
        "authorizer_cache_seconds": 0,
        "snap_start": False,
        "tracing": False,
        "allowed_sources": ["20.40.128.0/18"],
        "web_acl": WEB_ACL,
        "canary_minutes": 10,
    },
    "logs": {"retention_days": 14, "level": "DEBUG"},
    "alarms": {"topic": TOPIC},
    "backup": {"copy_to": VAULT, "keep_days": 7},
    "domain": {
        "name": "identity.acme.io",
        "certificate": CERTIFICATE,
        "base_path": "api/scim",
        "hosted_zone": "Z0123456789ABCDEFGHIJ",
    },
}
"""A file that differs from the worked example in every key that AWS sees."""


@dataclass(frozen=True)
class Deployed:
    """A stack, and what is looked at in it."""

    stack: ScimStack
    template: dict[str, Any]

    @classmethod
    def of(cls, environment: Environment) -> "Deployed":
        stack = stack_of(environment)
        return cls(stack, Template.from_stack(stack).to_json())

    def only(self, kind: str) -> dict[str, Any]:
        """The resource of a kind of which all look alike in what is asked; empty when there is none."""
        return next((each for each in self.template["Resources"].values() if each["Type"] == kind), {})

    def properties(self, kind: str) -> dict[str, Any]:
        return self.only(kind).get("Properties", {})

    def backup_rule(self) -> dict[str, Any]:
        (rule,) = self.properties("AWS::Backup::BackupPlan")["BackupPlan"]["BackupPlanRule"]
        return rule

    def denied(self) -> list[dict[str, Any]]:
        statements = self.properties("AWS::ApiGateway::RestApi").get("Policy", {}).get("Statement", [])
        return [each["Condition"] for each in statements if each["Effect"] == "Deny"]

    def throttling(self) -> dict[str, Any]:
        setting, _ = self.properties("AWS::ApiGateway::Stage")["MethodSettings"]
        return setting


EFFECTS: dict[str, tuple[Callable[[Deployed], Any], Any, Any]] = {
    "name": (lambda it: it.stack.stack_name, "scim-example", "scim-other"),
    "description": (
        lambda it: it.template["Description"],
        "Example Ltd: users and groups from Microsoft Entra ID",
        "Other Ltd",
    ),
    "aws.account": (lambda it: it.stack.account, "123456789012", "210987654321"),
    "aws.region": (lambda it: it.stack.region, "eu-central-1", "us-east-2"),
    "aws.retain_data": (lambda it: it.only("AWS::DynamoDB::GlobalTable")["DeletionPolicy"], "Retain", "Delete"),
    "api.rate": (lambda it: it.throttling()["ThrottlingRateLimit"], 100, 25),
    "api.burst": (lambda it: it.throttling()["ThrottlingBurstLimit"], 200, 50),
    "api.authorizer_cache_seconds": (
        lambda it: it.properties("AWS::ApiGateway::Authorizer")["AuthorizerResultTtlInSeconds"],
        60,
        0,
    ),
    "api.snap_start": (
        lambda it: it.properties("AWS::Lambda::Function").get("SnapStart"),
        {"ApplyOn": "PublishedVersions"},
        None,
    ),
    "api.tracing": (lambda it: it.properties("AWS::ApiGateway::Stage").get("TracingEnabled", False), True, False),
    "logs.retention_days": (lambda it: it.properties("AWS::Logs::LogGroup")["RetentionInDays"], 365, 14),
    "logs.level": (
        lambda it: it.properties("AWS::Lambda::Function")["LoggingConfig"]["ApplicationLogLevel"],
        "INFO",
        "DEBUG",
    ),
    "aws.termination_protection": (lambda it: it.stack.termination_protection, True, False),
    "aws.tags": (
        lambda it: {each["Key"] for each in it.properties("AWS::Logs::LogGroup")["Tags"]},
        {"CostCenter", "scim:environment", "scim:version"},
        {"Team", "scim:environment", "scim:version"},
    ),
    "aws.permissions_boundary": (
        lambda it: it.properties("AWS::IAM::Role").get("PermissionsBoundary"),
        None,
        BOUNDARY,
    ),
    "aws.kms_key": (lambda it: it.properties("AWS::Logs::LogGroup").get("KmsKeyId"), None, KEY),
    "aws.api_gateway_log_role": (lambda it: bool(it.only("AWS::ApiGateway::Account")), True, False),
    "api.reserved_concurrency": (
        lambda it: it.properties("AWS::Lambda::Function").get("ReservedConcurrentExecutions"),
        None,
        20,
    ),
    "api.allowed_sources": (
        lambda it: it.denied(),
        [],
        [{"NotIpAddress": {"aws:SourceIp": ["20.40.128.0/18"]}}],
    ),
    "api.web_acl": (lambda it: it.properties("AWS::WAFv2::WebACLAssociation").get("WebACLArn"), None, WEB_ACL),
    "api.canary_minutes": (
        lambda it: it.properties("AWS::CodeDeploy::DeploymentGroup").get("DeploymentConfigName"),
        None,
        "CodeDeployDefault.LambdaCanary10Percent10Minutes",
    ),
    "alarms.address": (
        lambda it: it.properties("AWS::SNS::Subscription").get("Endpoint"),
        "oncall@example.com",
        None,
    ),
    "alarms.topic": (
        lambda it: it.properties("AWS::CloudWatch::Alarm")["AlarmActions"] == [TOPIC],
        False,
        True,
    ),
    "backup.copy_to": (
        lambda it: it.backup_rule()["CopyActions"][0]["DestinationBackupVaultArn"],
        "arn:aws:backup:eu-west-1:123456789012:backup-vault:scim",
        VAULT,
    ),
    "backup.keep_days": (lambda it: it.backup_rule()["Lifecycle"], {"DeleteAfterDays": 35}, {"DeleteAfterDays": 7}),
    "domain.name": (
        lambda it: it.properties("AWS::ApiGateway::DomainName")["DomainName"],
        "scim.example.com",
        "identity.acme.io",
    ),
    "domain.certificate": (
        lambda it: it.properties("AWS::ApiGateway::DomainName")["RegionalCertificateArn"],
        "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
        CERTIFICATE,
    ),
    "domain.base_path": (
        lambda it: [
            each["Properties"]["ApiMappingKey"]
            for each in it.template["Resources"].values()
            if each["Type"] == "AWS::ApiGatewayV2::ApiMapping"
        ],
        [],
        ["api/scim"],
    ),
    "domain.hosted_zone": (
        lambda it: it.properties("AWS::Route53::RecordSet").get("HostedZoneId"),
        None,
        "Z0123456789ABCDEFGHIJ",
    ),
}
"""Key to how its effect is seen, what that is for the worked example, and for :data:`OTHER`."""


@pytest.fixture(scope="module")
def example() -> Deployed:
    return Deployed.of(settings.load("example"))


@pytest.fixture(scope="module")
def other() -> Deployed:
    return Deployed.of(Environment.model_validate(OTHER))


@pytest.mark.parametrize("key", EFFECTS)
def test_a_deployment_key_has_its_effect_in_aws(example: Deployed, other: Deployed, key: str):
    see, of_example, of_other = EFFECTS[key]
    assert of_example != of_other
    assert (see(example), see(other)) == (of_example, of_other)


def test_every_key_of_the_tables_that_aws_sees_is_among_them():
    tables = {"aws": Aws, "api": Api, "logs": Logs, "alarms": Alarms, "backup": Backup, "domain": Domain}
    keys = {f"{table}.{key}" for table, model in tables.items() for key in model.model_fields}
    assert keys | {"name", "description"} == EFFECTS.keys()
