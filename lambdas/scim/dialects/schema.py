"""The attributes that a path, a key or a value belongs to, as the models declare them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from inspect import isclass
from typing import Any, get_args

from scim2_models import BaseModel, ComplexAttribute, Mutability, Resource

from lambdas.scim.extensions.escaped_names import ATTRNAME
from lambdas.scim.extensions.open_extension import OpenExtension
from lambdas.scim.models import ALWAYS_PRESENT
from lambdas.scim.upstream import field_named

Model = type[Resource[Any]]

TEXT_TYPES = (str, bytes, datetime)
"""The Python types whose values JSON and filters write as strings (RFC 7643 section 2.3)."""

NAME = ATTRNAME
"""An attribute name as the grammar of paths and filters reads it (RFC 7643 section 2.1)."""


@dataclass(frozen=True)
class Attribute:
    """One attribute, as its schema declares it."""

    field: str
    """The Python name of its field, such as ``phone_numbers``."""

    kind: Any
    """The Python type of one value."""

    multi_valued: bool
    """Whether it holds a list of values."""

    mutability: Mutability
    """Who may write it, and how often (RFC 7643 section 2.2)."""

    members: type[BaseModel] | None
    """The model that declares its sub-attributes, or an extension's attributes; None for a simple attribute."""

    always_present: bool = False
    """Whether every resource has a value of it, whatever clients send."""

    open: bool = False
    """Whether it is an undeclared attribute of an open extension, which takes any value as text."""

    @cached_property
    def read_only(self) -> bool:
        """Whether clients may not write it."""
        return self.mutability is Mutability.read_only

    @cached_property
    def is_boolean(self) -> bool:
        """Whether its values are true and false."""
        return self.kind is bool

    @cached_property
    def is_number(self) -> bool:
        """Whether its values are whole numbers or decimals."""
        return self.kind in (int, float)

    @cached_property
    def is_text(self) -> bool:
        """Whether JSON writes its values as strings."""
        return isclass(self.kind) and issubclass(self.kind, TEXT_TYPES)

    @cached_property
    def is_date_time(self) -> bool:
        """Whether its values are dates with a time."""
        return isclass(self.kind) and issubclass(self.kind, datetime)

    @cached_property
    def is_binary(self) -> bool:
        """Whether its values are binary data, which JSON writes in Base64."""
        return isclass(self.kind) and issubclass(self.kind, bytes)

    @cached_property
    def is_string(self) -> bool:
        """Whether any string is a value of it: not for a reference, a date, a number or an object."""
        if not isclass(self.kind):
            return True
        return issubclass(self.kind, str) and not self.is_uri

    @cached_property
    def settled_type(self) -> type | None:
        """The type of JSON whose values no dialect changes: that of a single text or boolean; None for any other attribute."""
        if self.multi_valued or self.members is not None or self.open:
            return None
        return bool if self.is_boolean else str if self.is_string and isclass(self.kind) else None

    @cached_property
    def is_uri(self) -> bool:
        """Whether its values are references (RFC 7643 section 2.3.7)."""
        return hasattr(self.kind, "__reference_types__")

    @cached_property
    def names_resources(self) -> bool:
        """Whether its values are the URIs of resources of the directory, as ``$ref`` of a manager is."""
        return self.is_uri and not {"external", "uri"} & set(self.kind.__reference_types__)

    @cached_property
    def value(self) -> "Attribute | None":
        """Its ``value`` sub-attribute, the one that stands for the whole (RFC 7643 section 2.4); None without one."""
        if self.members is None or not issubclass(self.members, ComplexAttribute):
            return None
        return attribute_of(self.members, "value")

    @cached_property
    def is_reference(self) -> bool:
        """Whether it points at another resource by ``value`` and ``$ref``, as ``manager`` and ``members`` do."""
        return self.value is not None and self.members is not None and attribute_of(self.members, "$ref") is not None

    @cached_property
    def is_one_reference(self) -> bool:
        """Whether it points at one other resource, by a ``$ref`` that clients may change, as ``manager`` does."""
        if self.multi_valued or not self.is_reference or self.members is None:
            return False
        reference = attribute_of(self.members, "$ref")
        return reference is not None and reference.mutability is Mutability.read_write

    @cached_property
    def entry(self) -> "Attribute":
        """The same attribute seen as the one value that a filter in brackets selects."""
        return replace(self, multi_valued=False)


@dataclass(frozen=True)
class Place:
    """The schema, the attribute of it or the sub-attribute that a path names."""

    owner: type[BaseModel]
    """The resource or the extension."""

    attribute: Attribute | None = None
    """The attribute; None when the path is the URN of the owner."""

    sub_attribute: Attribute | None = None
    """The sub-attribute, when the path names one."""

    @property
    def target(self) -> Attribute | None:
        """The innermost attribute that the path names."""
        return self.sub_attribute or self.attribute

    @property
    def read_only(self) -> bool:
        """Whether clients may not write there."""
        return any(each.read_only for each in (self.attribute, self.sub_attribute) if each)


