"""What an environment file says about its AWS account and region."""

from importlib import import_module
from pathlib import Path
from typing import Any

import boto3
import pytest

from lambdas.environment import file as settings
from lambdas.environment.file import Environment, SettingsError
from lambdas.environment.file.mistakes import mistakes_in
from lambdas.environment.file.placeholders import placeholders_in
from lambdas.environment.file.regions import ALL_REGIONS, REGIONS, SMALL_THROTTLE, WITHOUT_SNAP_START, partition_of
from tests.unit.environment.files import MINIMAL, as_toml

ACCOUNT, REGION = "210987654321", "eu-west-1"
UUID = "12345678-1234-1234-1234-123456789012"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{UUID}"
WEB_ACL = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/scim/{UUID}"
VAULT = f"arn:aws:backup:eu-central-1:{ACCOUNT}:backup-vault:scim"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:oncall"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/team/boundary"


def file(**tables: Any) -> dict[str, Any]:
    aws = {"account": ACCOUNT, "region": REGION, **tables.pop("aws", {})}
    return {"name": "acme", "description": "Acme Ltd", "aws": aws, **tables}


def environment(**tables: Any) -> Environment:
    return Environment.model_validate(file(**tables))


def mistakes(**tables: Any) -> list[str]:
    """The texts of the mistakes of a file with some tables, empty when there are none."""
    data = file(**tables)
    try:
        Environment.model_validate(data)
    except ValueError as error:
        return [each.text for each in mistakes_in(Environment, error, data)]
    return []


def test_the_regions_are_those_in_which_botocore_knows_lambda():
    session = boto3.session.Session()
    for partition, regions in REGIONS.items():
        assert set(regions) == set(session.get_available_regions("lambda", partition))
    secret = {"aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"}
    assert set(session.get_available_partitions()) - secret == REGIONS.keys()


def test_the_regions_with_snap_start_are_those_that_the_cdk_lets_pass():
    rule = import_module("cfnlint.rules.resources.lmbd.SnapStartSupported").SnapStartSupported()
    assert set(rule.regions) == ALL_REGIONS - WITHOUT_SNAP_START


def test_thirteen_regions_have_a_smaller_quota():
    assert len(SMALL_THROTTLE) == 13
    assert SMALL_THROTTLE <= ALL_REGIONS


@pytest.mark.parametrize("region", ["eusc-de-east-1", "us-gov-west-1", "cn-north-1", "ap-southeast-7"])
def test_every_region_with_lambda_can_be_used(region: str):
    assert mistakes(aws={"region": region}) == []


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("eu-centrall-1", 'did you mean "eu-central-1"?'),
        ("eu-central-9", 'did you mean "eu-central-'),
        ("Frankfurt", 'such as "eu-central-1"'),
    ],
)
def test_a_region_that_does_not_exist_is_refused_with_the_closest_one(region: str, hint: str):
    (mistake,) = mistakes(aws={"region": region})
    assert mistake.startswith(f'aws.region is "{region}"; it must be the name of an AWS region')
    assert hint in mistake


def test_functions_start_without_a_snapshot_where_there_is_none_and_a_file_that_wants_one_is_refused():
    assert environment().snap_start
    assert not environment(aws={"region": "cn-north-1"}).snap_start
    assert mistakes(aws={"region": "cn-north-1"}, api={"snap_start": True}) == [
        "api.snap_start is true; it must be false, because Lambda has no SnapStart in cn-north-1"
    ]


def test_a_rate_above_the_quota_of_the_region_is_refused():
    assert mistakes(api={"rate": 10_000, "burst": 5_000}) == []
    found = mistakes(aws={"region": "eu-south-1"}, api={"rate": 2_501, "burst": 1_251})
    assert [each.partition(",")[0] for each in found] == [
        "api.rate is 2501; it must be at most 2500",
        "api.burst is 1251; it must be at most 1250",
    ]


def test_a_description_is_measured_in_bytes_as_cloudformation_does():
    assert not mistakes(description="ü" * 512)
    (mistake,) = mistakes(description="ü" * 513)
    assert mistake.endswith("it must be a text of at most 1024 bytes in UTF-8")


@pytest.mark.parametrize(
    ("tables", "text"),
    [
        (
            {"aws": {"kms_key": KEY.replace(REGION, "us-east-1")}},
            f"aws.kms_key belongs to account {ACCOUNT} in us-east-1",
        ),
        ({"api": {"web_acl": WEB_ACL.replace(ACCOUNT, "111122223333")}}, "api.web_acl belongs to account 111122223333"),
        (
            {"aws": {"permissions_boundary": BOUNDARY.replace(ACCOUNT, "111122223333")}},
            f"aws.permissions_boundary belongs to account 111122223333; it must belong to the environment's, {ACCOUNT}",
        ),
        (
            {"alarms": {"topic": TOPIC.replace(REGION, "us-east-1")}},
            f"alarms.topic belongs to account {ACCOUNT} in us-east-1; it must belong to the environment's, in {REGION}",
        ),
        (
            {"aws": {"kms_key": KEY.replace("arn:aws:", "arn:aws-cn:")}},
            'aws.kms_key is in the partition "aws-cn"; it must be in "aws"',
        ),
        (
            {"backup": {"copy_to": VAULT.replace("eu-central-1", REGION)}},
            "backup.copy_to is a vault of the environment's own",
        ),
        (
            {"aws": {"kms_key": "alias/scim"}},
            'aws.kms_key is "alias/scim"; it must be the ARN of a customer managed KMS key',
        ),
        ({"aws": {"tags": {"aws:x": "1"}}}, 'aws.tags has the key "aws:x"; it must be a table of at most 48 tags'),
        ({"aws": {"tags": {str(number): "" for number in range(49)}}}, "aws.tags is {"),
        (
            {"api": {"allowed_sources": ["20.40.128.0/33"]}},
            'api.allowed_sources[1] is "20.40.128.0/33"; api.allowed_sources',
        ),
        ({"api": {"canary_minutes": 7}}, "api.canary_minutes is 7; it must be 5, 10, 15 or 30"),
        ({"api": {"reserved_concurrency": 0}}, "api.reserved_concurrency is 0; it must be a number of concurrent runs"),
        ({"alarms": {"topic": TOPIC, "address": "a@b.cd"}}, "alarms.topic and alarms.address are both set"),
        ({"alarms": {"address": ["a@b.cd", "nobody"]}}, "alarms.address is "),
        ({"domain": {"name": "scim.acme.io"}}, "domain.certificate is missing; set it, or domain.hosted_zone"),
    ],
)
def test_a_value_that_does_not_fit_the_account_is_refused_before_anything_is_deployed(tables: dict, text: str):
    (mistake,) = mistakes(**tables)
    assert mistake.startswith(text)


