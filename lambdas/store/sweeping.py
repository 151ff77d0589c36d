"""Sweeps the memberships of a group that does not exist, left by a deletion or by a creation that failed.

They are its member items and its id in its members' ``groups`` sets. No read shows them, so they can be swept at any time. A group
can be created again under the same id: a system group that is declared again, or a group restored from a backup. Each transaction
therefore checks that the group does not exist, so that a late sweep removes no member of the new group.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence

from lambdas.store import actions, keys
from lambdas.store.table import Table
from lambdas.store.transactions import Action, ConditionFailed, OptionalAction, TooLarge

MAPPING_SECONDS = 86_400
"""Seconds for which the mapping of a deleted group is kept: as long as the table's stream keeps its records (AWS limit)."""

SWEEP_BATCH = 49
"""Memberships swept in one transaction: two actions each, beside the check of the group (AWS limit: 100)."""

Membership = tuple[str, str]
"""The id of a member and its type."""


def sweep_group(table: Table, directory: str, group_id: str) -> int:
    """Remove the memberships of a deleted group; safe to repeat.

    :return: How many memberships were swept.
    """
    return sum(sweep_in_batches(table, directory, group_id))


def sweep_in_batches(table: Table, directory: str, group_id: str) -> Iterator[int]:
    """Yield, after each transaction of up to :data:`SWEEP_BATCH` memberships, how many it swept.

    It stops when the group exists again.
    """
    batch: list[Membership] = []
    with contextlib.suppress(ConditionFailed):
        for item in table.query(keys.members(directory, group_id), attributes=("sk", "type")):
            batch.append((item["sk"]["S"], item["type"]["S"]))
            if len(batch) == SWEEP_BATCH:
                yield _sweep(table, directory, group_id, batch)
                batch = []
        if batch:
            yield _sweep(table, directory, group_id, batch)


def expire_mapping(table: Table, directory: str, group_id: str) -> None:
    """Let the mapping of a deleted group expire in a day: 1 GetItem for a group without a mapping, as most are.

    Until then the permission log reads from it which permission sets the group's members had. The mapping of a group that exists
    again is kept.
    """
    mapping = keys.permission(directory, group_id)
    if table.get(mapping) is None:
        return
    expires = actions.expire(mapping, int(time.time()) + MAPPING_SECONDS)
    with contextlib.suppress(ConditionFailed):
        table.transact([_group_is_gone(directory, group_id), expires])


def _sweep(table: Table, directory: str, group_id: str, batch: Sequence[Membership]) -> int:
    """Remove memberships in one transaction, or in halves where one would exceed 4 MB (AWS limit).

    :raises ConditionFailed: When the group exists.
    """
    deletions = [actions.delete(keys.member(directory, group_id, member_id)) for member_id, _ in batch]
    # A member that was deleted as well has no set to remove the group from.
    forgets = [
        OptionalAction(actions.forget(keys.resource(directory, kind, member_id), group_id)) for member_id, kind in batch
    ]
    try:
        table.transact([_group_is_gone(directory, group_id), *deletions, *forgets])
    except TooLarge:
        if len(batch) == 1:
            raise
        half = len(batch) // 2
        return sum(_sweep(table, directory, group_id, part) for part in (batch[:half], batch[half:]))
    return len(batch)


def _group_is_gone(directory: str, group_id: str) -> Action:
    return actions.check_absent(keys.resource(directory, "Group", group_id))
