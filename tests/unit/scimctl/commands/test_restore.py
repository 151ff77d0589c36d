"""`scimctl directories restore`: what it asks for, what it refuses, and what it leaves in the log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.credentials.connections import Connection, State, new_connection, new_token
from lambdas.credentials.store import ConnectionStore
from lambdas.store.table import Table
from support.tables import create_table
from tests.storage.builders import Directory
from tests.unit.scimctl.commands.conftest import DIRECTORY, Acme

BACKUP = "scim-acme-before"


@pytest.fixture
def backup(acme: Acme, dynamodb: Any) -> Iterator[Directory]:
    """What AWS restored: one user, who has been deleted since; another was created."""
    create_table(dynamodb, BACKUP)
    kept = Directory(Table(dynamodb, BACKUP), DIRECTORY)
    kept.user("ada")
    acme.directory.user("bob")
    yield kept
    dynamodb.delete_table(TableName=BACKUP)


def connect(acme: Acme, directory: str = DIRECTORY) -> tuple[ConnectionStore, Connection]:
    """A connection of a directory."""
    store, now = ConnectionStore(acme.directory.table), datetime.now(UTC)
    connection = new_connection(directory, now=now)
    token, _ = new_token(connection, lifetime=timedelta(days=1), now=now)
    return store, store.create(connection, token)


def restore(*arguments: str) -> tuple[str, ...]:
    return ("directories", "restore", "--from", BACKUP, *arguments)


def test_a_directory_is_restored_when_the_operator_agrees(acme: Acme, backup: Directory) -> None:
    result = acme.scimctl(*restore(), answer="y\n")
    assert result.exit_code == 0, result.output
    assert "users 1 → 1, groups 0 → 0" in " ".join(result.stderr.split())
    assert [each["userName"] for each in acme.json("users", "list")["Resources"]] == ["ada"]
    assert "scimctl directories verify" in result.stdout


def test_it_is_in_the_log_under_the_operators_identity(acme: Acme, backup: Directory) -> None:
    acme.scimctl(*restore("--yes"))
    (record,) = acme.records()
    assert record["operator"].startswith("arn:aws:")
    assert f"restore directory {DIRECTORY} from table {BACKUP}" in acme.told("log")
    assert f"Done: from table {BACKUP}" in acme.told("log", "show", record["request_id"])


def test_nothing_is_done_without_an_answer(acme: Acme, backup: Directory) -> None:
    assert "Nothing was changed" in acme.refused(*restore(), answer="n\n")
    assert [each["userName"] for each in acme.json("users", "list")["Resources"]] == ["bob"]
    assert acme.records() == []


def test_a_directory_that_an_identity_provider_may_change_is_not_restored(acme: Acme, backup: Directory) -> None:
    store, connection = connect(acme)
    connect(acme, "another")
    told = acme.refused(*restore("--yes"))
    assert f"scimctl connections disable {connection.id} --environment acme" in told
    assert told.count("connections disable") == 1
    store.set_state(connection, State.DISABLED)
    assert acme.scimctl(*restore("--yes")).exit_code == 0


def test_connections_stay_as_they_are(acme: Acme, backup: Directory) -> None:
    store, connection = connect(acme)
    disabled = store.set_state(connection, State.DISABLED)
    acme.scimctl(*restore("--yes"))
    assert store.connection(connection.id) == disabled


def test_a_directory_that_is_what_it_was_is_left_alone(acme: Acme, backup: Directory) -> None:
    acme.scimctl(*restore("--yes"))
    assert f"Directory {DIRECTORY} is as it was in {BACKUP}." in acme.told(*restore("--yes"))
    assert len(acme.records()) == 1


def test_a_backup_without_the_directory_would_empty_it_and_is_refused(acme: Acme, backup: Directory) -> None:
    told = acme.refused("directories", "restore", "--from", BACKUP, "--directory", "another", "--yes")
    assert "has no items of directory another" in told


def test_a_table_that_is_not_there_is_told(acme: Acme) -> None:
    assert "ResourceNotFoundException" in acme.refused("directories", "restore", "--from", "nowhere", "--yes")
