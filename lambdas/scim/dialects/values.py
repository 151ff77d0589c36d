"""The values of a payload, each read by the value dialects with what its schema says of it."""

from typing import Any

from scim2_models import BaseModel

from lambdas.scim.dialects.chain import REMAINS, SHAPES
from lambdas.scim.dialects.clearing_value import cleared_value
from lambdas.scim.dialects.expressions import read_path
from lambdas.scim.dialects.open_value import is_schemas
from lambdas.scim.dialects.read_only_value import read_only_value
from lambdas.scim.dialects.schema import NAME, Attribute, Model, Place, attribute_of, locate, open_attribute
from lambdas.scim.extensions.escaped_names import escape
from lambdas.scim.extensions.open_extension import OpenExtension


def read_members(model: type[BaseModel], members: Any, *, clears: bool = False) -> Any:
    """Return an object whose members are attributes of a model, with their values read.

    :param clears: Whether an empty string unassigns a single-valued attribute, as in a PATCH.
    """
    if not isinstance(members, dict):
        return members
    if issubclass(model, OpenExtension):
        members = {key: item for key, item in members.items() if not is_schemas(str(model.__schema__), key, item)}
        members = model.escaped(members) if clears else members
    read = {}
    for key, value in members.items():
        attribute = _member(model, key, escaped=clears)
        if attribute is None:
            read[key] = value
        elif not read_only_value(Place(model, attribute)):
            # In a PATCH the core makes a path of every name, also of one that no path can hold: case 74.
            name = attribute.field if clears and not NAME.fullmatch(key) else key
            read[name] = _read(attribute, value, clears=clears)
    return read


def _member(model: type[BaseModel], key: str, *, escaped: bool) -> Attribute | None:
    """Return the attribute that a member of an object stands for.

    :param escaped: Whether the names of undeclared attributes have been escaped.
    """
    if not issubclass(model, OpenExtension) or model.declares(key):
        return attribute_of(model, key)
    return open_attribute(model, key if escaped else escape(key))


def read_value(attribute: Attribute, value: Any, *, clears: bool = False) -> Any:
    """Return the value of one attribute, sub-attributes included, as the core reads it."""
    for mend in SHAPES:
        value = mend(attribute, value)
    if attribute.members is not None:
        if not attribute.multi_valued:
            value = read_members(attribute.members, value, clears=clears)
        elif isinstance(value, list):
            value = [read_members(attribute.members, entry) for entry in value]
    for mend in REMAINS:
        value = mend(attribute, value)
    return value


def read_keys(model: Model, value: dict[str, Any]) -> dict[str, Any]:
    """Return the value of a PATCH operation without path, every key of which is a path."""
    read = {}
    for key, item in value.items():
        place = locate(model, key)
        if not read_only_value(place):
            read[key] = read_at(place, item)
    return read


def read_at(place: Place | None, value: Any) -> Any:
    """Return what a PATCH writes at a place: null where it clears it."""
    target = place.target if place else None
    if target is not None:
        return _read(target, value, clears=True)
    if place is not None:
        value = read_members(place.owner, value, clears=True)
    return cleared_value(None, value)


def rename_keys(model: Model, value: dict[str, Any]) -> dict[str, Any]:
    """Return the value of a PATCH operation without path, its keys read as paths."""
    return {read_path(key, model): item for key, item in value.items()}


def _read(attribute: Attribute, value: Any, *, clears: bool) -> Any:
    value = read_value(attribute, value, clears=clears)
    return cleared_value(attribute, value) if clears else value
