"""The stacks that the CDK's command line selects."""

import json

import pytest

from infra.choice import CONTEXT, Choice, read_choice
from lambdas.environment import file as settings
from lambdas.environment.file import LOCAL_ACCOUNT, LOCAL_REGION, Environment, SettingsError


def chosen(monkeypatch: pytest.MonkeyPatch, **context: str) -> Choice:
    monkeypatch.setenv(CONTEXT, json.dumps(context))
    return read_choice()


def environment_of(monkeypatch: pytest.MonkeyPatch, **context: str) -> Environment:
    (found,) = chosen(monkeypatch, **context).environments
    return found


def test_an_environment_is_deployed_where_its_file_says(monkeypatch: pytest.MonkeyPatch):
    assert environment_of(monkeypatch, environment="example") == settings.load("example")
    assert not environment_of(monkeypatch, environment="example").local
    assert environment_of(monkeypatch, environment="local").local


def test_several_environments_can_be_selected_at_once(monkeypatch: pytest.MonkeyPatch):
    found = chosen(monkeypatch, environment="devices, compliance")
    assert [each.name for each in found.environments] == ["devices", "compliance"]


@pytest.mark.parametrize("name", settings.names())
def test_every_environment_can_be_deployed_into_the_local_cloud_with_all_that_its_file_says_of_the_endpoint(
    monkeypatch: pytest.MonkeyPatch, name: str
):
    written, local = settings.load(name), environment_of(monkeypatch, environment=name, platform="local")
    assert local.local
    assert (local.aws.account, local.aws.region) == (LOCAL_ACCOUNT, LOCAL_REGION)
    assert local.aws.retain_data == written.aws.retain_data
    assert local.domain is None
    elsewhere = {"platform", "aws", "domain"}
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


def test_the_shared_stack_of_an_account_is_selected_by_any_of_its_environments(monkeypatch: pytest.MonkeyPatch):
    found = chosen(monkeypatch, **{"account-of": "example"})
    assert found.environments == ()
    assert found.account_of == settings.load("example")


def test_the_local_cloud_s_own_environment_is_the_same_with_and_without_saying_so():
    assert settings.load("local", platform="local") == settings.load("local")
