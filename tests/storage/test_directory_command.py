"""`scimctl directories verify`: what it prints, what it mends, and its exit status, over a table with something wrong in it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from lambdas.environment import file as settings
from lambdas.store import keys
from lambdas.store.keys import key_of
from lambdas.store.table import Table
from scimctl.local_state import STATE_DIRECTORY_VARIABLE, LocalState, write_state
from scimctl.main import app
from scimctl.maintenance import verification
from tests.storage.builders import GROUP, NOBODY, Directory

ENVIRONMENT = """
name = "local"
platform = "local"
description = "Local"
directory = "acme"
[aws]
account = "123456789012"
region = "eu-west-1"
"""


@pytest.fixture
def acme(new_table: Callable[[], Table], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Directory:
    """The directory of an environment that is deployed to a local cloud: two users, one group."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "local.toml").write_text(ENVIRONMENT)
    monkeypatch.setattr(settings, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setenv(STATE_DIRECTORY_VARIABLE, str(tmp_path / ".local"))
    monkeypatch.setattr(verification, "REQUEST_SECONDS", 0)
    table = new_table()
    port = int(table.client.meta.endpoint_url.rpartition(":")[2])
    outputs = {"TableName": table.name, "ApiId": "a1b2c3d4e5"}
    write_state(tmp_path / ".local", LocalState("local", port, "eu-west-1", outputs))
    directory = Directory(table)
    directory.group("Staff", directory.user("ann"), directory.user("bob"))
    return directory


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(
        app, ["directories", "verify", "--environment", "local", *arguments], env={"COLUMNS": "100"}
    )


def test_a_directory_that_does_not_exist_is_refused_with_those_there_are(acme: Directory) -> None:
    result = verify("--directory", "nosuch")
    assert result.exit_code == 1
    assert "There is no directory nosuch" in result.output
    assert "The directories are: acme." in " ".join(result.output.split())


def told(result: Result) -> dict[str, Any]:
    """Return what a program is told."""
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def break_a_count(acme: Directory) -> None:
    acme.table.client.put_item(
        TableName=acme.table.name, Item={**key_of(keys.count(acme.id, "User", "00")), "n": {"N": "7"}}
    )


def give_a_user_two_names(acme: Directory) -> None:
    """Let two users have one userName: what no repair can decide."""
    second, third = acme.user("second"), acme.user("third")
    for user, taken in ((second, "second"), (third, "third")):
        key = keys.resource(acme.id, "User", user)
        acme.table.client.update_item(
            TableName=acme.table.name,
            Key=key_of(key),
            UpdateExpression="SET doc = :doc",
            ExpressionAttributeValues={":doc": {"S": '{"schemas":[],"userName":"Same"}'}},
        )
        acme.table.client.delete_item(
            TableName=acme.table.name, Key=key_of(keys.unique(acme.id, "User", "userName", taken))
        )


def test_an_intact_directory_passes_and_is_counted(acme: Directory) -> None:
    result = verify()
    assert result.exit_code == 0
    assert "Directory acme in the local cloud on port" in result.stdout
    assert "2 Users, 1 Group" in result.stdout
    assert "No inconsistencies." in result.stdout


def test_a_program_is_told_that_an_intact_directory_passes(acme: Directory) -> None:
    result = verify("--output", "json")
    assert result.exit_code == 0
    assert told(result) == {
        "passed": True,
        "directory": "acme",
        "resources": {"User": 2, "Group": 1},
        "differences": [],
        "unswept": [],
        "repaired": [],
    }


def test_a_difference_is_explained_and_ends_with_exit_status_1(acme: Directory) -> None:
    break_a_count(acme)
    result = verify()
    assert result.exit_code == 1
    assert "1 difference:" in result.stdout
    assert "acme#COUNT#User / 00" in result.stdout
    assert "is 7, should be 0" in result.stdout
    assert "totalResults is wrong" in " ".join(result.stdout.replace("│", " ").split())


def test_a_program_is_told_each_difference(acme: Directory) -> None:
    break_a_count(acme)
    result = verify("--output", "json")
    assert result.exit_code == 1
    (difference,) = told(result)["differences"]
    assert {name: difference[name] for name in ("kind", "key", "found", "expected")} == {
        "kind": "count",
        "key": "acme#COUNT#User / 00",
        "found": "7",
        "expected": "0",
    }
    assert "totalResults is wrong" in difference["sentence"]


def test_differences_are_repaired_and_the_directory_is_verified_again(acme: Directory) -> None:
    break_a_count(acme)
    result = verify("--repair", "--output", "json")
    assert result.exit_code == 0
    assert told(result)["passed"]
    assert [each["kind"] for each in told(result)["repaired"]] == ["count"]
    assert verify().exit_code == 0


def test_what_a_person_has_to_decide_remains_after_a_repair(acme: Directory) -> None:
    give_a_user_two_names(acme)
    break_a_count(acme)
    result = verify("--repair", "--output", "json")
    assert result.exit_code == 1
    assert [each["kind"] for each in told(result)["repaired"]].count("count") == 1
    assert [each["kind"] for each in told(result)["differences"]] == ["unique-twice"]


def test_an_unswept_group_is_told_and_is_no_failure(acme: Directory) -> None:
    acme.storage.delete(GROUP, acme.group("Former", acme.user("eve")))
    result = verify()
    assert result.exit_code == 0
    assert "1 deleted group to be swept" in result.stdout
    assert len(told(verify("--output", "json"))["unswept"]) == 1


def test_another_directory_is_verified_by_its_id(acme: Directory) -> None:
    acme.table.client.put_item(
        TableName=acme.table.name,
        Item={**key_of(keys.unique("globex", "User", "userName", "x")), "id": {"S": NOBODY}},
    )
    assert verify().exit_code == 0
    result = verify("--directory", "globex")
    assert result.exit_code == 1
    assert "0 Users, 0 Groups" in result.stdout


def test_a_text_that_is_no_directory_id_is_refused(acme: Directory) -> None:
    result = verify("--directory", "Acme#USER")
    assert result.exit_code == 1
    assert "is not a directory id" in result.stderr


def test_a_local_cloud_that_does_not_run_is_explained(acme: Directory, tmp_path: Path) -> None:
    write_state(tmp_path / ".local", LocalState("local", 9, "eu-west-1", {"TableName": "t", "ApiId": "abc"}))
    result = verify()
    assert result.exit_code == 1
    assert "No answer from the local cloud on port 9" in result.stderr
    assert "scimctl local up" in result.stderr


def test_help_tells_what_is_reported_and_shows_how_it_is_asked() -> None:
    result = CliRunner().invoke(app, ["directories", "verify", "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "scimctl directories verify --environment acme" in result.output
    for kind in ("count", "unique-twice", "unreadable", "unswept"):
        assert kind in result.output
