"""PATCHes that need no model: they write texts and booleans to single attributes, or add and remove members by their ids.

Nine of ten PATCHes of identity providers are such: a new title, ``active``, the address of the work e-mail, a member. The protocol
library takes a millisecond to validate and apply one, most of it to look up the same paths again. Here a PATCH is read into writes
of a plain document (:mod:`lambdas.scim.plain_documents`), which give the state, and the error, that the library gives. Everything
else is left to the library: what it would refuse, values that clear or add something, attributes that not everyone may write,
several values that change at once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scim2_models import CaseExact, Mutability, PatchOp, Resource

from lambdas.scim.case_sensitivity import comparable_text
from lambdas.scim.dialects.schema import Attribute, attribute_of, locate
from lambdas.scim.ids import is_id
from lambdas.scim.plain_documents import Document
from lambdas.scim.upstream import scim_name

MAX_OPERATIONS = 20
"""Operations of a plain PATCH."""

MAX_VALUES = 50
"""Values of a multi-valued attribute from which a plain PATCH can select. With :data:`MAX_OPERATIONS` it stays below the limit on
values that a PATCH may compare (:data:`lambdas.scim.limits.MAX_VALUES_COMPARED`)."""

MAX_PATH_LENGTH = 200
"""Characters of a path of a plain PATCH. Such paths are remembered, so that each is looked up once."""

_NAMES = re.compile(r"[A-Za-z][\w.:-]*")
_SELECTION = re.compile(r'([A-Za-z]\w*)\[([A-Za-z]\w*) eq "([^"\\]*)"\]\.([A-Za-z]\w*)')
_PATCH = [str(PatchOp.__schema__)]


class NotPlainError(Exception):
    """A document that a plain PATCH cannot be applied to as the library would."""


@dataclass(frozen=True)
class Write:
    """One value that a PATCH writes."""

    path: tuple[str, ...]
    """The names that lead to it in a document: the URN of an extension, the attribute, the sub-attribute."""

    value: str | bool

    selects: tuple[str, str] | None = None
    """The sub-attribute, and its text regardless of case, of the values whose sub-attribute is written."""


@dataclass(frozen=True)
class PlainPatch:
    """A PATCH that needs no model."""

    operations: Sequence[Mapping[str, Any]]
    """Its operations, as the library would get them."""

    writes: Sequence[Write] = ()
    """The values that it writes, in order; none where it changes members."""

    def apply(self, document: Document) -> tuple[Document, bool]:
        """Return a plain document after the PATCH, and whether an operation changed it.

        :raises NotPlainError: When the library would create a value, or refuse one.
        """
        changed = False
        for write in self.writes:
            document, has_changed = _written(document, write.path, write)
            changed = changed or has_changed
        return document, changed


def _written(host: Document, path: tuple[str, ...], write: Write) -> tuple[Document, bool]:
    """Return a copy of an object with a value written at a path, and whether that changes it."""
    name, *rest = path
    held = host.get(name)
    if not rest:
        return ({**host, name: write.value}, True) if held != write.value else (host, False)
    if write.selects is not None:
        return _written_to_selected(host, name, rest[0], write)
    if held is None and name.startswith("urn:"):
        raise NotPlainError  # an extension that the resource does not have yet
    inner, changed = _written(held or {}, tuple(rest), write)
    return ({**host, name: inner}, True) if changed else (host, False)


def _written_to_selected(host: Document, name: str, sub_attribute: str, write: Write) -> tuple[Document, bool]:
    values = host.get(name) or []
    by, text = write.selects or ("", "")
    chosen = [comparable_text(each.get(by, "")) == text and by in each for each in values]
    primary = sum(each.get("primary") is True for each in values)
    if not any(chosen) or len(values) > MAX_VALUES or primary > 1:
        raise NotPlainError
    after = [
        {**each, sub_attribute: write.value} if is_chosen else each
        for each, is_chosen in zip(values, chosen, strict=True)
    ]
    return ({**host, name: after}, True) if after != values else (host, False)


# -- Reading --------------------------------------------------------------------------------------------------------------


def read_plain_patch(payload: Any, model: type[Resource[Any]]) -> PlainPatch | None:
    """Return a PATCH that needs no model; None for any other.

    :param payload: The body, as the library would get it: read by all dialects.
    """
    if not isinstance(payload, dict) or not payload.keys() <= {"schemas", "Operations"}:
        return None
    operations = payload.get("Operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MAX_OPERATIONS:
        return None
    if payload.get("schemas", _PATCH) != _PATCH:
        return None
    if "members" in model.model_fields:
        return PlainPatch(operations) if all(map(_is_plain_change_of_members, operations)) else None
    writes: list[Write] = []
    for each in operations:
        read = _writes_of(each, model)
        if not read:
            return None
        writes += read
    return PlainPatch(operations, writes)


def _is_plain_change_of_members(operation: Any) -> bool:
    """Return whether an operation adds members, or removes some, by their ids."""
    if not isinstance(operation, dict) or operation.keys() != {"op", "path", "value"}:
        return False
    op, path, values = operation["op"], operation["path"], operation["value"]
    if not isinstance(path, str) or path.lower() != "members" or not isinstance(values, list) or not values:
        return False
    if op == "add":
        return all(isinstance(each, dict) and is_id(each.get("value")) for each in values)
    return op == "remove" and all(
        isinstance(each, dict) and each.keys() == {"value"} and is_id(each["value"]) for each in values
    )


def _writes_of(operation: Any, model: type[Resource[Any]]) -> list[Write]:
    """Return the values that an operation writes; none when it is not plain."""
    if not isinstance(operation, dict) or operation.get("op") not in ("add", "replace"):
        return []
    value = operation.get("value")
    if operation.keys() == {"op", "value"} and isinstance(value, dict):
        written = [_write_of(key, item, model) for key, item in value.items()]
    elif operation.keys() == {"op", "path", "value"}:
        written = [_write_of(operation["path"], value, model)]
    else:
        return []
    found = [each for each in written if each is not None]
    return found if len(found) == len(written) else []


def _write_of(path: Any, value: Any, model: type[Resource[Any]]) -> Write | None:
    if not isinstance(path, str) or not (isinstance(value, bool) or (isinstance(value, str) and value.strip())):
        return None
    target = _target_of(path, model) if len(path) <= MAX_PATH_LENGTH else None
    return Write(target.path, value, target.selects) if target is not None and target.kind is type(value) else None


@dataclass(frozen=True)
class _Target:
    """A place to which a plain PATCH can write."""

    path: tuple[str, ...]
    kind: Any
    selects: tuple[str, str] | None = None


@lru_cache(maxsize=512)
def _target_of(path: str, model: type[Resource[Any]]) -> _Target | None:
    """Return the place that a path names; None when it is not for a plain PATCH."""
    if _NAMES.fullmatch(path) is None:
        return _selected_target_of(path, model)
    place = locate(model, path)
    if place is None or place.attribute is None or place.attribute.multi_valued or place.attribute.open:
        return None
    names = [str(getattr(place.owner, "__schema__", ""))] if place.owner is not model else []
    names.append(scim_name(place.owner, place.attribute.field))
    target = place.attribute
    if place.sub_attribute is not None and place.attribute.members is not None:
        names.append(scim_name(place.attribute.members, place.sub_attribute.field))
        target = place.sub_attribute
    is_writable = all(_is_writable(each) for each in (place.attribute, target))
    return _Target(tuple(names), target.kind) if is_writable and _is_simple(target) else None


def _selected_target_of(path: str, model: type[Resource[Any]]) -> _Target | None:
    found = _SELECTION.fullmatch(path)
    attribute = attribute_of(model, found[1]) if found else None
    if found is None or attribute is None or not attribute.multi_valued or attribute.members is None:
        return None
    by, target = (attribute_of(attribute.members, name) for name in (found[2], found[4]))
    if by is None or target is None or by is target or not all(map(_is_writable, (attribute, by, target))):
        return None
    is_exact = attribute.members.get_field_annotation(by.field, CaseExact) is CaseExact.true
    if is_exact or not by.is_string or by.multi_valued or target.kind is not str or not _is_simple(target):
        return None
    selects = (scim_name(attribute.members, by.field), comparable_text(found[3]))
    names = (scim_name(model, attribute.field), scim_name(attribute.members, target.field))
    return _Target(names, target.kind, selects)


def _is_writable(attribute: Attribute) -> bool:
    return attribute.mutability is Mutability.read_write


def _is_simple(attribute: Attribute) -> bool:
    """Return whether an attribute has one value, without sub-attributes."""
    return not attribute.multi_valued and attribute.members is None
