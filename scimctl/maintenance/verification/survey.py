"""Reads a whole directory and yields what may be inconsistent; each suspicion is then checked by itself.

The first pass keeps 64 bits of every fact until it reads the fact's other side. A fact left at the end has one side only, or
changed during the pass. A second pass, made only then, finds what those facts are.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

from lambdas.store import keys
from lambdas.store.keys import Item
from lambdas.store.table import Table
from scimctl.maintenance.verification.facts import FactReader, UnreadableError, groups_of
from scimctl.maintenance.verification.subjects import Count, Document, LookUp, Membership, Rest, Subject, UniqueValue

Progress = Callable[[str], None]
"""Receives each step, for example ``12,000 items read``."""


class Survey:
    """One reading of a directory."""

    def __init__(self, table: Table, facts: FactReader, progress: Progress) -> None:
        """Set the table, the reader of facts, and the receiver of progress."""
        self.table = table
        self.facts = facts
        self.progress = progress
        self._open: set[int] = set()
        self._ids: Counter[tuple[str, str]] = Counter()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._groups: set[str] = set()
        self._named_groups: set[str] = set()
        self._unreadable: list[Document] = []

    def suspicions(self) -> Iterator[Subject]:
        """Yield what may be inconsistent: 1 Scan of the table, or 2 when there is anything."""
        for item in self._items("items read"):
            self._take(item)
        for resource_type, prefix in sorted(self._ids.keys() | self._counts.keys()):
            if self._ids[resource_type, prefix] != self._counts[resource_type, prefix]:
                yield Count(resource_type, prefix)
        yield from self._unreadable
        yield from (Rest(each) for each in sorted(self._named_groups - self._groups))
        if self._open:
            yield from self._one_sided()

    def _items(self, done: str) -> Iterator[Item]:
        read = 0
        for page in self.table.scan(f"{self.facts.directory}#"):
            yield from page
            read += len(page)
            self.progress(f"{read:,} {done}")

    def _take(self, item: Item) -> None:
        """Record the facts of an item; a fact that was read from its other side is complete."""
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        for fact in self.facts.beside(item):
            self._open ^= {fact.fingerprint}
        group_id = self.facts.group_of(pk)
        if group_id is not None:
            self._named_groups.add(group_id)
        resource_type = self.facts.resource_type(pk)
        if resource_type is None:
            self._take_count(item)
            return
        name = str(resource_type.name)
        self._ids[name, sk[:2]] += 1
        self._named_groups |= groups_of(item)
        if name == "Group":
            self._groups.add(sk)
        try:
            for fact in self.facts.claims(resource_type, item):
                self._open ^= {fact.fingerprint}
        except UnreadableError:
            self._unreadable.append(Document(name, sk))

    def _take_count(self, item: Item) -> None:
        for name in self.facts.types:
            if item["pk"]["S"] == keys.counts(self.facts.directory, name):
                self._counts[name, item["sk"]["S"]] = int(item.get("n", {}).get("N", 0))

    def _one_sided(self) -> Iterator[Subject]:
        """Yield the subjects of the facts with one side; one subject for all resources that may have a unique value."""
        unique: dict[str, set[str]] = {}
        others: set[Membership | LookUp] = set()
        for item in self._items("items read again"):
            found = list(self.facts.beside(item))
            resource_type = self.facts.resource_type(item["pk"]["S"])
            if resource_type is not None:
                with suppress(UnreadableError):
                    found += self.facts.claims(resource_type, item)
            for fact in found:
                if fact.fingerprint not in self._open:
                    continue
                if isinstance(fact.subject, UniqueValue):
                    unique.setdefault(fact.subject.pk, set()).update(fact.subject.resource_ids)
                else:
                    others.add(fact.subject)
        yield from (UniqueValue(pk, frozenset(ids)) for pk, ids in sorted(unique.items()))
        yield from sorted(others, key=repr)
