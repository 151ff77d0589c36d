"""`scimctl fleet deploy` brings three environments to the local cloud; one fails on purpose, and a second run finishes."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from lambdas.environment.file import LOCAL_REGION
from scimctl import local_state
from scimctl.fleet.gate import DIRECTORY
from scimctl.local.cloud import start as start_cloud
from scimctl.local_state import LocalState
from scimctl.targets import resolve
from tests.e2e.local_cloud import SCIMCTL, LocalCloud, free_port

NAMES = ("alpha", "charlie", "delta")
FAILING = "charlie"
RETAINED = "scim-charlie-of-before"
FLEET_SECONDS = 900

ENVIRONMENT = """
name = "{name}"
description = "{name}"
directory = "{name}"
[aws]
account = "111122223333"
region = "eu-central-1"
retain_data = false
"""


class Fleet:
    """A local cloud, a folder of three environment files outside the checkout, and commands on them."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "environments"
        self.files.mkdir()
        for name in NAMES:
            (self.files / f"{name}.toml").write_text(ENVIRONMENT.format(name=name))
        self.cloud = LocalCloud(folder / ".local", free_port())

    def scimctl(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(SCIMCTL), "--local", *arguments],
            env=os.environ | {"SCIMCTL_STATE_DIR": str(self.cloud.directory), "SCIMCTL_ENVIRONMENTS": str(self.files)},
            capture_output=True,
            text=True,
            timeout=FLEET_SECONDS,
            check=False,
        )

    def deploy(self) -> "subprocess.CompletedProcess[str]":
        return self.scimctl("fleet", "deploy", "--waves", "2", "--parallel", "2", "--check", "okta")

    def reached(self) -> dict[str, str | None]:
        found = json.loads(self.scimctl("fleet", "list", "--output", "json").stdout)["environments"]
        return {each["name"]: each["reached"] for each in found}

    def deployed(self) -> list[str]:
        return [each.environment for each in local_state.read_states(self.cloud.directory)]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The fleet, on a local cloud in which nothing is deployed."""
    fleet = Fleet(tmp_path_factory.mktemp("fleet"))
    fleet.cloud.directory.mkdir()
    start_cloud(fleet.cloud.directory, fleet.cloud.port)
    try:
        yield fleet
    finally:
        fleet.cloud.abandon()


def retain_data_of(fleet: Fleet, name: str) -> None:
    """Leave a table that outlived an earlier stack of an environment, so that deploying it is refused."""
    state = LocalState(name, fleet.cloud.port, LOCAL_REGION, {"TableName": RETAINED})
    arguments: Any = state.client_arguments()
    boto3.client("dynamodb", **arguments).create_table(
        TableName=RETAINED,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    local_state.write_state(fleet.cloud.directory, state)
    local_state.forget_state(fleet.cloud.directory, name, state.outputs)


def test_a_fleet_stops_at_the_first_failure_and_a_second_run_finishes(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    retain_data_of(fleet, FAILING)
    first = fleet.deploy()
    assert first.returncode == 1, first.stdout + first.stderr
    assert "Traceback" not in first.stderr
    assert f"✗ {FAILING}: The data of {FAILING} was retained" in first.stderr
    assert "Deployed and checked: alpha" in first.stdout
    assert f"Failed: {FAILING}" in first.stdout
    assert "Not begun: delta" in first.stdout
    reached = fleet.reached()
    assert (reached["alpha"], reached[FAILING], reached["delta"]) == ("checked", "failed", None)
    assert not {FAILING, "delta"} & set(fleet.deployed())

    removed = fleet.scimctl("local", "destroy", FAILING, "--with-data", "--yes")
    assert removed.returncode == 0, removed.stderr
    second = fleet.deploy()
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Left alone, already current: alpha" in second.stdout
    assert set(fleet.reached().values()) == {"checked"}
    assert sorted(fleet.deployed()) == sorted(NAMES)

    state = fleet.scimctl("fleet", "status", "--output", "json")
    found = json.loads(state.stdout)["environments"]
    assert [(each["name"], each["deployed"], each["schema"], each["problem"]) for each in found] == [
        (name, True, 1, None) for name in NAMES
    ]
    assert len({each["version"] for each in found}) == 1
    directories = json.loads(fleet.scimctl("directories", "list", "-e", "delta", "--output", "json").stdout)
    assert [each["id"] for each in directories["directories"]] == ["delta"]
    monkeypatch.setenv("SCIMCTL_STATE_DIR", str(fleet.cloud.directory))
    monkeypatch.setattr("lambdas.environment.file.ENVIRONMENTS", fleet.files)
    table = resolve("delta", local=True).table()
    left = [item for page in table.scan(f"{DIRECTORY}#") for item in page]
    assert left == []


def test_a_difference_is_shown_and_nothing_is_changed(fleet: Fleet) -> None:
    path = fleet.files / "delta.toml"
    path.write_text(path.read_text() + "[logs]\nretention_days = 7\n")
    changed = fleet.scimctl("fleet", "diff", "alpha", "delta")
    assert changed.returncode == 3, changed.stderr
    assert "alpha: no difference" in changed.stdout
    assert "delta: differs" in changed.stdout
    assert "RetentionInDays" in changed.stdout
