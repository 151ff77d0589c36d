"""The schema: the version of what the table stores, and the check that the running code supports it.

The number grows when stored items change so that code which does not know of it would read or write them wrongly. A new version of
the code supports the schema before it as well, so an environment is first deployed and then migrated (``scimctl migrate``).
"""

import time
from collections.abc import Callable

from lambdas.store import keys
from lambdas.store.keys import Item, key_of
from lambdas.store.table import Table

CURRENT = 1
"""The schema that this code writes, and the newest that it reads."""

CHECK_SECONDS = 300
"""Seconds for which a function relies on a check."""


class NewerSchemaError(Exception):
    """The table has a newer schema than this code supports. Nothing was read or written.

    :ivar found: The schema of the table.
    """

    def __init__(self, found: int) -> None:
        super().__init__(
            f"The stored data has schema {found}, and this version of the service supports schema {CURRENT} at most. "
            "The operator has to deploy the newer version again."
        )
        self.found = found


def schema_of(item: Item | None) -> int:
    """Return the schema that the ``SCHEMA`` item names; 1 when there is none."""
    return int(item["version"]["N"]) if item else 1


def read_schema(table: Table) -> int:
    """Return the schema of a table: 1 GetItem."""
    return schema_of(table.get(keys.schema()))


def schema_item(version: int) -> Item:
    """Return the ``SCHEMA`` item of a table that is completely of one schema."""
    return {**key_of(keys.schema()), "version": {"N": str(version)}}


def require_supported(table: Table) -> None:
    """Check that the code supports the schema of a table: 1 GetItem.

    :raises NewerSchemaError: When the schema is newer.
    """
    found = read_schema(table)
    if found > CURRENT:
        raise NewerSchemaError(found)


class SchemaCheck:
    """The check in a function: at its first request after a start or restore, and every :data:`CHECK_SECONDS`."""

    def __init__(self, table: Table, clock: Callable[[], float] = time.monotonic) -> None:
        """Create the check.

        :param clock: Returns a time in seconds.
        """
        self.table = table
        self.clock = clock
        self._next: float | None = None

    def require(self) -> None:
        """Check the schema, unless it was checked recently: 1 GetItem.

        :raises NewerSchemaError: When the schema is newer. The next request checks again.
        """
        now = self.clock()
        if self._next is not None and now < self._next:
            return
        # With a meter of its own, because this read is not part of a request.
        require_supported(Table(self.table.client, self.table.name, patient=self.table.patient))
        self._next = now + CHECK_SECONDS
