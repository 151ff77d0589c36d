"""The values that a resource is found by: the unique ones and the look-ups, in the form comparisons use."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scim2_models import InvalidValueException, Resource

from lambdas.scim.attributes import Attribute, holds_texts
from lambdas.scim.case_sensitivity import comparable_value
from lambdas.scim.detail import Detail
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.plain_documents import PlainResource
from lambdas.store import keys, limits
from lambdas.store.keys import Key


@dataclass(frozen=True)
class Index:
    """The indexed values of one resource: ``(attribute, normalised value)`` pairs."""

    unique: frozenset[tuple[str, str]]
    lookups: frozenset[tuple[str, str]]

    @property
    def number(self) -> int:
        """How many items they are."""
        return len(self.unique) + len(self.lookups)

    def check_number(self, resource_type: str, before: "Index | None" = None) -> None:
        """Raise an error for more values than a change can write; a resource that had as many before may keep them.

        :param before: The values that the resource had; None for a new one.
        :raises InvalidValueException: When they are more than :data:`~lambdas.store.limits.MAX_INDEXED_VALUES`.
        """
        if self.number <= max(limits.MAX_INDEXED_VALUES, before.number if before else 0):
            return
        ((most, _),) = Counter(attribute for attribute, _ in [*self.unique, *self.lookups]).most_common(1)
        raise InvalidValueException(
            detail=Detail(
                "The {type} has {number} values with look-up keys; the limit is {limit}. Send fewer values of {attribute}.",
                type=resource_type,
                number=self.number,
                limit=limits.MAX_INDEXED_VALUES,
                attribute=most,
            )
        )

    def unique_keys(self, directory: str, resource_type: str) -> dict[tuple[str, str], Key]:
        """Return the keys of the unique values, by the pair they stand for."""
        return {pair: keys.unique(directory, resource_type, *pair) for pair in sorted(self.unique)}

    def lookup_keys(self, directory: str, resource_type: str, resource_id: str) -> set[Key]:
        """Return the keys of the look-ups."""
        return {keys.lookup(directory, resource_type, *pair, resource_id) for pair in self.lookups}


def index_of(provider: DirectoryProvider, resource_type: str, resource: Resource[Any] | PlainResource) -> Index:
    """Return the indexed values of a resource.

    :param resource_type: ``User`` or ``Group``.
    """
    if isinstance(resource, PlainResource):
        return index_of_document(provider, resource_type, resource.document)
    return Index(
        unique=frozenset(_values(resource, provider.unique(resource_type))),
        lookups=frozenset(_values(resource, provider.matching(resource_type))),
    )


def index_of_document(provider: DirectoryProvider, resource_type: str, document: Mapping[str, Any]) -> Index:
    """Return the indexed values of a plain document (:mod:`lambdas.scim.plain_documents`), as its model has them."""
    return Index(
        unique=frozenset(_values_in(document, provider.unique(resource_type))),
        lookups=frozenset(_values_in(document, provider.matching(resource_type))),
    )


def _values_in(document: Mapping[str, Any], attributes: Iterable[Attribute]) -> Iterable[tuple[str, str]]:
    for attribute in attributes:
        for value in attribute.entries_in(document) if holds_texts(attribute.binding) else ():
            comparable = comparable_value(attribute.binding, value)
            if comparable:
                yield attribute.name, comparable


def _values(resource: Resource[Any], attributes: Iterable[Attribute]) -> Iterable[tuple[str, str]]:
    for attribute in attributes:
        for value in attribute.entries(resource):
            comparable = comparable_value(attribute.binding, value)
            if comparable:
                yield attribute.name, comparable
