"""`scimctl environments`: what a file says, and what is wrong in it, before anything is deployed."""

import json
import re
from pathlib import Path

import pytest

from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from lambdas.environment.summary import summary
from scimprobe.endpoint.rules import read
from tests.unit.environment import files
from tests.unit.environment.files import as_toml
from tests.unit.scimctl.operators import refused, scimctl

WORKED = sorted(settings.ENVIRONMENTS.glob("*.toml"))

MINIMAL = files.MINIMAL | {"aws": {"account": "210987654321", "region": "eu-central-1"}}
"""What every file needs, without placeholders."""

PRODUCT = """
name = "acme"
description = "Acme Ltd"
directory = "acme-corp"
[aws]
account = "210987654321"
region = "eu-central-1"
[api]
authorizer_cache_seconds = 0
snap_start = false
[capabilities]
bulk = false
sort = false
[users]
required = ["name.givenName"]
unique = ["emails.value"]
matching = ["externalId"]
[users.allowed]
userType = ["Premium", "Standard"]
[users.defaults]
userType = "Standard"
active = true
[users.deprovisioning]
deleted = "disable"
memberships = "remove"
[groups]
created_by_clients = false
[[extensions]]
urn = "urn:ietf:params:scim:schemas:extension:2.0:Custom"
open = true
[[extensions.attributes]]
name = "folders"
multi_valued = true
shape = "objects"
mutability = "immutable"
[permissions]
sources = ["roles", "operator"]
default = ["reader"]
unknown_role = "refuse"
[[permissions.sets]]
id = "reader"
name = "Reader"
[login]
default = "built-in"
"""


