"""The values that a resource is found by: the unique ones and the look-ups, in the form comparisons use."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scim2_models import AttributeBinding, InvalidValueException, Path, Resource, Uniqueness
from scim2_server.utils import parametrize

from lambdas.store import keys
from lambdas.store.keys import Key

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

LOOKUPS: dict[str, tuple[str, ...]] = {
    "User": ("externalId", "emails.value", f"{ENTERPRISE}:manager.value"),
    "Group": ("externalId",),
}
"""By resource type, the attributes that several resources may share and clients match by (idp-behaviour 1.3, 1.11)."""

MAX_INDEXED_VALUES = 40
"""Values of one resource that have an item of their own. A change may remove and write each of them: 80 of the 100 actions that
one transaction holds (AWS limit), which leaves room for the resource, its count and its unique values."""


@dataclass(frozen=True)
class Index:
    """The indexed values of one resource: ``(attribute, normalised value)`` pairs."""

    unique: frozenset[tuple[str, str]]
    lookups: frozenset[tuple[str, str]]

    def unique_keys(self, directory: str, resource_type: str) -> dict[tuple[str, str], Key]:
        """Return the keys of the unique values, by the pair they stand for."""
        return {pair: keys.unique(directory, resource_type, *pair) for pair in self.unique}

    def lookup_keys(self, directory: str, resource_type: str, resource_id: str) -> set[Key]:
        """Return the keys of the look-ups."""
        return {keys.lookup(directory, resource_type, *pair, resource_id) for pair in self.lookups}


def short_name(binding: AttributeBinding) -> str:
    """Return the name that an attribute has in keys: its path, without the URN of the core schemas."""
    urn = binding.urn
    for schema in ("urn:ietf:params:scim:schemas:core:2.0:User:", "urn:ietf:params:scim:schemas:core:2.0:Group:"):
        urn = urn.removeprefix(schema)
    return urn


def index_of(resource_type: str, resource: Resource[Any]) -> Index:
    """Return the indexed values of a resource.

    :param resource_type: ``User`` or ``Group``.
    :raises InvalidValueException: When they are more than :data:`MAX_INDEXED_VALUES`.
    """
    model = type(resource)
    unique_paths = parametrize(Path, model).iter_paths(
        include_subattributes=False, uniqueness=[Uniqueness.server, Uniqueness.global_]
    )
    unique = frozenset(_values(resource, (str(path) for path in unique_paths if str(path) != "id")))
    lookups = frozenset(_values(resource, LOOKUPS.get(resource_type, ())))
    if len(lookups) > MAX_INDEXED_VALUES:
        raise InvalidValueException(
            detail=f"The resource has {len(lookups)} values of {', '.join(LOOKUPS[resource_type])} together; "
            f"up to {MAX_INDEXED_VALUES} can be kept. Send fewer e-mail addresses."
        )
    return Index(unique, lookups)


def _values(resource: Resource[Any], attributes: Iterable[str]) -> Iterable[tuple[str, str]]:
    for attribute in attributes:
        path = parametrize(Path, type(resource))(attribute)
        binding = path.resolve()
        if binding is None:
            continue
        found = path.get(resource, strict=False)
        for value in found if isinstance(found, list) else [found]:
            comparable = comparable_of(binding, value)
            if comparable:
                yield short_name(binding), comparable


def comparable_of(binding: AttributeBinding, value: Any) -> str | None:
    """Return a string value in the form that comparisons use, or None when nothing equals it."""
    if not isinstance(value, str):
        return None
    try:
        return str(binding.comparable(value))
    except ValueError:
        return None
