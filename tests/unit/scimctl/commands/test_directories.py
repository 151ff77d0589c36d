"""`scimctl directories`: several directories in one stack, from creation to complete deletion."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import new_client, with_new_secret
from lambdas.credentials.store import ConnectionStore
from lambdas.environment import file as settings
from lambdas.store import directory_list
from lambdas.store.keys import Item
from scimctl.maintenance import deletion
from tests.storage.builders import Directory
from tests.unit.scimctl.commands.conftest import DIRECTORY, Acme
from tests.unit.scimctl.operators import ACME


@pytest.fixture(autouse=True)
def _no_cache(operator: None) -> None:
    """API Gateway caches no token, so a deletion need not wait."""
    (settings.ENVIRONMENTS / "acme.toml").write_text(ACME + "[api]\nauthorizer_cache_seconds = 0\n")


def items(acme: Acme) -> list[Item]:
    return [item for page, _ in acme.directory.table.scan_pages() for item in page]


def connect(acme: Acme, directory: str) -> str:
    """A connection of a directory with a token, an OAuth client and a set-up link."""
    made = acme.json("connections", "create", "--directory", directory)
    connection_id = str(made["tenant_url"].rsplit("/", 1)[1])
    table, now = acme.directory.table, datetime.now(UTC)
    connection = ConnectionStore(table).connection(connection_id)
    assert connection is not None
    client, _ = with_new_secret(new_client(connection, now=now), lifetime=timedelta(days=1), now=now)
    ClientStore(table).create(connection, client)
    table.write({"Put": {"Item": {"pk": {"S": f"SETUP#CONNECTION#{connection_id}"}, "sk": {"S": "-"}}}})
    session = {"pk": {"S": "SETUP#SESSION#x" + directory}, "sk": {"S": "-"}, "connection": {"S": connection_id}}
    table.write({"Put": {"Item": session}})
    return connection_id


def fill(acme: Acme, name: str, users: int = 30) -> Directory:
    directory = Directory(acme.directory.table, name)
    ids = [directory.user(f"user{number}", externalId=str(number)) for number in range(users)]
    directory.group("Staff", *ids)
    return directory


def test_a_directory_is_created_once_and_listed(acme: Acme) -> None:
    assert "connections create --directory globex" in acme.told("directories", "create", "globex", "--label", "Globex")
    own, globex = acme.json("directories", "list")["directories"]
    assert (own["id"], own["own"], globex["id"], globex["label"]) == (DIRECTORY, True, "globex", "Globex")
    assert "exists already" in acme.refused("directories", "create", "globex")
    assert "exists already" in acme.refused("directories", "create", DIRECTORY)
    (record,) = acme.records()
    assert (record["action"], record["directory"]) == ("create directory", "globex")


def test_an_id_with_data_and_no_connection_is_not_given_to_another_customer(acme: Acme) -> None:
    fill(acme, "left", users=1)
    assert "There is data of a directory left" in acme.refused("directories", "create", "left")


def test_an_invalid_id_is_refused(acme: Acme) -> None:
    assert "is not a directory id" in acme.refused("directories", "create", "Globex")


def test_the_list_counts_what_each_directory_holds(acme: Acme) -> None:
    fill(acme, "globex", users=3)
    connect(acme, "globex")
    _, globex = acme.json("directories", "list")["directories"]
    assert (globex["users"], globex["groups"], globex["connections"]) == (3, 1, 1)
    assert "globex" in acme.told("directories", "list")


def test_a_deletion_leaves_nothing_of_the_directory_and_all_of_the_others(acme: Acme) -> None:
    fill(acme, DIRECTORY)
    connect(acme, DIRECTORY)
    before = {(each["pk"]["S"], each["sk"]["S"]) for each in items(acme)}
    acme.told("directories", "create", "globex")
    fill(acme, "globex")
    connection = connect(acme, "globex")
    told = acme.told("directories", "delete", "globex", "--yes")
    assert "Directory globex is deleted" in told
    assert "Point-in-time recovery" in told
    assert "names its users and groups" in told
    assert {(each["pk"]["S"], each["sk"]["S"]) for each in items(acme)} == before
    assert connection not in json.dumps(items(acme), default=str)
    assert [each["id"] for each in acme.json("directories", "list")["directories"]] == [DIRECTORY]
    assert [each["action"] for each in acme.records()][-2:] == ["delete connection", "delete directory"]


def test_a_directory_that_does_not_exist_is_refused_with_those_there_are(acme: Acme) -> None:
    assert f"The directories are: {DIRECTORY}." in acme.refused("directories", "delete", "globex", "--yes")


def test_nothing_is_deleted_without_an_answer(acme: Acme) -> None:
    fill(acme, "globex", users=2)
    connect(acme, "globex")
    before = items(acme)
    told = acme.refused("directories", "delete", "globex", answer="n\n")
    assert "2 users, 1 groups and 1 connections" in told
    assert items(acme) == before


def test_an_interrupted_deletion_is_listed_refuses_connections_and_is_resumed(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(acme, "globex")
    connect(acme, "globex")
    whole = deletion.delete_items

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("scimctl.directories.deletion.delete_items", interrupted)
    assert acme.scimctl("directories", "delete", "globex", "--yes").exit_code != 0
    monkeypatch.setattr("scimctl.directories.deletion.delete_items", whole)
    globex = acme.json("directories", "list")["directories"][1]
    assert globex["being_deleted_since"]
    assert globex["connections"] == 0
    assert "is being deleted" in acme.refused("connections", "create", "--directory", "globex")
    assert "will be resumed" in acme.scimctl("directories", "delete", "globex", answer="y\n").stderr
    assert [each for each in items(acme) if "globex" in each["pk"]["S"]] == []
    assert directory_list.read(acme.directory.table, "globex") is None
    assert acme.scimctl("connections", "create", "--directory", "globex").exit_code == 0


def test_the_name_of_the_command_in_0_1_0_still_works(acme: Acme) -> None:
    assert acme.scimctl("directory", "verify").exit_code == 0