@pytest.fixture(autouse=True)
def environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of environment files."""
    folder = tmp_path / "environments"
    folder.mkdir()
    monkeypatch.setattr(settings, "ENVIRONMENTS", folder)
    (folder / "acme.toml").write_text(PRODUCT)
    (folder / "local.toml").write_text(as_toml(MINIMAL | {"name": "local", "platform": "local"}))
    (folder / "wrong.toml").write_text(as_toml(MINIMAL | {"name": "wrong", "api": {"rate": 1, "brust": 3}}))
    return folder


def told(*arguments: str) -> str:
    result = scimctl("environments", *arguments)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def as_json(*arguments: str, status: int = 0) -> dict:
    result = scimctl("environments", *arguments, "--output", "json")
    assert result.exit_code == status, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_every_mistake_of_a_file_is_told_with_file_and_key_and_ends_with_exit_status_1():
    text = refused("environments", "check", "wrong")
    assert "wrong.toml is invalid:" in text
    assert "api.rate is 1; it must be a number of requests per second" in text
    assert (
        'api.brust is not a known key; did you mean "burst"? Known keys of [api]: authorizer_cache_seconds, rate, burst, '
        in text
    )


def test_a_program_is_told_each_mistake_with_its_key():
    checked = as_json("check", "wrong", status=1)
    assert (checked["file"], checked["valid"]) == ("environments/wrong.toml", False)
    assert [each["key"] for each in checked["mistakes"]] == ["api.rate", "api.brust"]
    assert all(each["text"].startswith(each["key"]) for each in checked["mistakes"])


def test_a_file_that_cannot_be_read_is_one_mistake_to_a_program(environments: Path):
    (environments / "broken.toml").write_text("name = ")
    (mistake,) = as_json("check", "broken", status=1)["mistakes"]
    assert mistake["key"] == ""
    assert "is not valid TOML: Invalid value (at end of document)." in mistake["text"]


def test_an_environment_without_a_file_is_told_with_those_that_have_one():
    assert refused("environments", "check", "nowhere").endswith("Existing environments: acme, local, wrong.")


@pytest.mark.parametrize(
    "line",
    [
        "Description Acme Ltd",
        "Deployed stack scim-acme in account 210987654321, eu-central-1",
        "Tenant URLs at API Gateway's own address",
        "Directory acme-corp",
        "Data is retained when the stack is deleted",
        "Requests 100 per second and route, 200 at once, a token is checked with each request, functions start without a snapshot",
        "Tokens expire 365 days after they are generated",
        "Log is kept 90 days, level INFO Alarms notify no recipient: set alarms.address or alarms.topic",
        "Switched off bulk, sort",
        "Users required: name.givenName unique: emails.value matched by: externalId",
        'userType: only "Premium" or "Standard" userType: "Standard" when none is sent active: true when none is sent',
        "Leaving active = false disables the user, DELETE keeps it, disabled, a disabled user leaves its groups",
        "Groups clients change members only; they create, rename and delete no group Extensions",
        "Extensions urn:ietf:params:scim:schemas:extension:2.0:Custom of users, open: takes any other attribute as text",
        "folders: list of strings, returned as objects, immutable",
        "Permissions sets: reader (Reader) from: roles that the client sends, an operator's assignment to a user",
        "a user who gets none has: reader a role that is no set is refused",
        "Login built-in, unless an operator says otherwise of a user",
        "Try it: scimctl local up --detach --environment acme Deploy it: npx cdk deploy -c environment=acme",
    ],
)
def test_a_file_without_mistakes_is_told_as_what_it_will_be(line: str):
    assert line in told("check", "acme")


def test_what_a_file_leaves_out_is_told_too():
    text = told("check", "local")
    assert "Switched off nothing" in text
    assert "Users as RFC 7643 says" in text
    assert "active = false disables the user, DELETE removes it, a disabled user stays in its groups" in text
    assert "Extensions none Permissions none" in text
    assert "npx cdk deploy" not in text


def test_a_user_who_is_removed_when_disabled_is_told_so_and_nothing_of_its_groups(environments: Path):
    leaving = {"deprovisioning": {"deactivated": "remove"}}
    (environments / "acme.toml").write_text(as_toml(MINIMAL | {"users": leaving}))
    assert "Leaving active = false removes the user, DELETE removes it Groups" in told("check", "acme")


def test_a_host_name_and_groups_that_are_not_served_are_told(environments: Path):
    certificate = "arn:aws:acm:eu-central-1:210987654321:certificate/87654321-4321-4321-4321-210987654321"
    domain = {"name": "scim.acme.io", "certificate": certificate}
    (environments / "acme.toml").write_text(as_toml(MINIMAL | {"domain": domain, "groups": {"served": False}}))
    text = told("check", "acme")
    assert "Tenant URLs https://scim.acme.io/v2/CONNECTION" in text
    assert "Groups none: a search finds none, and creating one is refused" in text


def test_a_program_is_told_all_settings_with_those_that_the_file_leaves_out():
    checked = as_json("check", "acme")
    assert checked["valid"]
    assert Environment.model_validate_json(json.dumps(checked["environment"])) == settings.load("acme")


def test_a_file_anywhere_else_can_be_checked_too(tmp_path: Path):
    elsewhere = tmp_path / "acme.toml"
    elsewhere.write_text(PRODUCT)
    text = told("check", str(elsewhere))
    assert "No mistakes: acme can be deployed." in text
    assert f"Try it: scimctl --file {elsewhere} local up --detach" in text
    assert text.endswith(f"Deploy it: npx cdk deploy -c environment={elsewhere}")
    elsewhere.write_text("rate = 3")
    assert f"{elsewhere} is invalid: name is missing" in refused("environments", "check", str(elsewhere))


def test_environments_are_listed_with_where_they_are_deployed_and_a_wrong_file_hides_no_other():
    text = told("list")
    assert "acme Acme Ltd 210987654321, eu-central-1" in text
    assert "local Acme Ltd local cloud" in text
    assert "wrong has mistakes scimctl environments check wrong" in text


def test_a_program_is_told_the_same():
    acme, local, wrong = as_json("list")["environments"]
    assert acme == {
        "name": "acme",
        "valid": True,
        "description": "Acme Ltd",
        "platform": "aws",
        "account": "210987654321",
        "region": "eu-central-1",
    }
    assert local["platform"] == "local"
    assert wrong == {"name": "wrong", "valid": False}


def test_what_a_terminal_would_obey_is_not_printed(environments: Path):
    (environments / "acme.toml").write_text(as_toml(MINIMAL | {"description": "\x1b[2Jgone"}))
    assert "\x1b" not in told("check", "acme") + told("list")


@pytest.mark.parametrize("name", ["example", "local"])
def test_the_files_of_the_project_can_be_told(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    assert all(lines and all(lines) for _, lines in summary(settings.load(name)))


# Expectations ----------------------------------------------------------------------------------------------------


def test_expectations_are_the_rules_that_an_identity_provider_meets_and_nothing_of_the_deployment(
    tmp_path: Path,
) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(PRODUCT)
    printed = scimctl("environments", "expectations", str(path)).stdout
    rules = read(json.loads(printed))
    assert rules.name == "acme.toml"
    users = rules.attributes["User"]
    assert (users.required, users.unique) == (("name.givenName",), ("emails.value",))
    assert users.allowed == {"userType": ("Premium", "Standard")}
    assert users.defaults == {"userType": "Standard", "active": True}
    assert (rules.deactivated, rules.deleted, rules.memberships) == ("disable", "disable", "remove")
    assert (rules.groups_served, rules.groups_created, rules.system_groups) == (True, False, ())
    (extension,) = rules.extensions
    (folders,) = extension.attributes
    assert (extension.is_open, folders.shape, folders.mutability) == (True, "objects", "immutable")
    assert rules.permissions.refuses_unknown_roles
    assert rules.capabilities == {"bulk": False, "sort": False, "etag": True, "cursor": True}
    assert not {"123456789012", "eu-central-1", "acme-corp"} & set(re.findall(r"[\w-]+", printed))


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_the_expectations_of_every_worked_environment_can_be_read(path: Path) -> None:
    rules = read(json.loads(scimctl("environments", "expectations", str(path)).stdout))
    assert rules.name == path.name
    roles = ("Owner", "Admin", "Formulator", "Production", "Viewer")
    assert rules.system_groups == (roles if path.stem == "formulation" else ())


def test_a_file_with_mistakes_has_no_expectations(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text(PRODUCT + "[nonsense]\n")
    assert "nonsense" in refused("environments", "expectations", str(path))
