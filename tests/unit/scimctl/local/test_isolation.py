"""The operator's settings for AWS and for proxies do not reach the local cloud."""

import os

import boto3
import pytest

from scimctl.local import isolation
from scimctl.local_state import LocalState


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every change of the environment ends with the test."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def test_settings_for_aws_are_forgotten(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_DYNAMODB", "CDK_DEFAULT_ACCOUNT"):
        monkeypatch.setitem(os.environ, name, "the operator's")
    isolation.isolate()
    assert "the operator's" not in os.environ.values()


def test_other_settings_stay(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(os.environ, "EDITOR", "vi")
    isolation.isolate()
    assert os.environ["EDITOR"] == "vi"


def test_a_client_of_the_local_cloud_is_made_whatever_the_profile(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(os.environ, "AWS_PROFILE", "nonexistent")
    isolation.isolate()
    client = boto3.session.Session().client("logs", **LocalState("local", 4600, "us-east-1").client_arguments())
    assert client.meta.endpoint_url == "http://127.0.0.1:4600"


@pytest.mark.parametrize(("before", "after"), [("", "127.0.0.1"), ("example.com", "example.com,127.0.0.1")])
def test_no_proxy_stands_between(monkeypatch: pytest.MonkeyPatch, before: str, after: str):
    monkeypatch.setitem(os.environ, "no_proxy", before)
    monkeypatch.setitem(os.environ, "NO_PROXY", "")
    isolation.isolate()
    assert (os.environ["no_proxy"], os.environ["NO_PROXY"]) == (after, after)
