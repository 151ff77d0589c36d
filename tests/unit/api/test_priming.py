"""The first requests before a snapshot: all of the protocol runs, and nothing else happens."""

import logging
import socket
import tempfile
from pathlib import Path

import boto3
import pytest

from lambdas.api import priming
from lambdas.environment.file import SettingsError, load
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
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")


@pytest.fixture
def client(offline: None):
    return boto3.client("dynamodb", region_name="eu-central-1")


@pytest.mark.parametrize("toml", ["", MANY_RULES])
def test_a_search_a_creation_and_a_change_run_without_the_network_and_without_a_record(
    client, toml: str, caplog, capsys
):
    calls = []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    with caplog.at_level(logging.DEBUG, logger="lambdas"):
        priming.prime(Directories.open(environment_of(toml), Table(client, "table")), client)
    assert {"GetItem"} < set(calls)
    assert capsys.readouterr().out == ""
    assert [each for each in caplog.records if each.name.startswith("lambdas")] == []


def test_the_requests_succeed_in_an_environment_without_further_rules(client):
    directories = Directories.open(environment_of(), Table(client, "table"))
    seen: list[int] = []
    handle = directories.handle

    def watched(*arguments, **keywords):
        response = handle(*arguments, **keywords)
        seen.append(response.status)
        return response

    directories.handle = watched  # type: ignore[method-assign]
    priming.prime(directories, client)
    assert seen[:2] == [200, 201]


def test_afterwards_the_client_uses_the_network_again(client, monkeypatch: pytest.MonkeyPatch):
    priming.prime(Directories.open(environment_of(), Table(client, "table")), client)

    def down(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", down)
    with pytest.raises(Exception, match="Could not connect"):
        client.get_item(TableName="table", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})


def test_no_file_can_name_the_directory_of_the_stub():
    with pytest.raises(SettingsError, match=r"directory is .-priming-"):
        load_file(f'directory = "{priming.DIRECTORY}"')


def load_file(line: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "acme.toml"
        path.write_text(f"{line}\n{HEAD}")
        load(path)
