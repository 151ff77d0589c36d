"""Running migrations on a table that is in use: resumable, and safe to repeat.

The ``SCHEMA`` item holds the position of a migration under way, so that an interrupted one resumes where it stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lambdas.store import keys
from lambdas.store.keys import Item, Key
from lambdas.store.schema import schema_item, schema_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed
from scimctl.maintenance.migrations.migration import Migration

ATTEMPTS = 10
"""How often the change of one item is computed anew when others change the item at the same time."""

Progress = Callable[[str], None]
"""Receives each step, for example ``12,000 items read, 300 changed``."""


class ItemBusyError(Exception):
    """An item changed each time its migration was computed. Running the migration again resumes there."""


class ChangedMeanwhileError(Exception):
    """Another run of the migration finished first."""


@dataclass(frozen=True)
class Result:
    """The result of one migration."""

    to: int
    """The schema of the table afterwards."""

    read: int
    """Items read by this run; a resumed run reads only the rest."""

    changed: int
    """Items changed by this run; of a dry run, items that it would change."""


def pending(found: int, migrations: Sequence[Migration]) -> list[Migration]:
    """Return the migrations that a table needs.

    :param found: The schema of the table.
    """
    return sorted((each for each in migrations if each.to > found), key=lambda each: each.to)


def count(table: Table, migration: Migration, progress: Progress) -> Result:
    """Return what a migration would change: 1 Scan of the table, and no write."""
    read = changed = 0
    for page, _ in table.scan_pages():
        read += len(page)
        changed += sum(bool(migration.actions(item)) for item in page if not _is_schema(item))
        progress(f"{read:,} items read, {changed:,} to change")
    return Result(migration.to, read, changed)


def run(table: Table, migration: Migration, progress: Progress) -> Result:
    """Migrate a table: 1 Scan, a transaction for each item that changes, and a write of the position after each page (1 MB).

    :raises ItemBusyError: When an item changes all the time.
    :raises ChangedMeanwhileError: When another run finished first; nothing is left to do then.
    :raises OutOfTimeError: When the table did not answer in time. Running it again resumes.
    """
    read = changed = 0
    for page, position in table.scan_pages(after=_position(table, migration)):
        for item in page:
            changed += _migrate(table, migration, item)
        read += len(page)
        if position:
            _write(table, migration, _under_way(migration, position))
        progress(f"{read:,} items read, {changed:,} changed")
    _write(table, migration, schema_item(migration.to))
    return Result(migration.to, read, changed)


def _migrate(table: Table, migration: Migration, item: Item) -> bool:
    """Change one item, and return whether it was changed."""
    if _is_schema(item):
        return False
    current: Item | None = item
    for _ in range(ATTEMPTS):
        actions = list(migration.actions(current)) if current else []
        if not actions:
            return False
        try:
            table.transact(actions)
        except ConditionFailed:
            current = table.get(_key(item))
        else:
            return True
    raise ItemBusyError(f"Item {item['pk']['S']} / {item['sk']['S']} changes all the time.")


def _position(table: Table, migration: Migration) -> Key | None:
    """Return the key after which an interrupted run of this migration resumes."""
    item = table.get(keys.schema())
    found = item.get("migration", {}).get("M") if item else None
    if not found or int(found["to"]["N"]) != migration.to:
        return None
    return Key(found["pk"]["S"], found["sk"]["S"])


def _under_way(migration: Migration, position: Key) -> Item:
    """Return the ``SCHEMA`` item of a table that is partly migrated: its schema is still the old one."""
    at: Item = {"to": {"N": str(migration.to)}, "pk": {"S": position.pk}, "sk": {"S": position.sk}}
    return {**schema_item(migration.to - 1), "migration": {"M": at}}


def _write(table: Table, migration: Migration, item: Item) -> None:
    """Write the ``SCHEMA`` item, unless the table has the migration's schema already."""
    condition = {
        "ConditionExpression": "attribute_not_exists(pk) OR #version < :to",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":to": {"N": str(migration.to)}},
    }
    try:
        table.write({"Put": {"Item": item, **condition}})
    except ConditionFailed as lost:
        # A write without an answer is retried, and can meet its own effect.
        if schema_of(lost.items.get(0)) != schema_of(item):
            raise ChangedMeanwhileError(f"Another run migrated the table to schema {migration.to}.") from None


def _key(item: Item) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])


def _is_schema(item: Item) -> bool:
    return _key(item) == keys.schema()
