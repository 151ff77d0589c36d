"""What `scimctl local status` tells."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from lambdas.operations.problems import Problem
from scimctl import local_state as state
from scimctl.local import status
from scimctl.local.status import Deployed, Status
from scimctl.local_state import LocalConnection, LocalState

OUTPUTS = {"ApiId": "abc123", "TableName": "scim-local-Table", "LogGroupName": "/scim/local"}
CONNECTION = LocalConnection("http://127.0.0.1:4600/restapis/abc123/scim/_user_request_/v2/k3x7", "scim_secret")


@pytest.fixture
def running(tmp_path: Path) -> Status:
    deployed = LocalState("local", 4600, "us-east-1", OUTPUTS)
    return Status(tmp_path, True, True, 4600, 12, [Deployed(deployed, CONNECTION, 25)])


@pytest.fixture
def both(running: Status) -> Status:
    """The same with a second environment."""
    outputs = {"ApiId": "def456", "TableName": "scim-devices-Table", "LogGroupName": "/scim/devices"}
    link = LocalConnection("http://127.0.0.1:4600/restapis/def456/scim/_user_request_/v2/w2m4", "scim_hidden")
    second = Deployed(LocalState("devices", 4600, "us-east-1", outputs), link, 3)
    return replace(running, environments=[*running.environments, second])


def test_nothing_deployed_is_told_as_not_running(tmp_path: Path):
    found = status.read(tmp_path)
    assert not found.running
    assert found.rows() == [("Local cloud", "not running"), ("State directory", str(tmp_path))]


def test_what_runs_is_told_with_where_and_what_is_in_it(running: Status):
    assert dict(running.rows()) == {
        "Local cloud": "running on port 4600, process 12",
        "Environment": "local",
        "Tenant URL": CONNECTION.tenant_url,
        "Users": "25",
        "Table": "scim-local-Table",
        "Log group": "/scim/local",
        "State directory": str(running.directory),
    }


def test_a_process_that_does_not_answer_is_told(running: Status):
    silent = [replace(each, users=None) for each in running.environments]
    told = dict(replace(running, healthy=False, environments=silent).rows())
    assert told["Local cloud"] == "running on port 4600, process 12, but it does not answer"
    assert "Users" not in told


def test_programs_get_the_secret_only_when_they_ask_for_it(running: Status):
    assert "scim_secret" not in str(running.as_json(running.of(None), with_secret=False))
    assert running.as_json(running.of(None), with_secret=True)["secret_token"] == "scim_secret"


def test_people_are_never_shown_the_secret_in_the_table(running: Status):
    assert "scim_secret" not in str(running.rows())


def next_steps(found: Status, environment: str | None = None) -> str:
    chosen = found.of(environment)
    assert chosen is not None
    assert chosen.connection is not None
    return status.next_steps(found, chosen, chosen.connection)


def test_each_environment_is_told_with_what_is_its_own(both: Status):
    rows = both.rows()
    assert [value for name, value in rows if name == "Environment"] == ["local", "devices"]
    assert [value for name, value in rows if name == "Table"] == ["scim-local-Table", "scim-devices-Table"]
    assert [value for name, value in rows if name == "Users"] == ["25", "3"]
    told = both.as_json(both.of("devices"), with_secret=True)
    assert (told["environment"], told["users"], told["secret_token"]) == ("devices", 3, "scim_hidden")
    assert [each["log_group"] for each in told["environments"]] == ["/scim/local", "/scim/devices"]
    assert "scim_secret" not in str(told)


def test_an_environment_that_is_not_deployed_is_told_with_how_to_deploy_it(both: Status):
    with pytest.raises(Problem, match="scimctl local up --environment compliance"):
        both.of("compliance")


def test_programs_are_told_the_same_names_when_nothing_is_deployed(tmp_path: Path, running: Status):
    found = status.read(tmp_path)
    nothing = found.as_json(found.of(None), with_secret=True)
    assert nothing.keys() == running.as_json(running.of(None), with_secret=False).keys()
    assert (nothing["environment"], nothing["environments"]) == (None, [])


def test_the_next_steps_name_the_state_directory_when_it_is_not_the_usual_one(running: Status, monkeypatch):
    monkeypatch.delenv("SCIMCTL_STATE_DIR", raising=False)
    named = f"export SCIMCTL_STATE_DIR={shlex.quote(str(running.directory))}"
    assert named in next_steps(running)
    usual = next_steps(replace(running, directory=state.default_directory()))
    assert "SCIMCTL_STATE_DIR" not in usual
    assert "make down" in usual
    assert "make example" in usual


def test_the_next_steps_name_the_environment_when_it_is_not_the_first(both: Status):
    assert "--environment" not in next_steps(both)
    told = next_steps(both, "devices")
    assert "local logs --follow --environment devices" in told
    assert "simulate --users 100 --groups 10 --environment devices" in told


def test_the_next_steps_hold_all_that_an_identity_provider_asks_for(running: Status):
    told = next_steps(running)
    assert CONNECTION.tenant_url in told
    assert CONNECTION.secret_token in told
