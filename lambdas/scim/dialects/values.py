"""Reading objects and values: each by the dialects for its attribute."""

from typing import Any

from scim2_models import BaseModel

from lambdas.scim.dialects import chain
from lambdas.scim.dialects.expressions import read_path
from lambdas.scim.dialects.schema import NAME, Attribute, Model, Place, attribute_of, locate, open_attribute
from lambdas.scim.extensions.escaped_names import escape, folded
from lambdas.scim.extensions.open_extension import OpenExtension


def read_members(model: type[BaseModel], members: Any, *, patches: bool = False) -> Any:
    """Return an object whose members are attributes of a model, with their values read.

    :param patches: Whether a PATCH writes it. An empty string then unassigns a single-valued attribute, and members get names that
        a path can hold, since the core makes a path of each (idp-behaviour case 74).
    """
    if not isinstance(members, dict):
        return members
    read: dict[str, Any] = {}
    seen: set[str] = set()
    for key, value in members.items():
        attribute = _attribute_at(model, key)
        if any(leaves_out(Place(model, attribute), key, value) for leaves_out in chain.LEFT_OUT):
            continue
        if attribute is None:
            read[key] = value
            continue
        if patches and attribute.open:
            if folded(key) in seen:
                continue  # of two names for one attribute the first counts, as in documents
            seen.add(folded(key))
        name = attribute.field if patches and (attribute.open or not NAME.fullmatch(key)) else key
        read[name] = _read(attribute, value, patches=patches)
    return read


def _attribute_at(model: type[BaseModel], key: str) -> Attribute | None:
    """Return the attribute that a member of an object stands for."""
    if not issubclass(model, OpenExtension) or model.declares(key):
        return attribute_of(model, key)
    return open_attribute(model, escape(key))


def read_value(attribute: Attribute, value: Any, *, patches: bool = False) -> Any:
    """Return the value of one attribute, sub-attributes included, as the core reads it."""
    for dialect in chain.VALUE:
        value = dialect(attribute, value)
    if attribute.members is not None:
        if not attribute.multi_valued:
            value = read_members(attribute.members, value, patches=patches)
        elif isinstance(value, list):
            value = [read_members(attribute.members, entry) for entry in value]
    for dialect in chain.READ_VALUE:
        value = dialect(attribute, value)
    return value


def read_keys(model: Model, value: dict[str, Any]) -> dict[str, Any]:
    """Return the value of a PATCH operation without path, every key of which is a path that has been read."""
    read = {}
    for key, item in value.items():
        place = locate(model, key)
        if not any(leaves_out(place, key, item) for leaves_out in chain.LEFT_OUT):
            read[key] = read_written(place, item)
    return read


def rename_keys(model: Model, value: dict[str, Any]) -> dict[str, Any]:
    """Return the value of a PATCH operation without path, its keys read as paths."""
    return {read_path(key, model): item for key, item in value.items()}


def read_written(place: Place | None, value: Any) -> Any:
    """Return what a PATCH writes at a place: null where it clears it."""
    target = place.target if place else None
    if target is not None:
        return _read(target, value, patches=True)
    if place is not None:
        value = read_members(place.owner, value, patches=True)
    return _written(None, value)


def _read(attribute: Attribute, value: Any, *, patches: bool) -> Any:
    value = read_value(attribute, value, patches=patches)
    return _written(attribute, value) if patches else value


def _written(attribute: Attribute | None, value: Any) -> Any:
    for dialect in chain.WRITTEN_VALUE:
        value = dialect(attribute, value)
    return value
