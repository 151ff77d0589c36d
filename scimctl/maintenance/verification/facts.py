"""The facts that items state: in an intact directory exactly two items state each of them.

A user's document states that the user has a userName, and so does the item of the unique value. A member item states a
membership, and so does the member's ``groups``. A fact that one item alone states is an inconsistency.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

from scim2_models import Resource, ResourceType, SCIMException

from lambdas.scim.discovery import DirectoryProvider
from lambdas.store import keys
from lambdas.store.documents import resource_of
from lambdas.store.indexes import Index, index_of
from lambdas.store.items import Stored
from lambdas.store.keys import Item, Key
from scimctl.maintenance.verification.subjects import LookUp, Membership, UniqueValue


class UnreadableError(Exception):
    """A resource's document cannot be read."""


@dataclass(frozen=True)
class Fact:
    """A statement about the directory, equal from both items that state it."""

    subject: Membership | UniqueValue | LookUp

    type: str = ""
    """For a membership: the type of the member, ``User`` or ``Group``."""

    @property
    def fingerprint(self) -> int:
        """A hash of the fact in 64 bits: a directory of a million users has about ten million facts."""
        words: tuple[str, ...]
        match self.subject:
            case Membership(group_id, member_id):
                words = ("member", group_id, member_id, self.type)
            case UniqueValue(pk, ids):
                words = ("unique", pk, *ids)
            case LookUp(pk, resource_id):
                words = ("lookup", pk, resource_id)
        return int.from_bytes(blake2b("\n".join(words).encode(), digest_size=8).digest(), "big")


class FactReader:
    """Reads the facts that the items of one directory state."""

    def __init__(self, directory: str, provider: DirectoryProvider) -> None:
        """Set the directory's id and the description of its resources."""
        self.directory = directory
        self.provider = provider
        self.types = {str(each.name): each for each in provider.resource_types}
        self.partitions = {keys.resources(directory, name): each for name, each in self.types.items()}
        self._members = keys.members(directory, "")

    def resource_type(self, pk: str) -> ResourceType | None:
        """Return the type of the resources in a partition; None for a partition without resources."""
        return self.partitions.get(pk)

    def group_of(self, pk: str) -> str | None:
        """Return the group whose members a partition holds; None for any other partition."""
        return pk.removeprefix(self._members) if pk.startswith(self._members) else None

    def beside(self, item: Item) -> Iterator[Fact]:
        """Yield the facts that an item states outside a document: those of a unique value, a look-up, a member, ``groups``."""
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        group_id = self.group_of(pk)
        if group_id is not None:
            yield Fact(Membership(group_id, sk), item.get("type", {}).get("S", ""))
        elif pk.startswith(f"{self.directory}#UNIQUE#"):
            yield Fact(UniqueValue(pk, frozenset({item.get("id", {}).get("S", "")})))
        elif pk.startswith(f"{self.directory}#LOOKUP#"):
            yield Fact(LookUp(pk, sk))
        elif (resource_type := self.resource_type(pk)) is not None:
            for each in groups_of(item):
                yield Fact(Membership(each, sk), str(resource_type.name))

    def claims(self, resource_type: ResourceType, item: Item) -> Iterator[Fact]:
        """Yield the facts that a resource's document states.

        :raises UnreadableError: When the document cannot be read.
        """
        index, resource_id, name = self._index(resource_type, item), item["sk"]["S"], str(resource_type.name)
        for key in index.unique_keys(self.directory, name).values():
            yield Fact(UniqueValue(key.pk, frozenset({resource_id})))
        for pk, _ in index.lookup_keys(self.directory, name, resource_id):
            yield Fact(LookUp(pk, resource_id))

    def unique_keys(self, resource_type: ResourceType, item: Item) -> set[Key]:
        """Return the keys of a resource's unique values.

        :raises UnreadableError: When its document cannot be read.
        """
        name = str(resource_type.name)
        return set(self._index(resource_type, item).unique_keys(self.directory, name).values())

    def lookup_keys(self, resource_type: ResourceType, item: Item) -> set[Key]:
        """Return the keys of a resource's look-ups.

        :raises UnreadableError: When its document cannot be read.
        """
        name = str(resource_type.name)
        return self._index(resource_type, item).lookup_keys(self.directory, name, item["sk"]["S"])

    def _index(self, resource_type: ResourceType, item: Item) -> Index:
        try:
            model = cast("type[Resource[Any]]", self.provider.model_for(resource_type))
            resource = resource_of(Stored.from_item(item), resource_type, model)
            return index_of(self.provider, str(resource_type.name), resource)
        except (ValueError, KeyError, TypeError, AttributeError, SCIMException) as error:
            raise UnreadableError(type(error).__name__) from error


def groups_of(item: Item | None) -> frozenset[str]:
    """Return the groups in a resource's item; empty without an item."""
    return frozenset((item or {}).get("groups", {}).get("SS", ()))
