"""The first requests before a snapshot: all of the protocol runs, and nothing else happens."""

import logging
import socket
import tempfile
from pathlib import Path

import pytest
from botocore.config import Config

from lambdas.api import priming
from lambdas.api.primed_table import DIRECTORY
from lambdas.environment.file import SettingsError, load
from lambdas.store.client import open_client
from lambdas.store.directories import Directories
from lambdas.store.table import Table
from support.environments import HEAD, environment_of

MANY_RULES = """
[users]
required = ["title"]
unique = ["emails.value"]
[permissions]
sources = ["system-groups"]
[[permissions.sets]]
id = "admin"
name = "Admin"
"""


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("priming must not reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")


@pytest.fixture
def opened(offline: None):
    config = Config(region_name="eu-central-1", retries={"mode": "standard", "total_max_attempts": 1})
    client, transport = open_client(config)
    assert transport is not None
    return client, transport


@pytest.fixture
def client(opened):
    return opened[0]


@pytest.fixture
def transport(opened):
    return opened[1]


@pytest.mark.parametrize("toml", ["", MANY_RULES])
def test_one_request_of_each_kind_runs_without_the_network_and_without_a_record(
    client, transport, toml: str, caplog, capsys
):
    calls = []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    with caplog.at_level(logging.DEBUG, logger="lambdas"):
        priming.prime(Directories.open(environment_of(toml), Table(client, "table")), transport)
    assert {"GetItem", "Query", "UpdateItem", "TransactWriteItems"} < set(calls)
    assert capsys.readouterr().out == ""
    assert [each for each in caplog.records if each.name.startswith("lambdas")] == []


def test_the_plans_of_usual_answers_are_compiled(client, transport):
    directories = Directories.open(environment_of(), Table(client, "table"))
    priming.prime(directories, transport)
    assert len(directories.service.plans) == len(("users", "groups", "groups without members"))


def test_the_requests_succeed_in_an_environment_without_further_rules(client, transport):
    directories = Directories.open(environment_of(), Table(client, "table"))
    seen: list[int] = []
    handle = directories.handle

    def watched(*arguments, **keywords):
        response = handle(*arguments, **keywords)
        seen.append(response.status)
        return response

    directories.handle = watched  # type: ignore[method-assign]
    priming.prime(directories, transport)
    assert len(seen) == len([*priming.requests()])
    assert {method for method, *_ in priming.requests()} == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert set(seen) <= {200, 201, 204}


def test_afterwards_the_client_uses_the_network_again(client, transport, monkeypatch: pytest.MonkeyPatch):
    priming.prime(Directories.open(environment_of(), Table(client, "table")), transport)

    def down(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", down)
    with pytest.raises(Exception, match="Could not connect"):
        client.get_item(TableName="table", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})


def test_no_secret_that_is_not_the_table_s_gets_into_a_snapshot(client, transport):
    keys = []
    client.meta.events.register(
        "provide-client-params.dynamodb.GetItem", lambda params, **_: keys.append(params["Key"])
    )
    priming.prime(Directories.open(environment_of(), Table(client, "table")), transport)
    assert keys
    assert not [each for each in keys if each["pk"]["S"].startswith("SECRET")]


def test_no_file_can_name_the_directory_of_the_stub():
    with pytest.raises(SettingsError, match=r"directory is .-priming-"):
        load_file(f'directory = "{DIRECTORY}"')


def load_file(line: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "acme.toml"
        path.write_text(f"{line}\n{HEAD}")
        load(path)
