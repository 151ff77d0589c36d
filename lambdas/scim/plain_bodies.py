"""Bodies of creations that need no model: what they hold is what is stored.

The rules of answers say whether the model of the resource would read every value as it is (:mod:`lambdas.scim.plain_documents`).
The demands here are what the protocol library asks of a new resource beyond that (RFC 7643 sections 2.2 and 2.4): required
attributes have a value, clients may read and write what they send, and of several values at most one is primary. A body that misses
one is left to the library, which refuses or changes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import isclass
from typing import Any

from scim2_models import BaseModel, Mutability, Required, Resource

from lambdas.scim.plain_documents import Document, PlainDocuments, PlainResource
from lambdas.scim.upstream import scim_name

MUTABILITIES = (Mutability.read_write, Mutability.immutable)
"""Of attributes that are stored as a client sends them."""


@dataclass(frozen=True)
class Demand:
    """What is asked of an attribute of a new resource."""

    name: str
    """Its name, or the URN of an extension."""

    is_accepted: bool
    """Whether it is stored as a client sends it."""

    is_required: bool

    is_list: bool

    has_primary: bool
    """Whether one of its values may be the primary one."""

    inner: "tuple[Demand, ...]"
    """What is asked of its sub-attributes."""

    def is_met(self, host: Mapping[str, Any]) -> bool:
        """Return whether an object that the model reads as it is meets the demand."""
        held = host.get(self.name)
        if held is None:
            return not self.is_required
        if not self.is_accepted or (self.is_required and held == []):
            return False
        values = held if self.is_list else [held]
        if self.has_primary and sum(each.get("primary") is True for each in values) > 1:
            return False
        return all(each.is_met(value) for value in values for each in self.inner)


@dataclass(frozen=True)
class PlainBody:
    """The body of a creation that needs no model."""

    body: Document
    """The body, as the library would get it."""

    resource: PlainResource
    """The user that it creates."""


class PlainBodies:
    """The bodies of creations of one resource type that need no model."""

    def __init__(self, model: type[Resource[Any]]) -> None:
        self._documents = PlainDocuments(model)
        self._demands = demands_of(model)
        self._base = str(model.__schema__)
        self._urns = {self._base, *model.get_extension_models()}

    def read(self, body: Any) -> Document | None:
        """Return the plain document of what a body creates; None when only the library can read the body.

        :param body: The decoded body, read by all dialects.
        """
        if not isinstance(body, dict):
            return None
        schemas = body.get("schemas", [self._base])
        if not isinstance(schemas, list) or self._base not in schemas or not self._urns.issuperset(map(str, schemas)):
            return None
        document = self._documents.read_parts(body)
        return document if document and all(each.is_met(body) for each in self._demands) else None


def is_settled(body: Any) -> bool:
    """Return whether no dialect changes a body or records something of it, if it is plain.

    Where values have the types of their attributes, and names their spelling, dialects read empty texts and references.
    """
    level = [body]
    while level:
        below: list[Any] = []
        for each in level:
            if each == "" or (isinstance(each, dict) and "$ref" in each):
                return False
            below += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        level = below
    return True


def demands_of(model: type[BaseModel]) -> tuple[Demand, ...]:
    """Return what is asked of an instance of a model when it is created, without attributes of which nothing is asked."""
    demands = []
    for field in model.model_fields:
        kind = model.get_field_root_type(field)
        inner = demands_of(kind) if isclass(kind) and issubclass(kind, BaseModel) else ()
        is_list = model.get_field_multiplicity(field)
        demand = Demand(
            name=scim_name(model, field),
            is_accepted=model.get_field_annotation(field, Mutability) in MUTABILITIES,
            is_required=model.get_field_annotation(field, Required) is Required.true,
            is_list=is_list,
            has_primary=is_list and isclass(kind) and "primary" in getattr(kind, "model_fields", ()),
            inner=inner,
        )
        asks = demand.is_required or not demand.is_accepted or demand.has_primary or bool(inner)
        if asks and field != "schemas":
            demands.append(demand)
    return tuple(demands)
