"""Sweeps what a deleted group left behind, and logs it.

The group itself, its name and its own memberships went in one transaction, so no read shows any of it. Left are its member items
and its id in its members' ``groups`` sets: with 100,000 members more than a request has time for.
"""

from typing import Any, NamedTuple

from aws_lambda_powertools import Logger

from lambdas import records
from lambdas.records import Kind
from lambdas.retrying import OutOfTimeError, time_is_up
from lambdas.store.sweeping import expire_mapping, sweep_in_batches
from lambdas.store.table import Table

GROUPS = "#GROUP"
"""How the partition of a directory's groups ends."""


class DeletedGroup(NamedTuple):
    """A group that is gone, and its directory."""

    directory: str
    id: str


def deleted_group(record: dict[str, Any]) -> DeletedGroup | None:
    """Return the deleted group of a stream record, or None when the record is about another item."""
    keys = (record.get("dynamodb") or {}).get("Keys") or {}
    partition, group_id = (str(keys.get(name, {}).get("S", "")) for name in ("pk", "sk"))
    if record.get("eventName") != "REMOVE" or not partition.endswith(GROUPS):
        return None
    return DeletedGroup(partition.removesuffix(GROUPS), group_id)


class Sweeper:
    """Sweeps after deleted groups. Each sweep leaves one record in the log, which is its metrics too."""

    def __init__(self, table: Table, logger: Logger, environment: str) -> None:
        """Set the table, Powertools' logger, and the environment's name, the metrics' only dimension."""
        self.table = table
        self.logger = logger
        self.environment = environment

    def sweep(self, group: DeletedGroup) -> None:
        """Sweep the memberships of one deleted group; a repeated call resumes where the last one stopped.

        :raises OutOfTimeError: When the time of :func:`~lambdas.retrying.request_time` was up before the end.
        :raises Exception: Any other error that stopped the sweep.
        """
        swept = 0
        try:
            for number in sweep_in_batches(self.table, group.directory, group.id):
                swept += number
                if time_is_up():
                    raise OutOfTimeError("The function's time is up.")
            expire_mapping(self.table, group.directory, group.id)
        except Exception:
            message = "The memberships of a deleted group were not all swept; the record will be delivered again"
            self.logger.exception(message, extra=self._fields(group, swept, failed=1))
            raise
        self.logger.info("Swept the memberships of a deleted group", extra=self._fields(group, swept, failed=0))

    def _fields(self, group: DeletedGroup, swept: int, *, failed: int) -> dict[str, Any]:
        return records.with_metrics(
            records.record(
                Kind.SWEEP,
                environment=self.environment,
                directory=group.directory,
                group=group.id,
                **{records.MEMBERSHIPS_SWEPT: swept, records.SWEEPS_FAILED: failed},
            )
        )
