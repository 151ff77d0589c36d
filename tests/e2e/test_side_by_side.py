"""Several environments in one local cloud, each deployed from its own file: they do not see each other, and one can go."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from scimctl import local_state as state
from scimctl.local_state import PROJECT
from tests.e2e.endpoint import Endpoint, now
from tests.e2e.local_cloud import LocalCloud, copy_checkout, free_port

SAME = "same.name@example.com"


def create_user(endpoint: Endpoint, name: str, **attributes: Any) -> str:
    reply = endpoint.send("POST", "/Users", {"userName": name, **attributes})
    assert reply.status == 201, reply.content
    return str(reply.json["id"])


def requests_about(endpoint: Endpoint, name: str, since: datetime) -> list[dict[str, Any]]:
    endpoint.wait_for_record(lambda record: record.get("resource_name") == name, since)
    return [record for record in endpoint.records(since) if record.get("resource_name") == name]


@pytest.fixture(scope="module")
def other(deployed: Callable[[str], Endpoint]) -> Endpoint:
    """The worked example for AWS."""
    return deployed("example")


class TestBesideEachOther:
    """The environment of the local cloud, and another that was deployed beside it from its own file."""

    def test_the_same_user_name_is_two_users(self, endpoint: Endpoint, other: Endpoint) -> None:
        ids = [create_user(each, SAME, displayName=each.state.environment) for each in (endpoint, other)]
        assert len(set(ids)) == 2
        for each, own, foreign in ((endpoint, *ids), (other, *reversed(ids))):
            found = each.send("GET", f"/Users?filter=userName+eq+%22{SAME}%22").json["Resources"]
            assert [(user["id"], user["displayName"]) for user in found] == [(own, each.state.environment)]
            assert each.send("GET", f"/Users/{foreign}").status == 404

    def test_a_token_of_one_is_refused_by_the_other_s_api(self, endpoint: Endpoint, other: Endpoint) -> None:
        for mine, theirs in ((endpoint, other), (other, endpoint)):
            since = now()
            assert theirs.send("GET", "/Users", token=mine.token).status == 401
            refused = theirs.wait_for_record(lambda record: record.get("event") == "scim.refused", since)
            assert refused["reason"] == "unknown"
            assert mine.send("GET", "/Users?count=1").status == 200

    def test_a_connection_of_one_is_unknown_to_the_other(self, endpoint: Endpoint, other: Endpoint) -> None:
        moved = other.target().tenant_url(endpoint.tenant_url.rsplit("/", 1)[1])
        assert other.send("GET", f"{moved}/Users", token=endpoint.token).status == 401
        assert other.send("GET", f"{moved}/Users").status == 403

    def test_what_is_asked_of_one_is_in_its_own_log_only(self, endpoint: Endpoint, other: Endpoint) -> None:
        since = now()
        for each in (endpoint, other):
            create_user(each, f"logged-by-{each.state.environment}@example.com")
        for mine, theirs in ((endpoint, other), (other, endpoint)):
            name = f"logged-by-{mine.state.environment}@example.com"
            assert {each["environment"] for each in requests_about(mine, name, since)} == {mine.state.environment}
            assert name not in str([event.message for event in theirs.log(since)])

    def test_an_environment_is_as_its_own_file_says(self, endpoint: Endpoint, other: Endpoint) -> None:
        logs = endpoint.client("logs")
        for each in (endpoint, other):
            group = each.target().log_group
            (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
            assert found["retentionInDays"] == each.target().settings.logs.retention_days

    def test_a_command_acts_where_it_is_said_to(
        self, endpoint: Endpoint, other: Endpoint, local_cloud: LocalCloud
    ) -> None:
        create_user(other, "only.here@example.com")
        listed = local_cloud.scimctl_here("--local", "users", "list", "--environment", "example", "--output", "json")
        assert "only.here@example.com" in listed.stdout
        assert "only.here" not in local_cloud.scimctl_here("users", "list", "-e", "local", "-o", "json").stdout
        on_aws = local_cloud.scimctl_here("users", "list", "--environment", "example")
        assert on_aws.returncode == 1
        assert "stack scim-example in eu-central-1" in on_aws.stderr
        assert "`scimctl --local COMMAND --environment example`" in on_aws.stderr

    def test_what_a_command_advises_works_as_it_is_printed(self, other: Endpoint, local_cloud: LocalCloud) -> None:
        since = now()
        create_user(other, "taken@example.com")
        assert other.send("POST", "/Users", {"userName": "taken@example.com"}).status == 409
        record = other.wait_for_record(lambda each: each.get("status") == 409, since)
        story = local_cloud.scimctl_here("--local", "log", "show", record["request_id"], "--environment", "example")
        (advised,) = re.findall(r"`scimctl (--local users show \S+ --environment example)`", story.stdout)
        assert "taken@example.com" in local_cloud.scimctl_here(*advised.split()).stdout

    def test_status_lists_all_with_what_is_their_own(
        self, endpoint: Endpoint, other: Endpoint, local_cloud: LocalCloud
    ) -> None:
        told = json.loads(local_cloud.scimctl_here("local", "status", "--output", "json").stdout)
        tenants = {each["environment"]: each["tenant_url"] for each in told["environments"]}
        assert tenants["local"] == endpoint.tenant_url == told["tenant_url"]
        assert tenants["example"] == other.tenant_url
        assert {endpoint.token, other.token}.isdisjoint(json.dumps(told).split('"'))


KEPT, PASSING = "kept", "passing"

FILE = """
name = "{name}"
description = "An environment that is removed again"
platform = "aws"
[aws]
account = "123456789012"
region = "eu-central-1"
retain_data = {retained}
[api]
authorizer_cache_seconds = 0
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud with two environments from files for AWS, of which one retains its data."""
    place = tmp_path_factory.mktemp("side-by-side")
    project = checkout(place / "checkout", {KEPT: True, PASSING: False})
    cloud = LocalCloud(place / ".local", free_port(), project)
    started = cloud.up("--environment", KEPT, "--environment", PASSING)
    try:
        assert started.returncode == 0, f"{started.stdout}{started.stderr}"
        yield cloud
    finally:
        cloud.abandon()


def data_of(endpoint: Endpoint) -> set[str]:
    """What exists of an environment's data: its table, its log group."""
    outputs = endpoint.state.outputs
    tables = endpoint.client("dynamodb").list_tables()["TableNames"]
    groups = [group["logGroupName"] for group in endpoint.client("logs").describe_log_groups()["logGroups"]]
    return {name for name in ("TableName", "LogGroupName") if outputs[name] in (*tables, *groups)}


