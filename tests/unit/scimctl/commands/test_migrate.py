"""`scimctl migrate`: what it asks for, what it refuses, and what it leaves in the log; with a migration of the tests' own."""

from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.store import schema
from lambdas.store.schema import read_schema, schema_item
from lambdas.store.table import Table
from scimctl.maintenance import migrations
from support.tables import create_table
from tests.storage.test_migrations import COLOURS, colours
from tests.unit.scimctl.cloudformation import StandIn
from tests.unit.scimctl.commands.conftest import Acme


@pytest.fixture
def due(acme: Acme, monkeypatch: pytest.MonkeyPatch, cloudformation: StandIn) -> Acme:
    """An environment whose functions support schema 2, and whose table has schema 1."""
    monkeypatch.setattr(schema, "CURRENT", 2)
    monkeypatch.setattr(migrations, "ALL", (COLOURS,))
    cloudformation.stacks["scim-acme"] = {**cloudformation.stacks["scim-acme"], "Schema": "2"}
    acme.directory.user("ada")
    return acme


def test_an_environment_of_the_current_schema_needs_nothing(acme: Acme) -> None:
    assert "There is nothing to migrate." in acme.told("migrate")
    assert acme.records() == []


def test_a_dry_run_counts_and_changes_nothing(due: Acme) -> None:
    assert "schema 2 changes 1 items. Nothing was changed." in due.told("migrate", "--dry-run")
    assert colours(due.directory.table) == [None]
    assert due.json("migrate", "--dry-run")["schema"] == 1
    assert due.records() == []


def test_a_migration_is_confirmed_run_and_recorded(due: Acme) -> None:
    result = due.scimctl("migrate", answer="y\n")
    assert result.exit_code == 0, result.output
    assert "from schema 1 to 2. Users get a colour." in " ".join(result.stderr.split())
    assert colours(due.directory.table) == ["none"]
    assert read_schema(due.directory.table) == 2
    (record,) = due.records()
    assert record["operator"].startswith("arn:aws:")
    assert (record["action"], record["detail"].split(": ")[1]) == ("migrate", "1 items changed")


def test_nothing_is_changed_without_an_answer(due: Acme) -> None:
    assert "Nothing was changed" in due.refused("migrate", answer="n\n")
    assert colours(due.directory.table) == [None]


def test_it_can_be_repeated(due: Acme) -> None:
    (first,) = due.json("migrate", "--yes")["migrations"]
    assert (first["to"], first["changed"]) == (2, 1)
    assert due.json("migrate", "--yes")["migrations"] == []


def test_functions_that_do_not_support_the_new_schema_are_deployed_first(due: Acme, cloudformation: StandIn) -> None:
    cloudformation.stacks["scim-acme"] = {**cloudformation.stacks["scim-acme"], "Schema": "1"}
    assert "Deploy this version first." in due.refused("migrate", "--yes")
    assert colours(due.directory.table) == [None]


def test_a_newer_schema_is_refused_by_it_and_by_every_command_that_acts_on_the_table(acme: Acme) -> None:
    acme.directory.table.write({"Put": {"Item": schema_item(schema.CURRENT + 1)}})
    assert "Use the version that is deployed there." in acme.refused("migrate", "--yes")
    for command in (("users", "list"), ("connections", "list"), ("directories", "verify")):
        assert f"has schema {schema.CURRENT + 1}" in acme.refused(*command)


@pytest.fixture
def backup(due: Acme, dynamodb: Any) -> Iterator[Table]:
    """A table that AWS restored, of schema 1."""
    create_table(dynamodb, "scim-acme-before")
    yield Table(dynamodb, "scim-acme-before")
    dynamodb.delete_table(TableName="scim-acme-before")


def test_a_backup_of_an_older_schema_is_migrated_before_a_directory_is_restored_from_it(
    due: Acme, backup: Table
) -> None:
    due.scimctl("migrate", "--yes")
    assert "scimctl migrate --table scim-acme-before" in due.refused("directories", "restore", "--from", backup.name)
    assert due.scimctl("migrate", "--table", backup.name, "--yes").exit_code == 0
    assert read_schema(backup) == 2
    assert "has no items of directory" in due.refused("directories", "restore", "--from", backup.name)
