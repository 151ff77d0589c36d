"""Sweeping the memberships of a group that does not exist: what a deletion left behind, or a creation that came to nothing.

They are its member items and its id in its members' ``groups`` sets. No read shows them, so there is no hurry.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence

from lambdas.store import actions, keys
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed, OptionalAction

MAPPING_SECONDS = 86_400
"""Seconds for which the mapping of a deleted group is kept: as long as the table's stream remembers (AWS limit)."""

SWEEP_BATCH = 50
"""Memberships swept in one transaction: two actions each (AWS limit: 100)."""


def sweep_group(table: Table, directory: str, group_id: str) -> int:
    """Remove the memberships of a deleted group; safe to repeat.

    :return: How many memberships were swept.
    """
    return sum(sweep_in_batches(table, directory, group_id))


def sweep_in_batches(table: Table, directory: str, group_id: str) -> Iterator[int]:
    """Do the same in transactions of :data:`SWEEP_BATCH`, for who has not the time for all of them.

    :return: After each transaction, how many memberships it swept.
    """
    batch: list[tuple[str, str]] = []
    for item in table.query(keys.members(directory, group_id), attributes=("sk", "type")):
        batch.append((item["sk"]["S"], item["type"]["S"]))
        if len(batch) == SWEEP_BATCH:
            yield _sweep(table, directory, group_id, batch)
            batch = []
    if batch:
        yield _sweep(table, directory, group_id, batch)


def expire_mapping(table: Table, directory: str, group_id: str) -> None:
    """Let the mapping of a deleted group end in a day: until then it tells what the group's members had of it."""
    ends = int(time.time()) + MAPPING_SECONDS
    with contextlib.suppress(ConditionFailed):  # most groups have none
        table.write(actions.expire(keys.permission(directory, group_id), ends))


def _sweep(table: Table, directory: str, group_id: str, batch: Sequence[tuple[str, str]]) -> int:
    ends = [actions.delete(keys.member(directory, group_id, member_id)) for member_id, _ in batch]
    forgets = [
        OptionalAction(actions.forget(keys.resource(directory, kind, member_id), group_id)) for member_id, kind in batch
    ]
    table.transact([*ends, *forgets])  # a member that is gone too has nothing to forget
    return len(batch)