def names_in(endpoint: Endpoint) -> list[str]:
    """The userNames in an environment's table, whether its API is there or not."""
    pages = endpoint.client("dynamodb").get_paginator("scan").paginate(TableName=endpoint.state.outputs["TableName"])
    items = [item for page in pages for item in page["Items"] if item["pk"]["S"].endswith("#USER")]
    return [item["name"]["S"] for item in items]


def stacks(endpoint: Endpoint) -> set[str]:
    found = endpoint.client("cloudformation").describe_stacks()["Stacks"]
    return {stack["StackName"] for stack in found if stack["StackName"].startswith("scim-")}


def test_one_that_is_removed_takes_its_data_along_and_leaves_the_other_working(cloud: LocalCloud) -> None:
    kept, passing = (Endpoint.of(cloud.directory, name) for name in (KEPT, PASSING))
    for each in (kept, passing):
        create_user(each, "before@example.com")
    removed = cloud.destroy(PASSING)
    assert removed.returncode == 0, removed.stderr
    assert "Environment passing is removed. Nothing of it is left." in removed.stdout
    assert data_of(passing) == set()
    assert stacks(kept) == {"scim-kept"}
    assert passing.send("GET", "/Users").status in (403, 404)
    create_user(kept, "after@example.com")
    assert {"before@example.com", "after@example.com"} <= set(names_in(kept))
    assert kept.send("GET", "/Users", token=passing.token).status == 401
    log = cloud.scimctl("--local", "log", "--environment", KEPT, "--since", "5m").stdout
    assert re.search(r"201 +create user +after@example\.com", log)
    assert re.search(r"401 +check token", log)

    again = cloud.destroy(PASSING)
    assert again.returncode == 1
    assert "passing is not deployed to the local cloud. There is: kept." in again.stderr
    assert cloud.down().returncode == 0
    up = cloud.scimctl("local", "up", "--detach")
    assert up.returncode == 0, up.stderr
    assert "Compare with what is deployed (scim-kept: no changes)" in up.stderr
    assert "Deploy scim-kept" not in up.stderr
    assert [each.environment for each in state.read_states(cloud.directory)] == [KEPT]
    assert Endpoint.of(cloud.directory).send("GET", "/Users").json["totalResults"] == len(names_in(kept))


def test_one_that_must_retain_its_data_keeps_it_when_it_is_removed(cloud: LocalCloud) -> None:
    endpoint = Endpoint.of(cloud.directory, KEPT)
    create_user(endpoint, "retained@example.com")
    names = names_in(endpoint)
    (cloud.project or PROJECT).joinpath("environments", "kept.toml").rename(cloud.directory / "kept.toml")
    removed = cloud.destroy(KEPT)
    (cloud.directory / "kept.toml").rename((cloud.project or PROJECT).joinpath("environments", "kept.toml"))
    assert removed.returncode == 0, removed.stderr
    assert f"Retained: table {endpoint.state.outputs['TableName']} and log group" in removed.stdout
    assert "scim-kept" not in stacks(endpoint)
    assert data_of(endpoint) == {"TableName", "LogGroupName"}
    assert names_in(endpoint) == names
    assert endpoint.send("GET", "/Users").status in (403, 404)

    refused = cloud.deploy(KEPT)
    assert refused.returncode == 1
    assert "The data of kept was retained when it was removed" in refused.stderr
    assert names_in(endpoint) == names
    assert cloud.destroy(KEPT, "--with-data").returncode == 0
    assert data_of(endpoint) == set()


def checkout(path: Path, environments: dict[str, bool]) -> Path:
    """A copy of this checkout with environment files of its own; name to whether the data is retained."""
    copy_checkout(path, "app.py")
    (path / "environments").mkdir()
    for name, retained in environments.items():
        (path / "environments" / f"{name}.toml").write_text(FILE.format(name=name, retained=str(retained).lower()))
    return path
