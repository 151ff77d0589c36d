"""The list of the directories that operators created, and the mark of one that is being deleted.

A directory needs no line in the list: it exists as soon as a connection of it does. The line adds a label, and keeps the state of a
deletion, so that an interrupted one can be resumed and no connection is created meanwhile.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lambdas.store import keys
from lambdas.store.keys import Item, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import Action


@dataclass(frozen=True)
class ListedDirectory:
    """A directory in the list."""

    id: str
    label: str = ""
    created: datetime | None = None
    """When an operator created it; None where only its deletion is known."""

    closed: datetime | None = None
    """When its deletion began; None for a directory in use."""

    connections: frozenset[str] = field(default_factory=frozenset)
    """The ids of the connections that its deletion removes."""


def read_all(table: Table) -> dict[str, ListedDirectory]:
    """Return the directories in the list by their ids: 1 Query."""
    found = (_read(item) for item in table.query(keys.listed_directories()))
    return {each.id: each for each in found}


def read(table: Table, directory: str) -> ListedDirectory | None:
    """Return a directory's line in the list, or None: 1 GetItem."""
    item = table.get(keys.listed_directory(directory))
    return _read(item) if item else None


def add(table: Table, directory: str, label: str) -> None:
    """Add a directory to the list.

    :raises ConditionFailed: When it is there already.
    """
    item = {
        **key_of(keys.listed_directory(directory)),
        "label": {"S": label},
        "created": {"S": datetime.now(UTC).isoformat(timespec="seconds")},
    }
    table.write({"Put": {"Item": item, "ConditionExpression": "attribute_not_exists(pk)"}})


def close(table: Table, directory: str, connections: Iterable[str]) -> None:
    """Mark a directory as being deleted, with the connections that are removed; an earlier mark keeps its time."""
    ids = sorted(connections)
    update = {
        "Key": key_of(keys.listed_directory(directory)),
        "UpdateExpression": "SET closed = if_not_exists(closed, :now)" + (" ADD connections :ids" if ids else ""),
        "ExpressionAttributeValues": {
            ":now": {"S": datetime.now(UTC).isoformat(timespec="seconds")},
            **({":ids": {"SS": ids}} if ids else {}),
        },
    }
    table.write({"Update": update})


def remove(table: Table, directory: str) -> None:
    """Remove a directory's line, whether it exists or not."""
    table.write({"Delete": {"Key": key_of(keys.listed_directory(directory))}})


def check_open(directory: str) -> Action:
    """Return the action that checks that a directory is not being deleted."""
    key = key_of(keys.listed_directory(directory))
    return {"ConditionCheck": {"Key": key, "ConditionExpression": "attribute_not_exists(closed)"}}


def _read(item: Item) -> ListedDirectory:
    created, closed = (item.get(name, {}).get("S") for name in ("created", "closed"))
    return ListedDirectory(
        item["sk"]["S"],
        item.get("label", {}).get("S", ""),
        datetime.fromisoformat(created) if created else None,
        datetime.fromisoformat(closed) if closed else None,
        frozenset(item.get("connections", {}).get("SS", ())),
    )