def test_every_mistake_about_the_account_is_found_at_once():
    found = mistakes(
        aws={"region": "eu-south-1", "kms_key": KEY, "permissions_boundary": BOUNDARY.replace(ACCOUNT, "111122223333")},
        api={"rate": 5_000, "web_acl": WEB_ACL},
    )
    assert [each.split()[0] for each in found] == ["api.rate", "aws.permissions_boundary", "aws.kms_key", "api.web_acl"]


def test_values_of_the_account_and_region_are_accepted():
    found = environment(
        aws={"kms_key": KEY, "permissions_boundary": BOUNDARY, "tags": {"CostCenter": "1234"}},
        api={"web_acl": WEB_ACL, "reserved_concurrency": 50, "allowed_sources": ["20.40.128.0/18", "2603:1000::/25"]},
        alarms={"address": ["a@b.cd", "e@f.gh"]},
        backup={"copy_to": VAULT},
        domain={"name": "scim.acme.io", "hosted_zone": "Z0123456789ABCDEFGHIJ"},
    )
    assert found.alarms.addresses == ("a@b.cd", "e@f.gh")
    assert environment(alarms={"address": "a@b.cd"}).alarms.addresses == ("a@b.cd",)
    assert environment(alarms={"topic": TOPIC}).alarms.addresses == ()
    assert environment(aws={"permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess"})


def test_a_stack_is_protected_against_deletion_when_its_data_is():
    assert environment().aws.termination_protection
    assert not environment(aws={"retain_data": False}).aws.termination_protection
    assert environment(aws={"retain_data": False, "termination_protection": True}).aws.termination_protection


def test_what_only_aws_supports_is_left_out_of_the_local_cloud_and_refused_in_a_file_for_it():
    settings_of_aws = {
        "aws": {"kms_key": KEY},
        "api": {"allowed_sources": ["20.40.128.0/18"], "rate": 50},
        "backup": {"copy_to": VAULT},
        "alarms": {"topic": TOPIC},
    }
    local = environment(**settings_of_aws).in_local_cloud()
    assert (local.aws.kms_key, local.api.allowed_sources, local.backup, local.alarms.topic) == (None, (), None, None)
    assert local.api.rate == 50
    assert [each.partition(" is set,")[0] for each in mistakes(platform="local", **settings_of_aws)] == [
        "aws.kms_key",
        "api.allowed_sources",
        "alarms.topic",
        "backup",
    ]


def test_the_partition_of_a_region_begins_its_arns():
    assert [partition_of(each) for each in ("eu-west-1", "cn-north-1", "eusc-de-east-1")] == [
        "aws",
        "aws-cn",
        "aws-eusc",
    ]


def test_placeholders_are_found_wherever_they_stand_and_only_in_what_is_meant_for_aws():
    with pytest.raises(SettingsError) as raised:
        settings.load("example", deployable=True)
    assert [each.key for each in raised.value.mistakes] == [
        "aws.account",
        "alarms.address",
        "backup.copy_to",
        "domain.name",
        "domain.certificate",
    ]
    assert settings.load("example", platform="local", deployable=True).local
    assert settings.load("local", deployable=True).local
    assert settings.load("example").name == "example"


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ({"alarms": {"address": ["a@acme.io", "ops@scim.example.org"]}}, ["alarms.address[2]"]),
        ({"aws": {"kms_key": KEY}}, ["aws.kms_key"]),
        ({"domain": {"name": "example.com.acme.io", "hosted_zone": "Z1"}}, []),
        ({"users": {"defaults": {"userType": "example.com"}}}, []),
    ],
)
def test_a_placeholder_is_a_whole_account_or_a_host_of_documentation(table: dict, found: list[str]):
    assert [each.key for each in placeholders_in(table)] == found


def test_placeholders_and_other_mistakes_are_found_at_once(tmp_path: Path):
    path = tmp_path / "acme.toml"
    path.write_text(as_toml(MINIMAL | {"api": {"rate": 1}}))
    with pytest.raises(SettingsError) as raised:
        settings.load(path, deployable=True)
    assert [each.key for each in raised.value.mistakes] == ["api.rate", "aws.account"]
