"""Names of users and groups whose log records hold the id only: a change of a group's members reads no name."""

from collections.abc import Iterable
from typing import NamedTuple

from lambdas.operations.log.events import Record
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.records import Kind
from lambdas.store import keys
from lambdas.store.table import Table


class _Resource(NamedTuple):
    directory: str
    type: str
    id: str


class Names:
    """Names by id, taken from other records or from the table.

    An operator who may read the log and not the table sees ids.
    """

    def __init__(self, target: Target) -> None:
        """Prepare for an environment; :meth:`look_up` opens the table when it needs it."""
        self.target = target
        self._table: Table | None = None
        self._names: dict[_Resource, str | None] = {}
        self._may_read = True

    def __call__(self, record: Record) -> str | None:
        """Return the name of a record's resource; None when it is unknown."""
        resource = _resource_of(record)
        return self._names.get(resource) if resource else None

    def learn(self, records: Iterable[Record]) -> None:
        """Remember the names in these records."""
        for record in records:
            resource = _resource_of(record)
            if resource is not None and record.get("resource_name"):
                self._names[resource] = str(record["resource_name"])

    def look_up(self, records: Iterable[Record]) -> None:
        """Read the unknown names of these records' resources: 1 BatchGetItem for each 100."""
        needed = {_resource_of(record) for record in records} - {None} - self._names.keys()
        missing = [each for each in needed if each is not None]
        if not missing or not self._may_read:
            return
        wanted = {keys.resource(*each): each for each in missing}
        try:
            with self.target.aws_errors_as_problems():
                found = self._reader().batch_get(wanted, attributes=("pk", "sk", "name"))
        except Problem:
            self._may_read = False
            return
        self._names.update(dict.fromkeys(missing))
        for item in found:
            self._names[wanted[keys.Key(item["pk"]["S"], item["sk"]["S"])]] = item.get("name", {}).get("S")

    def _reader(self) -> Table:
        if self._table is None:
            self._table = self.target.table()
        return self._table


def _resource_of(record: Record) -> _Resource | None:
    fields = [record.get(name) for name in ("directory", "resource_type", "resource_id")]
    if record.get("event") == Kind.SWEEP:
        fields = [record.get("directory"), "Group", record.get("group")]
    return _Resource(*map(str, fields)) if all(fields) else None
