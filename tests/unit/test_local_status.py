"""What `scimctl local status` tells."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from scimctl.local import state, status
from scimctl.local.state import LocalConnection, LocalState
from scimctl.local.status import Status

OUTPUTS = {"ApiId": "abc123", "TableName": "scim-local-Table", "LogGroupName": "/scim/local"}
CONNECTION = LocalConnection("http://127.0.0.1:4600/restapis/abc123/scim/_user_request_/v2/k3x7", "scim_secret")


@pytest.fixture
def running(tmp_path: Path) -> Status:
    deployed = LocalState("local", 4600, "us-east-1", OUTPUTS)
    return Status(tmp_path, True, True, 4600, 12, deployed, CONNECTION, 25)


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
    told = dict(replace(running, healthy=False, users=None).rows())
    assert told["Local cloud"] == "running on port 4600, process 12, but it does not answer"
    assert "Users" not in told


def test_programs_get_the_secret_only_when_they_ask_for_it(running: Status):
    assert "scim_secret" not in str(running.as_json(with_secret=False))
    assert running.as_json(with_secret=True)["secret_token"] == "scim_secret"


def test_people_are_never_shown_the_secret_in_the_table(running: Status):
    assert "scim_secret" not in str(running.rows())


def test_the_next_steps_name_the_state_directory_when_it_is_not_the_usual_one(tmp_path, monkeypatch):
    monkeypatch.delenv("SCIMCTL_STATE_DIR", raising=False)
    named = f"export SCIMCTL_STATE_DIR={shlex.quote(str(tmp_path))}"
    assert named in status.next_steps(tmp_path, CONNECTION)
    usual = status.next_steps(state.default_directory(), CONNECTION)
    assert "SCIMCTL_STATE_DIR" not in usual
    assert "make down" in usual


def test_the_next_steps_hold_all_that_an_identity_provider_asks_for(tmp_path: Path):
    told = status.next_steps(tmp_path, CONNECTION)
    assert CONNECTION.tenant_url in told
    assert CONNECTION.secret_token in told
