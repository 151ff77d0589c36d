"""The actions that write a resource, computed from its state before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scim2_models import Resource, ResourceType

from lambdas.scim.detail import Detail
from lambdas.scim.errors import TakenValueException
from lambdas.scim.plain_documents import PlainResource
from lambdas.store import actions, keys
from lambdas.store.documents import (
    changed_parts,
    document_of,
    largest_attribute_of,
    name_attribute,
    name_of,
    resource_of,
)
from lambdas.store.indexes import Index, index_of, index_of_document
from lambdas.store.items import Stored, now
from lambdas.store.lost_race import LostRace
from lambdas.store.reads import Reader
from lambdas.store.sizes import check_item, check_text
from lambdas.store.transactions import Action, ConditionFailed

NAMES = ("userName", "displayName")
"""The unique attributes that a user and a group are known by."""


@dataclass(frozen=True)
class PlannedWrite:
    """The own actions of a resource's transaction, and what a failed condition among them means."""

    actions: list[Action]
    taken: Mapping[int, tuple[str, str]]
    """By position, the unique attribute and value that the action takes."""

    def refusal(self, failure: ConditionFailed, resource_type: str) -> Exception:
        """Return the error for a failed condition: a uniqueness error where a value is taken, else :class:`LostRace`.

        Of several taken values, it is about the one that the resource is known by.
        """
        failed = [index for index in failure.failed if index in self.taken]
        if not failed:
            return LostRace()
        index = min(failed, key=lambda each: (self.taken[each][0] not in NAMES, self.taken[each]))
        attribute, value = self.taken[index]
        return TakenValueException(
            attribute=attribute,
            owner=failure.items.get(index, {}).get("id", {}).get("S"),
            detail=Detail(
                'A {type} whose {attribute} is "{value}" exists already; {attribute} is unique whatever its case',
                type=resource_type,
                attribute=attribute,
                values={"value": value[:200]},
            ),
        )


def index_of_stored(reader: Reader, resource_type: ResourceType, stored: Stored) -> Index:
    """Return the indexed values of a stored resource."""
    name = str(resource_type.name)
    plain = reader.provider.plain_documents(name).read_stored(stored.document)
    if plain is not None:
        return index_of_document(reader.provider, name, plain)
    return index_of(reader.provider, name, resource_of(stored, resource_type, reader.model(resource_type)))


class Planner:
    """Plans the writes of the resources of one directory."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.directory = reader.directory
        self.linked: set[str] = set()
        """The ids of users created by hand that this request links to the identity provider."""

    def creation(
        self, resource_type: ResourceType, resource: Resource[Any] | PlainResource, stored: Stored
    ) -> PlannedWrite:
        """Return the actions that create a resource.

        :raises InvalidValueException: When its name is too long, or it has more values to look up than one change can write.
        """
        name = str(resource_type.name)
        check_text(name_attribute(resource), stored.name)
        index = index_of(self.reader.provider, name, resource)
        index.check_number(name)
        own = [
            actions.put_new(stored.to_item(keys.resource(self.directory, name, stored.id))),
            actions.count(keys.count(self.directory, name, stored.id), 1),
        ]
        taken = {}
        for pair, key in index.unique_keys(self.directory, name).items():
            taken[len(own)] = pair
            own.append(actions.own(key, stored.id))
        own += [actions.look_up(key) for key in sorted(index.lookup_keys(self.directory, name, stored.id))]
        return PlannedWrite(own, taken)

    def update(
        self, resource_type: ResourceType, before: Stored, resource: Resource[Any] | PlainResource
    ) -> tuple[Stored, PlannedWrite | None]:
        """Return the state after a change and the actions that write it; None for these when nothing changes.

        :raises InvalidValueException: When the resource becomes too large, or its name too long.
        """
        document = document_of(resource)
        links = before.by_hand and before.id in self.linked
        if document == before.document and not links:
            return before, None
        after = replace(
            before,
            document=document,
            version=before.version + 1,
            modified=now(),
            name=name_of(resource),
            by_hand=before.by_hand and not links,
        )
        if after.name != before.name:
            check_text(name_attribute(resource), after.name)
        check_item(after, before, lambda: largest_attribute_of(document))
        name, provider = str(resource_type.name), self.reader.provider
        own = [actions.update_document(keys.resource(self.directory, name, before.id), after, before.version)]
        if provider.indexed_parts(name).isdisjoint(changed_parts(before.document, document)):
            return after, PlannedWrite(own, {})
        was = index_of_stored(self.reader, resource_type, before)
        return after, self._difference(name, before.id, own, was, index_of(provider, name, resource))

    def _difference(self, name: str, its_id: str, own: list[Action], was: Index, becomes: Index) -> PlannedWrite:
        """Return the actions that also change the keys of a resource.

        :param own: The action that writes its document.
        """
        becomes.check_number(name, was)
        taken = {}
        for pair, unique in becomes.unique_keys(self.directory, name).items():
            if pair not in was.unique:
                taken[len(own)] = pair
                own.append(actions.own(unique, its_id))
        kept = set(becomes.unique_keys(self.directory, name).values())
        freed = set(was.unique_keys(self.directory, name).values()) - kept
        old, new = (each.lookup_keys(self.directory, name, its_id) for each in (was, becomes))
        own += [actions.release(each, its_id) for each in sorted(freed)]
        own += [actions.delete(each) for each in sorted(old - new)]
        own += [actions.look_up(each) for each in sorted(new - old)]
        return PlannedWrite(own, taken)
