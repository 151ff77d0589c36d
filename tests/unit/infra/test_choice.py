"""Which environment the CDK's command line means, and where it is to be deployed."""

import json

import pytest

from infra.choice import CONTEXT, chosen_environment
from lambdas.environment import file as settings
from lambdas.environment.file import LOCAL_ACCOUNT, LOCAL_REGION, Environment, SettingsError


def chosen(monkeypatch: pytest.MonkeyPatch, **context: str) -> Environment:
    monkeypatch.setenv(CONTEXT, json.dumps(context))
    return chosen_environment()


def test_an_environment_is_deployed_where_its_file_says(monkeypatch: pytest.MonkeyPatch):
    assert chosen(monkeypatch, environment="example") == settings.load("example")
    assert not chosen(monkeypatch, environment="example").local
    assert chosen(monkeypatch, environment="local").local


@pytest.mark.parametrize("name", settings.names())
def test_every_environment_can_be_deployed_into_the_local_cloud_with_all_that_its_file_says_of_the_endpoint(
    monkeypatch: pytest.MonkeyPatch, name: str
):
    written, local = settings.load(name), chosen(monkeypatch, environment=name, platform="local")
    assert local.local
    assert (local.aws.account, local.aws.region) == (LOCAL_ACCOUNT, LOCAL_REGION)
    assert local.aws.retain_data == written.aws.retain_data
    assert local.domain is None
    elsewhere = {"platform", "aws", "domain"}
    assert local.model_dump(exclude=elsewhere) == written.model_dump(exclude=elsewhere)
    assert Environment.model_validate_json(local.model_dump_json()) == local


@pytest.mark.parametrize("platform", ["aws", "Local", "azure"])
def test_no_other_platform_can_be_said(monkeypatch: pytest.MonkeyPatch, platform: str):
    with pytest.raises(SettingsError, match=f"-c platform={platform} cannot be said: only -c platform=local"):
        chosen(monkeypatch, environment="example", platform=platform)


def test_no_environment_is_guessed(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SettingsError, match=r"Say -c environment=NAME; there are files for: .*example"):
        chosen(monkeypatch, platform="local")
    monkeypatch.delenv(CONTEXT)
    with pytest.raises(SettingsError, match="Which environment"):
        chosen_environment()


def test_the_local_cloud_s_own_environment_is_the_same_with_and_without_saying_so():
    assert settings.load("local", platform="local") == settings.load("local")
