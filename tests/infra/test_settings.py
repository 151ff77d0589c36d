"""What each deployment key of an environment file changes in AWS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.stack import ScimStack
from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from lambdas.environment.file.deployment import Alarms, Api, Aws, Domain, Logs
from tests.infra.conftest import stack_of

CERTIFICATE = "arn:aws:acm:us-east-2:210987654321:certificate/87654321-4321-4321-4321-210987654321"
OTHER = {
    "name": "other",
    "description": "Other Ltd",
    "aws": {"account": "210987654321", "region": "us-east-2", "retain_data": False},
    "api": {"rate": 25, "burst": 50, "authorizer_cache_seconds": 0, "snap_start": False, "tracing": False},
    "logs": {"retention_days": 14, "level": "DEBUG"},
    "alarms": {"address": "night@example.com"},
    "domain": {"name": "identity.example.com", "certificate": CERTIFICATE, "base_path": "api/scim"},
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
        """The resource of a kind of which all look alike in what is asked."""
        return next(each for each in self.template["Resources"].values() if each["Type"] == kind)

    def properties(self, kind: str) -> dict[str, Any]:
        return self.only(kind)["Properties"]

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
    "alarms.address": (
        lambda it: it.properties("AWS::SNS::Subscription")["Endpoint"],
        "oncall@example.com",
        "night@example.com",
    ),
    "domain.name": (
        lambda it: it.properties("AWS::ApiGateway::DomainName")["DomainName"],
        "scim.example.com",
        "identity.example.com",
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
    tables = {"aws": Aws, "api": Api, "logs": Logs, "alarms": Alarms, "domain": Domain}
    keys = {f"{table}.{key}" for table, model in tables.items() for key in model.model_fields}
    assert keys | {"name", "description"} == EFFECTS.keys()
