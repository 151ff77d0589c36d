"""Migrations of what is stored, with one of the tests' own: counted, run, interrupted, repeated, and beside other writers."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lambdas.store import keys, schema
from lambdas.store.keys import Item, key_of
from lambdas.store.schema import NewerSchemaError, SchemaCheck, read_schema, schema_item
from lambdas.store.table import Table
from lambdas.store.transactions import Action
from scimctl.maintenance.migrations import ALL, Migration, rewritten, runner
from tests.storage.builders import Directory


def with_colour(item: Item) -> Sequence[Action]:
    """Give every user a colour, and take the attribute that said so before."""
    if not item["pk"]["S"].endswith("#USER") or "colour" in item:
        return []
    after = {name: value for name, value in item.items() if name != "shade"}
    return rewritten(item, {**after, "colour": item.get("shade", {"S": "none"})}, computed_from=["shade"])


COLOURS = Migration(2, "Users get a colour", with_colour)


def in_silence(_: str) -> None:
    pass


def items(table: Table) -> list[Item]:
    return [item for page, _ in table.scan_pages() for item in page]


def colours(table: Table) -> list[str | None]:
    return [each.get("colour", {}).get("S") for each in items(table) if each["pk"]["S"].endswith("#USER")]


@pytest.fixture
def acme(table: Table) -> Directory:
    """Twelve users and a group, as schema 1 has them; two users have what the migration reads."""
    acme = Directory(table)
    users = [acme.user(f"user{number}") for number in range(12)]
    acme.group("Staff", *users)
    for each in users[:2]:
        table.write(
            {
                "Update": {
                    "Key": key_of(keys.resource("acme", "User", each)),
                    "UpdateExpression": "SET shade = :shade",
                    "ExpressionAttributeValues": {":shade": {"S": "red"}},
                }
            }
        )
    return acme


def in_small_pages(table: Table, size: int = 5) -> None:
    """Let the table's client scan a few items at a time, as it does 1 MB at a time."""
    scan = table.client.scan
    table.client.scan = lambda **request: scan(**request, Limit=size)


@pytest.fixture(autouse=True)
def _client_as_it_was(client: Any) -> Any:
    yield
    client.__dict__.pop("scan", None)


def test_a_table_without_the_item_has_schema_1(table: Table) -> None:
    assert read_schema(table) == 1


def test_the_current_schema_is_that_of_the_last_migration() -> None:
    assert [each.to for each in ALL] == list(range(2, schema.CURRENT + 1))


def test_a_migration_is_counted_without_a_write(acme: Directory) -> None:
    before = items(acme.table)
    result = runner.count(acme.table, COLOURS, in_silence)
    assert (result.to, result.changed, result.read) == (2, 12, len(before))
    assert items(acme.table) == before


def test_a_migration_changes_what_needs_it_and_then_the_schema(acme: Directory) -> None:
    result = runner.run(acme.table, COLOURS, in_silence)
    assert result.changed == 12
    assert sorted(map(str, colours(acme.table))) == ["none"] * 10 + ["red"] * 2
    assert not [each for each in items(acme.table) if "shade" in each]
    assert acme.table.get(keys.schema()) == schema_item(2)


def test_a_migration_that_ran_changes_nothing_when_it_is_run_again(acme: Directory) -> None:
    runner.run(acme.table, COLOURS, in_silence)
    before = items(acme.table)
    in_small_pages(acme.table)
    with pytest.raises(runner.ChangedMeanwhileError):
        runner.run(acme.table, COLOURS, in_silence)
    assert items(acme.table) == before
    assert runner.pending(read_schema(acme.table), [COLOURS]) == []


def test_an_interrupted_migration_resumes_where_it_stopped(acme: Directory) -> None:
    in_small_pages(acme.table)
    total = runner.count(acme.table, COLOURS, in_silence).read

    def interrupt(progress: str) -> None:
        if progress.startswith("10 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(acme.table, COLOURS, interrupt)
    assert read_schema(acme.table) == 1
    resumed = runner.run(acme.table, COLOURS, in_silence)
    assert 0 < resumed.read < total
    assert None not in colours(acme.table)
    assert acme.table.get(keys.schema()) == schema_item(2)


def test_the_position_of_another_migration_is_not_used(acme: Directory) -> None:
    in_small_pages(acme.table)

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(acme.table, COLOURS, interrupt)
    total = len(items(acme.table))
    assert runner.run(acme.table, Migration(3, "Another", lambda item: []), in_silence).read == total


def test_a_change_made_meanwhile_survives_and_is_migrated(acme: Directory) -> None:
    changed: list[str] = []

    def actions(item: Item) -> Sequence[Action]:
        planned = with_colour(item)
        if planned and not changed:
            changed.append(item["sk"]["S"])
            update = {
                "Key": key_of(keys.Key(item["pk"]["S"], item["sk"]["S"])),
                "UpdateExpression": "SET shade = :shade, title = :title",
                "ExpressionAttributeValues": {":shade": {"S": "blue"}, ":title": {"S": "kept"}},
            }
            acme.table.write({"Update": update})
        return planned

    runner.run(acme.table, Migration(2, "Colours", actions), in_silence)
    item = acme.table.get(keys.resource("acme", "User", changed[0]))
    assert item is not None
    assert (item["colour"], item["title"]) == ({"S": "blue"}, {"S": "kept"})


def test_an_item_that_is_deleted_meanwhile_stays_deleted(acme: Directory) -> None:
    gone: list[keys.Key] = []

    def actions(item: Item) -> Sequence[Action]:
        planned = with_colour(item)
        if planned and not gone:
            gone.append(keys.Key(item["pk"]["S"], item["sk"]["S"]))
            acme.table.write({"Delete": {"Key": key_of(gone[0])}})
        return planned

    runner.run(acme.table, Migration(2, "Colours", actions), in_silence)
    assert acme.table.get(gone[0]) is None


def test_an_item_that_changes_all_the_time_is_named(acme: Directory) -> None:
    def actions(item: Item) -> Sequence[Action]:
        return rewritten({**item, "never": {"S": "x"}}, item) if item["pk"]["S"].endswith("#GROUP") else []

    with pytest.raises(runner.ItemBusyError, match="acme#GROUP"):
        runner.run(acme.table, Migration(2, "Never", actions), in_silence)
    assert read_schema(acme.table) == 1


def test_a_newer_schema_is_refused_and_checked_again_at_the_next_request(table: Table) -> None:
    check = SchemaCheck(table)
    table.write({"Put": {"Item": schema_item(schema.CURRENT + 1)}})
    with pytest.raises(NewerSchemaError, match=f"has schema {schema.CURRENT + 1}"):
        check.require()
    table.write({"Put": {"Item": schema_item(schema.CURRENT)}})
    check.require()


def test_the_schema_is_checked_every_five_minutes_and_not_between(table: Table) -> None:
    now = [0.0]
    check = SchemaCheck(table, clock=lambda: now[0])
    check.require()
    table.write({"Put": {"Item": schema_item(schema.CURRENT + 1)}})
    now[0] = schema.CHECK_SECONDS - 1
    check.require()
    now[0] = schema.CHECK_SECONDS
    with pytest.raises(NewerSchemaError):
        check.require()


def test_a_check_is_not_part_of_a_request_cost(table: Table, new_table: Callable[[], Table]) -> None:
    table.meter.reset()
    SchemaCheck(table).require()
    assert table.meter.calls == 0
