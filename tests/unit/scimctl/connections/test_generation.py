"""`scimctl connections`: what it writes, what it prints, and what it says when it cannot."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError
from click.testing import Result
from typer.testing import CliRunner

from lambdas.credentials import tokens
from lambdas.environment import file as settings
from lambdas.operations.connections import Connections
from lambdas.operations.problems import Problem
from scimctl.local_state import LocalState, write_state
from scimctl.main import app
from scimctl.targets import resolve
from tests.unit.scimctl import operators
from tests.unit.scimctl.operators import ACME, BASE_URL, TABLE

pytestmark = pytest.mark.usefixtures("operator")


def scimctl(*arguments: str) -> Result:
    return operators.scimctl("connections", *arguments)


def refused(*arguments: str) -> str:
    return operators.refused("connections", *arguments)


def created(*arguments: str) -> dict[str, Any]:
    """Create a connection of acme and return what a program is told."""
    result = scimctl("create", "--environment", "acme", "--output", "json", *arguments)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_a_program_is_told_tenant_url_and_secret_token(deployed):
    told = created()
    assert told["tenant_url"] == f"{BASE_URL}/v2/{told['connection']}"
    assert tokens.parse(told["secret_token"]).id == told["token"]["id"]


def test_the_connection_is_in_the_table_of_the_stack_and_its_token_opens_it(deployed):
    told = created("--label", "Entra ID, production")
    connection = deployed.connection(told["connection"])
    assert (connection.directory, connection.label) == ("acme-corp", "Entra ID, production")
    (token,) = deployed.tokens(connection.tokens)
    assert tokens.matches(tokens.parse(told["secret_token"]), token.hash)
    assert (token.connection, token.directory, token.scope.value) == (connection.id, "acme-corp", "provision")


def test_another_directory_is_another_directory_of_the_same_table(deployed):
    told = created("--directory", "subsidiary")
    assert told["directory"] == "subsidiary"
    assert deployed.connection(told["connection"]).directory == "subsidiary"
    assert deployed.token(told["token"]["id"]).directory == "subsidiary"


def test_a_token_lives_as_long_as_the_environment_says(deployed):
    _assert_days(created(), 30)


def test_a_token_lives_as_long_as_the_operator_says(deployed):
    _assert_days(created("--expires-in-days", "7"), 7)


def _assert_days(told: dict[str, Any], days: int) -> None:
    expected = datetime.now(UTC) + timedelta(days=days)
    assert abs(datetime.fromisoformat(told["token"]["expires"]) - expected) < timedelta(minutes=1)


def test_people_see_each_value_whole_on_its_own_line_and_the_token_once(deployed):
    result = CliRunner().invoke(app, ["connections", "create", "-e", "acme"], env={"COLUMNS": "40"})
    lines = dict(re.findall(r"^([A-Za-z ]+): +(.*)$", result.stdout, re.MULTILINE))
    assert result.exit_code == 0
    assert lines["Tenant URL"].startswith(f"{BASE_URL}/v2/")
    assert tokens.parse(lines["Secret Token"]) is not None
    assert (lines["User Name"], lines["Password"]) == (lines["Tenant URL"].rpartition("/")[2], lines["Secret Token"])
    assert "Redirect URI" not in lines
    assert "cannot be shown again" in result.stderr


def test_an_administrator_gets_all_that_is_pasted_on_one_screen(deployed):
    uris = ["https://app.acme.com/signin-oidc", "http://localhost:5000/signin-oidc"]
    (settings.ENVIRONMENTS / "acme.toml").write_text(f"{ACME}[login]\nredirect_uris = {json.dumps(uris)}\n")
    made = created()
    assert (made["user_name"], made["password"]) == (made["connection"], made["secret_token"])
    assert made["redirect_uris"] == uris
    shown = scimctl("show", made["connection"], "--environment", "acme").stdout
    assert re.findall(r"^(Tenant URL|User Name|Redirect URI): +(.*)$", shown, re.MULTILINE) == [
        ("Tenant URL", made["tenant_url"]),
        ("User Name", made["connection"]),
        *(("Redirect URI", uri) for uri in uris),
    ]
    assert "shown once" in shown


def test_a_connection_is_shown_without_any_secret(deployed):
    told = created("--label", "Entra ID")
    for output in ("json", "text"):
        result = scimctl("show", told["connection"], "--environment", "acme", "--output", output)
        assert result.exit_code == 0
        assert told["tenant_url"] in result.output
        assert told["token"]["id"] in result.output
        secret = tokens.parse(told["secret_token"])
        assert secret.secret not in result.output
        assert secret.hash.hex() not in result.output
    assert json.loads(scimctl("show", told["tenant_url"], "-e", "acme", "-o", "json").stdout)["label"] == "Entra ID"


def test_a_generated_connection_hides_its_secret_in_its_representation(deployed):
    generated = Connections(resolve("acme")).generate()
    assert tokens.parse(generated.secret_token).secret not in repr(generated)


def test_an_unknown_connection_is_said_to_be_unknown(deployed):
    assert "There is no connection aaaaaaaaaaaaaaaa" in refused("show", "aaaaaaaaaaaaaaaa", "-e", "acme")


@pytest.mark.parametrize("directory", ["Acme", "a#b", "-a", "x" * 64])
def test_a_directory_id_that_cannot_be_one_is_explained_and_nothing_is_written(deployed, directory):
    assert "lower-case letters" in refused("create", "-e", "acme", "--directory", directory)
    assert deployed.table.client.scan(TableName=TABLE)["Items"] == []


def test_an_empty_directory_id_is_not_taken_for_the_environments_own(deployed):
    assert "lower-case letters" in refused("create", "-e", "acme", "--directory", "")


@pytest.mark.parametrize("days", ["0", "-1", "3651", "9" * 30, "a year"])
def test_a_lifetime_out_of_bounds_is_explained(days):
    result = scimctl("create", "-e", "acme", "--expires-in-days", days)
    assert result.exit_code == 2
    assert "--expires-in-days" in result.stderr


def test_a_label_that_is_too_long_is_explained(deployed):
    assert "at most 100 characters" in refused("create", "-e", "acme", "--label", "x" * 101)


def test_an_environment_without_a_file_is_explained():
    told = refused("create", "-e", "nowhere")
    assert "nowhere.toml" in told
    assert "acme" in told


def test_an_environment_that_is_not_deployed_is_explained(cloudformation):
    cloudformation.stacks.clear()
    told = refused("create", "-e", "acme")
    assert "There is no stack scim-acme in eu-west-1" in told
    assert "deploy it first with `npx cdk deploy -c environment=acme`, or correct `aws.region`." in told


def test_a_stack_without_outputs_is_explained(cloudformation):
    cloudformation.stacks["scim-acme"] = {"BaseUrl": BASE_URL}
    assert "no output TableName" in refused("create", "-e", "acme")


def test_credentials_of_another_account_are_explained_before_anything_is_written(cloudformation):
    cloudformation.account = "210987654321"
    told = refused("create", "-e", "acme")
    assert "210987654321" in told
    assert "123456789012" in told


def test_missing_credentials_are_explained(cloudformation, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert "no AWS credentials" in refused("create", "-e", "acme")
    assert cloudformation.asked == []


def test_an_unknown_profile_is_explained(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    told = refused("create", "-e", "acme")
    assert "nobody" in told
    assert "AWS_PROFILE" in told


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("AccessDenied", "are not allowed to call"),
        ("ExpiredToken", "sign in again"),
        ("InvalidClientTokenId", "sign in again, or enable the region for the account"),
    ],
)
def test_credentials_that_do_not_suffice_are_explained(cloudformation, code, wanted):
    cloudformation.error = (403, code, "User: arn:aws:iam::123456789012:user/op is not authorized")
    assert wanted in refused("create", "-e", "acme")


def test_an_unreachable_aws_is_explained(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "http://127.0.0.1:9")
    assert "No answer from stack scim-acme in eu-west-1" in refused("create", "-e", "acme")


def test_a_missing_table_is_explained(deployed, cloudformation):
    cloudformation.stacks["scim-acme"] = {"BaseUrl": BASE_URL, "TableName": "gone"}
    assert "ResourceNotFoundException" in refused("create", "-e", "acme")


def test_a_local_environment_that_was_never_deployed_is_explained():
    assert "scimctl local up" in refused("create", "-e", "local")


def test_a_local_cloud_that_does_not_run_is_explained(tmp_path):
    write_state(tmp_path / ".local", LocalState("local", 9, "us-east-1", {"TableName": "t", "ApiId": "abc"}))
    told = refused("create", "-e", "local")
    assert "No answer from the local cloud on port 9" in told
    assert "scimctl local up" in told


def test_a_local_cloud_of_another_environment_is_not_taken_for_this_one(tmp_path):
    write_state(tmp_path / ".local", LocalState("other", 9, "us-east-1", {"TableName": "t", "ApiId": "abc"}))
    assert "local is not deployed" in refused("create", "-e", "local")


def test_a_local_target_never_reaches_aws(tmp_path):
    write_state(tmp_path / ".local", LocalState("local", 4599, "us-east-1", {"TableName": "t", "ApiId": "abc"}))
    target = resolve("local")
    assert target.client("dynamodb").meta.endpoint_url in ("http://localhost:4599", "http://127.0.0.1:4599")
    assert target.tenant_url("x") == "http://127.0.0.1:4599/restapis/abc/scim/_user_request_/v2/x"


def test_another_state_directory_is_another_local_cloud(tmp_path):
    outputs = {"TableName": "second", "ApiId": "abc"}
    write_state(tmp_path / "second", LocalState("local", 4600, "us-east-1", outputs))
    assert resolve("local", tmp_path / "second").table_name == "second"
    with pytest.raises(Problem):
        resolve("local")


@pytest.mark.parametrize("arguments", [[], ["connections"], ["connections", "create"], ["local"], ["simulate"]])
def test_every_command_teaches_with_help(arguments):
    result = CliRunner().invoke(app, [*arguments, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_help_shows_how_a_connection_is_created():
    assert "scimctl connections create --environment acme" in scimctl("create", "--help").output


def test_a_change_without_an_answer_is_said_to_be_unknown(deployed, monkeypatch):
    call = BaseClient._make_api_call

    def silent_at_writes(client, operation, arguments):
        if operation == "TransactWriteItems":
            raise ReadTimeoutError(endpoint_url="https://dynamodb.eu-west-1.amazonaws.com")
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", silent_at_writes)
    told = refused("create", "-e", "acme")
    assert "completely or not at all" in told
    assert "scimctl connections list --environment acme" in told
