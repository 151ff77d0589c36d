"""Restores a directory from a backup: a copy of the table that AWS restored to a point in time.

Only the directory's own items are compared and copied; connections, tokens and other directories stay as they are. The directory
must not change meanwhile: items are copied one by one, without the transactions of requests. A restore can be repeated.
"""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lambdas.store import actions, keys
from lambdas.store.keys import Item, Key
from lambdas.store.table import Table
from lambdas.store.transactions import MAX_TRANSACTION_ACTIONS, Action

MAX_BATCH_BYTES = 3_000_000
"""Approximate bytes of the items in one transaction, which holds up to 4 MB (AWS limit)."""

Progress = Callable[[str], None]
"""Receives each step, for example ``12,000 items compared``."""


@dataclass(frozen=True)
class Difference:
    """The items in which a directory differs from its backup."""

    changed: frozenset[Key]
    """Items that the directory lacks, or has with other values."""

    added: frozenset[Key]
    """Items that the backup lacks."""

    now: Counter[str] = field(default_factory=Counter)
    """The numbers of users and groups in the directory, by ``USER`` and ``GROUP``."""

    then: Counter[str] = field(default_factory=Counter)
    """The numbers of users and groups in the backup."""


def compare(live: Table, backup: Table, directory: str, progress: Progress) -> Difference:
    """Return how a directory differs from a backup: 1 Scan of each table. It keeps about 100 bytes for each item.

    :param backup: The table that was restored.
    :raises OutOfTimeError: When a table did not answer in time.
    """
    digests: dict[Key, bytes] = {}
    now: Counter[str] = Counter()
    then: Counter[str] = Counter()
    for item in _items(live, directory, progress, "items read"):
        digests[_key(item)] = _digest(item)
        now[_kind(item, directory)] += 1
    changed = set()
    for item in _items(backup, directory, progress, "items compared"):
        then[_kind(item, directory)] += 1
        if digests.pop(_key(item), None) != _digest(item):
            changed.add(_key(item))
    return Difference(frozenset(changed), frozenset(digests), now, then)


def restore(live: Table, backup: Table, directory: str, difference: Difference, progress: Progress) -> None:
    """Write the changed items as the backup has them, and remove the added ones.

    :raises OutOfTimeError: When a table did not answer in time. To complete it, compare and restore again.
    """
    items = _items(backup, directory, lambda _: None, "")
    puts = (actions.put(item) for item in items if _key(item) in difference.changed)
    removals = (actions.delete(key) for key in sorted(difference.added))
    done, total = 0, len(difference.changed) + len(difference.added)
    for batch in itertools.chain(_batches(puts), _batches(removals)):
        live.transact(batch)
        done += len(batch)
        progress(f"{done:,} of {total:,} items")


def _batches(pending: Iterable[Action]) -> Iterator[list[Action]]:
    """Yield batches of as many actions as one transaction holds, by number and by size."""
    batch: list[Action] = []
    size = 0
    for action in pending:
        weight = len(json.dumps(action, default=repr))
        if batch and (len(batch) == MAX_TRANSACTION_ACTIONS or size + weight > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(action)
        size += weight
    if batch:
        yield batch


def _items(table: Table, directory: str, progress: Progress, done: str) -> Iterator[Item]:
    read = 0
    for page in table.scan(f"{directory}#"):
        yield from page
        read += len(page)
        progress(f"{read:,} {done}")


def _key(item: Item) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])


def _kind(item: Item, directory: str) -> str:
    """Return ``USER`` or ``GROUP`` for a resource; any other text for any other item."""
    pk = str(item["pk"]["S"])
    return pk.removeprefix(f"{directory}#") if pk == keys.resources(directory, pk.rpartition("#")[2]) else ""


def _digest(item: Item) -> bytes:
    """Return the comparable form of an item; a set has no order."""
    plain = {name: {kind: _ordered(kind, value) for kind, value in typed.items()} for name, typed in item.items()}
    return hashlib.blake2b(json.dumps(plain, sort_keys=True, default=repr).encode(), digest_size=16).digest()


def _ordered(kind: str, value: Any) -> Any:
    return sorted(value) if kind in ("SS", "NS", "BS") else value
