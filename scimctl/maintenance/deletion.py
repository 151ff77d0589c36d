"""Deleting everything that is stored of a directory. Safe to repeat, and resumed by running it again."""

from collections.abc import Callable, Sequence
from typing import Any

from lambdas.store.directory_list import ListedDirectory
from lambdas.store.keys import Key
from lambdas.store.table import Table

Progress = Callable[[str], None]
"""Receives each step, for example ``12,000 items read, 300 deleted``."""

SET_UP = "SETUP#CONNECTION#"
"""The partitions of set-up links, which end with a connection's id."""


def delete_items(table: Table, directory: ListedDirectory, progress: Progress) -> int:
    """Delete the items of a directory, and return how many they were.

    They are those whose keys begin with the directory's id, and tokens, clients, sessions and set-up links of it or of its
    connections. It reads the table until a reading finds none: 2 Scans, and a write unit or more for each item.

    :raises OutOfTimeError: When the table did not answer in time. Running it again resumes.
    """
    deleted = 0
    while True:
        found = read = 0
        for page, _ in table.scan_pages(**_filter(directory)):
            read += len(page)
            keys = [Key(item["pk"]["S"], item["sk"]["S"]) for item in page]
            table.batch_delete(keys)
            found += len(keys)
            deleted += len(keys)
            progress(f"{deleted:,} items deleted")
        if not found:
            return deleted


def _filter(directory: ListedDirectory) -> dict[str, Any]:
    """Return the filter of a Scan for what belongs to a directory."""
    values: dict[str, Any] = {":prefix": {"S": f"{directory.id}#"}, ":directory": {"S": directory.id}}
    conditions = [
        "begins_with(#pk, :prefix)",
        "(begins_with(#pk, :token) OR begins_with(#pk, :client)) AND #directory = :directory",
    ]
    values |= {":token": {"S": "TOKEN#"}, ":client": {"S": "CLIENT#"}}
    ids: Sequence[str] = sorted(directory.connections)
    names = {"#pk": "pk", "#sk": "sk", "#directory": "directory"}
    if ids:
        names["#connection"] = "connection"
        links = {f":l{n}": {"S": f"{SET_UP}{each}"} for n, each in enumerate(ids)}
        owners = {f":c{n}": {"S": each} for n, each in enumerate(ids)}
        conditions += [f"#pk IN ({', '.join(links)})", f"#connection IN ({', '.join(owners)})"]
        values |= {**links, **owners}
    return {
        "FilterExpression": " OR ".join(f"({each})" for each in conditions),
        "ProjectionExpression": "#pk, #sk",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