def attribute_of(model: type[BaseModel], name: str) -> Attribute | None:
    """Return the attribute that a model declares under a name, in any case (RFC 7643 section 2.1), or None."""
    field = field_named(model, name)
    return _describe(model, field) if field in model.model_fields else None


def open_attribute(model: type[BaseModel], field: str) -> Attribute | None:
    """Return the undeclared attribute that an open extension has under a name; None for any other model or name.

    :param field: Its escaped name.
    """
    if not issubclass(model, OpenExtension) or not model.is_open(field):
        return None
    return Attribute(
        field=field, kind=str, multi_valued=False, mutability=Mutability.read_write, members=None, open=True
    )


@lru_cache(maxsize=2048)
def _describe(model: type[BaseModel], field: str) -> Attribute:
    root: Any = model.get_field_root_type(field)
    if getattr(root, "__metadata__", None):
        root = get_args(root)[0]
    return Attribute(
        field=field,
        kind=root,
        multi_valued=model.get_field_multiplicity(field),
        mutability=model.get_field_annotation(field, Mutability),
        members=root if isclass(root) and issubclass(root, BaseModel) else None,
        always_present=field in ALWAYS_PRESENT.get(str(getattr(model, "__schema__", "")), ()),
    )


@lru_cache(maxsize=64)
def urns_of(model: type[BaseModel]) -> tuple[tuple[str, type[BaseModel]], ...]:
    """Return the URNs that may begin a path on a resource, longest first, each with the model it stands for."""
    urns: dict[str, type[BaseModel]] = {}
    own = getattr(model, "__schema__", None)
    if own:
        urns[str(own)] = model
    if issubclass(model, Resource):
        urns.update({str(urn): extension for urn, extension in model.get_extension_models().items()})
    return tuple(sorted(urns.items(), key=lambda item: -len(item[0])))


def split_urn(model: type[BaseModel], path: str, separator: str = ":") -> tuple[str, type[BaseModel], str] | None:
    """Return the schema URN that a path begins with as declared, the model it stands for, and the rest of the path.

    Known URNs are matched first, so that a path is never split at the dot of a version. The rest is "" for the URN alone.

    :return: None when the path begins with none of them.
    """
    lowered = path.lower()
    for urn, owner in urns_of(model):
        if lowered == urn.lower():
            return urn, owner, ""
        if lowered.startswith(f"{urn}{separator}".lower()):
            return urn, owner, path[len(urn) + 1 :]
    return None


def locate(model: type[BaseModel], path: str) -> Place | None:
    """Return what a path without brackets names on a resource; None when nothing declares it."""
    found = split_urn(model, path)
    owner, name = (found[1], found[2]) if found else (model, path)
    if not name:
        return Place(owner) if found else None
    if found and (attribute := open_attribute(owner, name)) is not None:
        return Place(owner, attribute)
    head, dot, tail = name.partition(".")
    attribute = attribute_of(owner, head)
    if attribute is None or not dot:
        return None if attribute is None else Place(owner, attribute)
    sub_attribute = attribute_of(attribute.members, tail) if attribute.members else None
    return None if sub_attribute is None else Place(owner, attribute, sub_attribute)


def begins_known(path: str, model: Model) -> bool:
    """Return whether a path, or a text that is none, begins with the name of a declared attribute or with a schema's URN alone."""
    found = split_urn(model, path)
    owners = [found[1]] if found else [owner for _, owner in urns_of(model)]
    head = re.split(r'[.\[\s("]', found[2] if found else path, maxsplit=1)[0]
    return (found is not None and not head) or any(attribute_of(owner, head) is not None for owner in owners)


def locate_first(models: Sequence[type[BaseModel]], path: str) -> Place | None:
    """Return what a path names on the first of several models that declares it; None when none does."""
    return next((place for model in models if (place := locate(model, path)) is not None), None)


@dataclass(frozen=True)
class Scope:
    """Where a term of a path or filter stands, so that its attribute can be found."""

    models: Sequence[type[BaseModel]]
    """The models that the expression is about."""

    within: Attribute | None = None
    """The attribute whose brackets the term stands in."""

    writes: bool = False
    """Whether the expression is the path of a PATCH, which may create an attribute as it is spelled."""

    def place(self, path: str) -> Place | None:
        """Return what the path of a term names; None when nothing declares it."""
        if self.within is None:
            return locate_first(self.models, path)
        members = self.within.members
        attribute = attribute_of(members, path) if members else None
        return Place(members, attribute) if members and attribute else None

    def compared(self, path: str) -> Attribute | None:
        """Return the attribute whose values a comparison compares: ``value`` where a complex attribute is named."""
        place = self.place(path)
        target = place.target if place else None
        return target.value or target if target else None
