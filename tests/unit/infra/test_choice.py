"""The stacks that the CDK's command line selects."""

import json
from pathlib import Path

import pytest

from infra.choice import CONTEXT, Choice, read_choice
from lambdas.environment import file as settings
from lambdas.environment.file import LOCAL_ACCOUNT, LOCAL_REGION, Environment, SettingsError
from tests.unit.environment.files import MINIMAL, as_toml


def chosen(monkeypatch: pytest.MonkeyPatch, **context: str) -> Choice:
    monkeypatch.setenv(CONTEXT, json.dumps(context))
    return read_choice()


def environment_of(monkeypatch: pytest.MonkeyPatch, **context: str) -> Environment:
    (found,) = chosen(monkeypatch, **context).environments
    return found


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    """An environment without placeholders, in a folder outside the checkout."""
    monkeypatch.setattr(settings, "ENVIRONMENTS", tmp_path)
    aws = {"account": "210987654321", "region": "eu-west-1"}
    for name in ("acme", "globex"):
        (tmp_path / f"{name}.toml").write_text(as_toml(MINIMAL | {"name": name, "aws": aws}))
    return settings.load("acme")


def test_an_environment_is_deployed_where_its_file_says(monkeypatch: pytest.MonkeyPatch, acme: Environment):
    assert environment_of(monkeypatch, environment="acme") == acme
    assert not acme.local


def test_several_environments_can_be_selected_at_once(monkeypatch: pytest.MonkeyPatch, acme: Environment):
    found = chosen(monkeypatch, environment="acme, globex")
    assert [each.name for each in found.environments] == ["acme", "globex"]


def test_a_path_selects_a_file_in_any_folder(monkeypatch: pytest.MonkeyPatch, acme: Environment, tmp_path: Path):
    path = str(tmp_path / "acme.toml")
    monkeypatch.setattr(settings, "ENVIRONMENTS", tmp_path / "another")
    assert environment_of(monkeypatch, environment=path) == acme


def test_the_placeholders_of_the_example_files_are_not_deployed_to_aws(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SettingsError, match=r'aws.account has the placeholder "123456789012" of the example file'):
        chosen(monkeypatch, environment="example")
    assert environment_of(monkeypatch, environment="example", platform="local").local
    assert environment_of(monkeypatch, environment="local").local


@pytest.mark.parametrize("name", settings.names())
def test_every_environment_can_be_deployed_into_the_local_cloud_with_all_that_its_file_says_of_the_endpoint(
    monkeypatch: pytest.MonkeyPatch, name: str
):
    written, local = settings.load(name), environment_of(monkeypatch, environment=name, platform="local")
    assert local.local
    assert (local.aws.account, local.aws.region) == (LOCAL_ACCOUNT, LOCAL_REGION)
    assert local.aws.retain_data == written.aws.retain_data
    assert (local.domain, local.backup) == (None, None)
    assert [each.id for each in local.webhooks] == [each.id for each in written.webhooks]
    assert all(each.is_loopback for each in local.webhooks), "events of the local cloud never reach the product"
    elsewhere = {"platform", "aws", "domain", "backup", "webhooks"}
    assert local.model_dump(exclude=elsewhere) == written.model_dump(exclude=elsewhere)
    assert Environment.model_validate_json(local.model_dump_json()) == local


@pytest.mark.parametrize("platform", ["aws", "Local", "azure"])
def test_no_other_platform_is_supported(monkeypatch: pytest.MonkeyPatch, platform: str):
    with pytest.raises(SettingsError, match=f"Unsupported value: -c platform={platform} "):
        chosen(monkeypatch, environment="example", platform=platform)


def test_no_environment_is_guessed(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SettingsError, match=r"Add -c environment=NAME \(existing environments: .*example"):
        chosen(monkeypatch, platform="local")
    monkeypatch.delenv(CONTEXT)
    with pytest.raises(SettingsError, match="No environment is selected"):
        read_choice()


def test_the_shared_stack_of_an_account_is_selected_by_any_of_its_environments(
    monkeypatch: pytest.MonkeyPatch, acme: Environment
):
    found = chosen(monkeypatch, **{"account-of": "acme"})
    assert found.environments == ()
    assert found.account_of == acme


def test_the_local_cloud_s_own_environment_is_the_same_with_and_without_saying_so():
    assert settings.load("local", platform="local") == settings.load("local")


def test_in_the_local_cloud_consoles_sign_in_with_its_own_provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    context = {"environment": "forms-admin", "console-authority": "http://127.0.0.1:4567"}
    console = environment_of(monkeypatch, platform="local", **context).console
    assert console is not None
    assert (console.issuer, console.client_id) == ("http://127.0.0.1:4567", "console")
    monkeypatch.setattr(settings, "ENVIRONMENTS", tmp_path)
    (tmp_path / "acme.toml").write_text(as_toml(MINIMAL | {"name": "acme"}))
    assert environment_of(monkeypatch, **{**context, "environment": "acme"}, platform="local").console is None
    with pytest.raises(SettingsError, match="for the local cloud"):
        chosen(monkeypatch, **context)
