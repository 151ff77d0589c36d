"""Changes of stored resources and group mappings, and reports of the guard, read from the table's stream."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from lambdas.eventing.differences import Document
from lambdas.store.items import Stored
from lambdas.store.keys import Item

TYPES = {"#USER": "User", "#GROUP": "Group"}
"""The resource types, by how their partitions end."""

MAPPINGS = "#PERMISSION"
"""How the partition of a directory's group mappings ends."""

SUFFIXES = (*TYPES, MAPPINGS)
"""The ends of all partitions whose changes are published."""

GUARD = "#GUARD#"
"""What is between the directory and the connection in the partition of a counter of the guard."""

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
"""What reading a change raises that no other attempt can read."""


@dataclass(frozen=True)
class Origin:
    """Where a change stands in the stream."""

    event_id: str
    sequence_number: str
    time: datetime


@dataclass(frozen=True)
class ResourceChange:
    """A User or Group before and after a change; None where there was or is none."""

    origin: Origin
    directory: str
    resource_type: str
    before: Stored | None
    after: Stored | None

    @property
    def present(self) -> Stored:
        """The latest of the two that there is."""
        stored = self.after or self.before
        assert stored is not None  # noqa: S101 -- checked by read_change
        return stored

    @cached_property
    def documents(self) -> tuple[Document, Document]:
        """The documents before and after; empty where there was or is none."""
        return _document(self.before), _document(self.after)

    @property
    def has_new_version(self) -> bool:
        """Whether the version after the change differs from the one before."""
        versions = {each.version for each in (self.before, self.after) if each is not None}
        return self.before is None or self.after is None or len(versions) > 1

    @property
    def is_membership_change(self) -> bool:
        """Whether only a group's members changed: its version and its time of change are all that its item shows of that."""
        before, after = self.before, self.after
        return (
            self.resource_type == "Group"
            and before is not None
            and after is not None
            and (before.document, before.groups) == (after.document, after.groups)
            and before.version != after.version
        )

    @property
    def is_sweep(self) -> bool:
        """Whether a member of a deleted group was only freed of the group's id: no new version, as no read showed it."""
        before, after = self.before, self.after
        return (
            before is not None
            and after is not None
            and before.version == after.version
            and after.groups < before.groups
        )


@dataclass(frozen=True)
class MappingChange:
    """The permission sets that a group is mapped to, before and after a change."""

    origin: Origin
    directory: str
    group: str
    before: frozenset[str]
    after: frozenset[str]


@dataclass(frozen=True)
class GuardReport:
    """A connection deprovisioned more users within an hour than the guard's limit, for the first time within the hour."""

    origin: Origin
    directory: str
    connection: str
    count: int
    """The number of users, held ones included."""

    limit: int
    held: bool
    """Whether further users are refused."""


Change = ResourceChange | MappingChange | GuardReport


def read_change(record: Mapping[str, Any]) -> Change | None:
    """Return the change in a record of the stream, or None when it is about another item.

    :raises KeyError: When an item lacks an attribute that all such items have; likewise ``ValueError`` and ``TypeError``. No
        other attempt can read such a record.
    """
    stream = record["dynamodb"]
    partition, sort = stream["Keys"]["pk"]["S"], stream["Keys"]["sk"]["S"]
    suffix = next((each for each in SUFFIXES if partition.endswith(each)), None)
    time = datetime.fromtimestamp(float(stream.get("ApproximateCreationDateTime", 0)), UTC)
    origin = Origin(record["eventID"], stream["SequenceNumber"], time)
    before, after = stream.get("OldImage"), stream.get("NewImage")
    if suffix is None:
        return _report(origin, partition, before, after) if GUARD in partition else None
    directory = partition.removesuffix(suffix)
    if suffix == MAPPINGS:
        return MappingChange(origin, directory, sort, _sets(before), _sets(after))
    change = ResourceChange(origin, directory, TYPES[suffix], _stored(before), _stored(after))
    if change.before is None and change.after is None:
        raise KeyError("NewImage")
    _ = change.documents  # a document that is not JSON is found here
    return change


def _report(origin: Origin, partition: str, before: Item | None, after: Item | None) -> GuardReport | None:
    """Return what the guard reported with a change of its counter; None when it only counted.

    The counter exists before anything is reported, so one that is restored from a backup reports nothing again.
    """
    if before is None or after is None or after.get("reported") == before.get("reported"):
        return None
    directory, _, connection = partition.partition(GUARD)
    count, limit = (int(after[f"reported_{name}"]["N"]) for name in ("count", "limit"))
    return GuardReport(origin, directory, connection, count, limit, after["reported_held"]["BOOL"])


def _stored(image: Item | None) -> Stored | None:
    return Stored.from_item(image) if image else None


def _sets(image: Item | None) -> frozenset[str]:
    return frozenset((image or {}).get("sets", {}).get("SS", ()))


def _document(stored: Stored | None) -> Document:
    document = json.loads(stored.document) if stored else {}
    if not isinstance(document, dict):
        raise TypeError("The document is not a JSON object")
    return document
