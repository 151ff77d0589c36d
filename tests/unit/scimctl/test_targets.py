"""Where a command acts: on AWS, as an environment's file says, or in the local cloud, when that is said; never by a guess."""

from dataclasses import replace
from pathlib import Path

import pytest

from lambdas.operations.connections import Connections
from lambdas.operations.guidance import Step
from lambdas.operations.log.causes import REQUESTS, SWEEP
from lambdas.operations.log.refusals import CREDENTIALS, GATEWAY
from lambdas.operations.problems import NotFound, Problem
from lambdas.operations.resources import Resources
from scimctl.guide import guide
from scimctl.local_option import IS_LOCAL
from scimctl.local_state import LocalState, write_state
from scimctl.lookup import not_found
from scimctl.main import LOCAL_VARIABLE
from scimctl.targets import resolve
from tests.unit.scimctl.cloudformation import StandIn
from tests.unit.scimctl.operators import TABLE, refused

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def in_local_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Acme, whose file is for AWS, deployed to a local cloud that does not run."""
    for name in ("no_proxy", "NO_PROXY"):  # which `--local` sets; both end with the test
        monkeypatch.setenv(name, "")
    outputs = {"TableName": "local-table", "ApiId": "abc", "LogGroupName": "/scim/local"}
    write_state(tmp_path / ".local", LocalState("acme", 9, "us-east-1", outputs))


@pytest.mark.usefixtures("in_local_cloud")
def test_an_environment_for_aws_is_taken_from_aws_also_when_it_is_in_the_local_cloud(cloudformation: StandIn):
    for local in (None, False):
        target = resolve("acme", local=local)
        assert (target.table_name, target.settings.platform, target.guide) == (TABLE, "aws", guide("acme"))
    assert cloudformation.asked == ["scim-acme", "scim-acme"]


@pytest.mark.usefixtures("in_local_cloud")
def test_it_is_taken_from_the_local_cloud_when_that_is_said_and_aws_is_not_asked(cloudformation: StandIn):
    target = resolve("acme", local=True)
    assert (target.table_name, target.log_group, target.settings.local) == ("local-table", "/scim/local", True)
    assert target.tenant_url("x") == "http://127.0.0.1:9/restapis/abc/scim/_user_request_/v2/x"
    assert target.guide == guide("acme", "scimctl --local")
    assert target.settings.directory == "acme-corp"
    assert cloudformation.asked == []


def test_it_is_not_taken_from_aws_when_it_is_said_to_be_in_the_local_cloud_and_is_not_there(cloudformation: StandIn):
    with pytest.raises(
        Problem, match="not deployed to the local cloud: run `scimctl local up --environment acme` first"
    ):
        resolve("acme", local=True)
    assert cloudformation.asked == []


@pytest.mark.parametrize("local", [True, False, None])
def test_an_environment_for_the_local_cloud_is_there_whatever_is_said(tmp_path: Path, local: bool | None):
    write_state(tmp_path / ".local", LocalState("local", 9, "us-east-1", {"TableName": "t", "ApiId": "abc"}))
    target = resolve("local", local=local)
    assert (target.place, target.guide) == ("the local cloud on port 9", guide("local"))


@pytest.mark.usefixtures("in_local_cloud")
def test_a_command_acts_in_the_local_cloud_after_the_option_or_with_the_variable_and_only_then(
    cloudformation: StandIn, monkeypatch: pytest.MonkeyPatch
):
    silent = "No answer from the local cloud on port 9"
    assert silent not in refused("connections", "list", "-e", "acme")
    assert cloudformation.asked == ["scim-acme"]
    assert silent in refused("--local", "connections", "list", "-e", "acme")
    assert not IS_LOCAL.get()
    monkeypatch.setenv(LOCAL_VARIABLE, "1")
    assert silent in refused("connections", "list", "-e", "acme")
    assert cloudformation.asked == ["scim-acme"]


@pytest.mark.usefixtures("in_local_cloud")
def test_nothing_of_the_operator_s_aws_settings_matters_in_the_local_cloud(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_PROFILE", "nonexistent")
    assert "No answer from the local cloud on port 9" in refused("--local", "connections", "list", "-e", "acme")


@pytest.mark.usefixtures("in_local_cloud")
def test_who_means_the_local_cloud_and_does_not_say_so_is_told_how(cloudformation: StandIn):
    cloudformation.stacks.clear()
    told = refused("users", "list", "--environment", "acme")
    assert "There is no stack scim-acme in eu-west-1" in told
    assert "`scimctl --local COMMAND --environment acme`" in told


def test_nobody_is_told_of_the_local_cloud_who_has_nothing_in_it(cloudformation: StandIn):
    cloudformation.stacks.clear()
    assert "--local" not in refused("users", "list", "--environment", "acme")


@pytest.mark.usefixtures("deployed")
def test_a_command_in_a_message_begins_as_the_operators_command_did():
    target = replace(resolve("acme"), guide=guide("acme", "scimctl --local"))
    with pytest.raises(NotFound, match="`scimctl --local connections list --environment acme`"):
        Connections(target).connection("aaaabbbbccccdddd")
    problem = str(not_found(Resources(target), "user", "ada"))
    assert problem.count("`scimctl --local ") == 2
    assert "`scimctl " not in problem.replace("`scimctl --local ", "")


def test_so_does_every_command_of_a_remedy():
    causes = [*CREDENTIALS.values(), *GATEWAY.values(), *REQUESTS.values(), SWEEP]
    remedies = [cause.of({}, guide("acme", "scimctl --local")).remedy for cause in causes]
    commands = [remedy for remedy in remedies if "scimctl" in remedy]
    assert len(commands) >= 4
    assert [remedy for remedy in commands if "scimctl" in remedy.replace("scimctl --local", "")] == []


def test_values_in_a_command_of_a_message_are_quoted_for_a_shell():
    step = guide("acme").name(Step.SHOW_RESOURCE, noun="user", name="ada; rm -rf ~")
    assert step == "`scimctl users show 'ada; rm -rf ~' --environment acme`"
