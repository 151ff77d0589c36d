"""Bringing a directory back to a backup: exactly what it was, whatever happened since, and nothing of anybody else's."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.store import keys
from lambdas.store.items import Stored
from lambdas.store.table import Table
from scimctl.maintenance import restoring, verification
from scimctl.maintenance.restoring import Difference, compare, restore
from tests.storage.builders import GROUP, PROVIDER, USER, Directory


def everything(table: Table) -> dict[tuple[str, str], Any]:
    """All items of a table, with sets in an order."""
    return {(item["pk"]["S"], item["sk"]["S"]): _plain(item) for item in _scan(table)}


def _scan(table: Table) -> list[dict[str, Any]]:
    paginator = table.client.get_paginator("scan")
    return [item for page in paginator.paginate(TableName=table.name) for item in page["Items"]]


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: {kind: sorted(v) if kind == "SS" else v for kind, v in typed.items()} for name, typed in item.items()}


def in_silence(_: str) -> None:
    pass


@pytest.fixture
def tables(new_table: Callable[[], Table]) -> tuple[Table, Table]:
    """A table with two directories, and a copy of it, as AWS restores one."""
    live, backup = new_table(), new_table()
    for name in ("acme", "globex"):
        directory = Directory(live, name)
        ann, bob = directory.user("ann", externalId="1"), directory.user("bob", emails=[{"value": "bob@x.example"}])
        directory.group("Staff", ann, bob)
        directory.group("Former", ann)
    for item in _scan(live):
        backup.client.put_item(TableName=backup.name, Item=item)
    return live, backup


def damage(directory: Directory) -> None:
    """What a wrong mapping does in one cycle: users deleted, renamed and created, groups emptied, deleted and created."""
    found = {each.name: each.id for each in directory_of(directory, "User")}
    groups = {each.name: each.id for each in directory_of(directory, "Group")}
    directory.storage.delete(USER, found["ann"])
    renamed = directory.storage.get(USER, found["bob"])
    setattr(renamed, "user_name", "robert")  # noqa: B010
    directory.storage.update(USER, renamed)
    eve = directory.user("eve", externalId="2")
    directory.group("New", eve)
    directory.storage.delete(GROUP, groups["Former"])
    staff = directory.storage.get(GROUP, groups["Staff"])
    setattr(staff, "members", None)  # noqa: B010
    directory.storage.update(GROUP, staff)


def directory_of(directory: Directory, kind: str) -> list[Any]:
    """The stored resources of a type."""
    return [Stored.from_item(item) for item in directory.table.query(keys.resources(directory.id, kind))]


def test_a_damaged_directory_is_what_it_was(tables: tuple[Table, Table]) -> None:
    live, backup = tables
    damage(Directory(live, "acme"))
    difference = compare(live, backup, "acme", in_silence)
    assert (difference.now, difference.then) == (
        {"USER": 2, "GROUP": 2, "": difference.now[""]},
        {"USER": 2, "GROUP": 2, "": difference.then[""]},
    )
    restore(live, backup, "acme", difference, in_silence)
    assert everything(live) == everything(backup)
    assert verification.verify(live, "acme", PROVIDER) == []


def test_nothing_of_another_directory_is_touched(tables: tuple[Table, Table]) -> None:
    live, backup = tables
    globex = Directory(live, "globex")
    later = globex.user("later")
    damage(Directory(live, "acme"))
    restore(live, backup, "acme", compare(live, backup, "acme", in_silence), in_silence)
    assert globex.storage.get(USER, later).id == later
    assert verification.verify(live, "globex", PROVIDER) == []


def test_a_directory_that_did_not_change_has_no_difference(tables: tuple[Table, Table]) -> None:
    live, backup = tables
    difference = compare(live, backup, "acme", in_silence)
    assert (difference.changed, difference.added) == (frozenset(), frozenset())


def test_restoring_may_be_interrupted_and_repeated(
    tables: tuple[Table, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    live, backup = tables
    damage(Directory(live, "acme"))
    monkeypatch.setattr(restoring, "MAX_TRANSACTION_ACTIONS", 3)

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(live, backup, "acme", compare(live, backup, "acme", in_silence), interrupt)
    restore(live, backup, "acme", compare(live, backup, "acme", in_silence), in_silence)
    assert everything(live) == everything(backup)


def test_large_resources_go_in_several_transactions(
    tables: tuple[Table, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    live, backup = tables
    big = Directory(backup, "acme")
    for number in range(20):
        big.user(f"big{number}", title="x" * 250_000)
    told: list[str] = []
    restore(live, backup, "acme", compare(live, backup, "acme", in_silence), told.append)
    assert len(told) > 1
    assert everything(live) == everything(backup)


def test_an_emptied_table_is_filled_again(tables: tuple[Table, Table], new_table: Callable[[], Table]) -> None:
    _, backup = tables
    empty = new_table()
    difference = compare(empty, backup, "acme", in_silence)
    assert isinstance(difference, Difference)
    restore(empty, backup, "acme", difference, in_silence)
    assert verification.verify(empty, "acme", PROVIDER) == []
    assert {each.name for each in directory_of(Directory(empty, "acme"), "User")} == {"ann", "bob"}
