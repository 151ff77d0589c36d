"""Environment files: new ones, files outside the checkout, and the state of what is deployed from them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import new_client, with_new_secret
from lambdas.credentials.connections import new_connection, new_token
from lambdas.credentials.store import ConnectionStore
from lambdas.environment import file as settings
from lambdas.environment.file import LOCAL_ACCOUNT
from lambdas.operations.watch_state import WatchState, write_state
from scimctl.aws_session import session_for
from scimctl.local_option import ROLE
from tests.unit.scimctl.cloudformation import StandIn
from tests.unit.scimctl.commands.conftest import Acme
from tests.unit.scimctl.operators import ACME, refused, scimctl

AWS = ("--account", "111122223333", "--region", "eu-central-1")


@pytest.mark.usefixtures("operator")
def test_a_new_file_is_valid_and_minimal() -> None:
    result = scimctl("environments", "new", "globex", *AWS, "--description", 'Globex "Inc" \\ ü')
    assert result.exit_code == 0, result.output
    loaded = settings.load("globex", deployable=True)
    assert (loaded.name, loaded.directory, loaded.description) == ("globex", "globex", 'Globex "Inc" \\ ü')
    assert (loaded.aws.account, loaded.aws.region) == ("111122223333", "eu-central-1")
    assert scimctl("environments", "check", "globex").exit_code == 0


@pytest.mark.usefixtures("operator")
def test_a_new_file_for_the_local_cloud_needs_no_account() -> None:
    assert scimctl("environments", "new", "trial", "--local-only").exit_code == 0
    loaded = settings.load("trial", deployable=True)
    assert (loaded.local, loaded.aws.account) == (True, LOCAL_ACCOUNT)


@pytest.mark.usefixtures("operator")
def test_a_file_is_never_overwritten() -> None:
    before = (settings.ENVIRONMENTS / "acme.toml").read_text()
    assert "exists already" in refused("environments", "new", "acme", *AWS)
    assert (settings.ENVIRONMENTS / "acme.toml").read_text() == before


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("name", ["../globex", "Globex", "globex.toml", "a/b", ""])
def test_a_name_that_no_environment_can_have_writes_no_file(name: str) -> None:
    before = sorted(path for path in settings.ENVIRONMENTS.parent.rglob("*"))
    assert refused("environments", "new", name, *AWS)
    assert sorted(path for path in settings.ENVIRONMENTS.parent.rglob("*")) == before


@pytest.mark.usefixtures("operator")
def test_account_and_region_are_asked_for_and_checked() -> None:
    assert "needs --account and --region" in refused("environments", "new", "globex")
    told = refused("environments", "new", "globex", "--account", "1", "--region", "eu-centrall-1")
    assert "aws.account" in told
    assert "eu-central-1" in told


def test_a_file_outside_the_folder_is_acted_upon(acme: Acme, tmp_path: Path) -> None:
    outside = tmp_path / "vendor" / "acme.toml"
    outside.parent.mkdir()
    outside.write_text(ACME)
    (settings.ENVIRONMENTS / "acme.toml").unlink()
    acme.directory.user("ada")
    for arguments in (("--file", str(outside), "users", "list"), ("users", "list", "-e", str(outside))):
        result = scimctl(*arguments)
        assert result.exit_code == 0, result.output
        assert "ada" in result.stdout
    assert scimctl("users", "list", "-e", "acme").exit_code == 1


def test_the_environment_of_a_shell_is_the_default(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIMCTL_ENVIRONMENT", "acme")
    assert scimctl("users", "list").exit_code == 0
    assert scimctl("log").exit_code == 0


def state_of(acme: Acme) -> dict[str, object]:
    result = scimctl("environments", "status", "acme", "--output", "json")
    (state,) = json.loads(result.stdout)["environments"]
    return dict(state)


def test_the_state_of_an_environment_shows_what_needs_attention(acme: Acme, cloudformation: StandIn) -> None:
    cloudformation.stacks["scim-acme"] = {**cloudformation.stacks["scim-acme"], "Version": "0.2.0+1a2b3c4"}
    cloudformation.resources["scim-acme"] = {"scim-acme-ApiFailures": "AWS::CloudWatch::Alarm"}
    alarms = boto3.client("cloudwatch", "eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    alarms.put_metric_alarm(
        AlarmName="scim-acme-ApiFailures",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="failed",
        Namespace="ServerlessScim",
        Period=60,
        Statistic="Sum",
        Threshold=1,
    )
    alarms.set_alarm_state(AlarmName="scim-acme-ApiFailures", StateValue="ALARM", StateReason="test")
    now = datetime.now(UTC)
    store = ConnectionStore(acme.directory.table)
    connection = new_connection("acme-corp", now=now)
    token, _ = new_token(connection, lifetime=timedelta(days=5), now=now)
    connection = store.create(connection, token)
    client, _ = with_new_secret(new_client(connection, now=now), lifetime=timedelta(days=3), now=now)
    ClientStore(acme.directory.table).create(connection, client)
    acme.log({"event": "scim.request", "connection": connection.id, "status": 200, "method": "GET", "route": "/Users"})
    state = state_of(acme)
    assert state["deployed"] is True
    assert state["problem"] is None
    assert (state["stack"], state["version"], state["schema"]) == ("CREATE_COMPLETE", "0.2.0+1a2b3c4", 1)
    assert state["alarms"] == ["scim-acme-ApiFailures"]
    assert state["last_request"] is not None
    expiring = state["expiring"]
    assert isinstance(expiring, list)
    assert [(each["kind"], each["id"]) for each in expiring] == [("client secret", client.id), ("token", token.id)]
    told = " ".join(scimctl("environments", "status", "acme").stdout.split())
    assert "acme: alarm scim-acme-ApiFailures" in told
    assert f"token {token.id} of connection {connection.id} expires in 4 days" in told
    alarms.delete_alarms(AlarmNames=["scim-acme-ApiFailures"])


def test_a_stalled_connection_is_marked_in_the_state_of_its_environment(acme: Acme) -> None:
    assert state_of(acme)["stalled"] == []
    since = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    write_state(acme.directory.table, WatchState(stalled={"k3x7m2qwertyuiop": since}), since)
    assert state_of(acme)["stalled"] == [{"connection": "k3x7m2qwertyuiop", "last_used": since.isoformat()}]
    told = " ".join(scimctl("environments", "status", "acme").stdout.split())
    assert "none in 7 days, stalled" in told
    assert "acme: connection k3x7m2qwertyuiop is stalled: no request was accepted since 2026-11-20 08:30 UTC" in told


def test_one_environment_that_cannot_be_read_does_not_hide_the_others(acme: Acme) -> None:
    (settings.ENVIRONMENTS / "broken.toml").write_text("name = 1")
    (settings.ENVIRONMENTS / "globex.toml").write_text(ACME.replace('"acme"', '"globex"'))
    result = scimctl("environments", "status", "acme", "broken", "globex", "--output", "json")
    assert result.exit_code == 1
    found = {each["name"]: each for each in json.loads(result.stdout)["environments"]}
    assert [found[name]["deployed"] for name in ("acme", "broken", "globex")] == [True, False, False]
    assert "is invalid" in found["broken"]["problem"]
    assert found["globex"]["problem"] is None


@pytest.mark.usefixtures("operator")
def test_a_role_is_assumed_in_the_account_of_the_file_under_the_operators_name() -> None:
    with mock_aws():
        chosen = ROLE.set("scim-operator")
        try:
            session = session_for(settings.load("acme"))
            identity = session.client("sts", "eu-west-1").get_caller_identity()["Arn"]
        finally:
            ROLE.reset(chosen)
    assert identity.startswith("arn:aws:sts::123456789012:assumed-role/scim-operator/")


@pytest.mark.usefixtures("operator")
def test_without_a_role_the_operators_own_credentials_are_used() -> None:
    credentials = session_for(settings.load("acme")).get_credentials()
    assert credentials is not None
    assert credentials.access_key == "testing"
