"""Reading objects and values: each by the dialects for its attribute."""

from dataclasses import replace
from typing import Any

from scim2_models import BaseModel, Extension, Resource

from lambdas.scim.dialects import chain
from lambdas.scim.dialects.expression_reader import read_path
from lambdas.scim.dialects.ignored_attributes import is_not_kept
from lambdas.scim.dialects.reading import Reading
from lambdas.scim.dialects.schema import NAME, Attribute, Model, Place, attribute_of, locate, open_attribute
from lambdas.scim.extensions.escaped_names import escape, folded
from lambdas.scim.extensions.open_extension import OpenExtension


def read_members(model: type[BaseModel], members: Any, reading: Reading | None = None) -> Any:
    """Return an object whose members are attributes of a model, with their values read."""
    if not isinstance(members, dict):
        return members
    reading = reading or Reading()
    read: dict[str, Any] = {}
    seen: set[str] = set()
    for key, value in members.items():
        attribute = _attribute_at(model, key)
        place = Place(model, attribute) if attribute else locate(model, key) if reading.op else None
        if _leaves_out(place, key, value, reading):
            continue
        if issubclass(model, Extension):
            if folded(key) in seen:  # of two names for one attribute the first counts
                reading.ignore(key, value)
                continue
            seen.add(folded(key))
        if attribute is None:
            # The core reads the keys of a PATCH as paths, such as "manager.value" in the object of an extension.
            read[key] = read_written(place, value, key, reading) if place else value
            continue
        name = attribute.field if reading.op and (attribute.open or not NAME.fullmatch(key)) else key
        read[name] = _read(attribute, value, key, reading)
    return read


def _attribute_at(model: type[BaseModel], key: str) -> Attribute | None:
    """Return the attribute that a member of an object stands for."""
    if not issubclass(model, OpenExtension) or model.declares(key):
        return attribute_of(model, key)
    return open_attribute(model, escape(key))


def _leaves_out(place: Place | None, name: str, value: Any, reading: Reading) -> bool:
    """Return whether a member is left out; record it, as well as one that the core leaves out or the service does not keep."""
    for leaves_out in chain.LEFT_OUT_MEMBER:
        if leaves_out(place, name, value):
            reading.ignore(name, value)
            return True
    if place is None or is_not_kept(place):
        reading.ignore(name, value)
    return False


def read_value(attribute: Attribute, value: Any, name: str, reading: Reading) -> Any:
    """Return the value of one attribute, sub-attributes included, as the core reads it.

    :param name: The name of the attribute, or its path.
    :param reading: The reading of the object that has the attribute.
    """
    if type(value) is attribute.settled_type:
        return value
    if attribute.members is None and not attribute.open and isinstance(value, list | dict):
        _ignore_beside_value(value, reading.inside(name))
    for dialect in chain.VALUE:
        value = dialect(attribute, value)
    if attribute.members is not None:
        reading = reading.inside(name, schema=issubclass(attribute.members, Extension))
        if not attribute.multi_valued:
            value = read_members(attribute.members, value, reading)
        elif isinstance(value, list):
            entries = replace(reading, op="")  # a list is written as a whole, as in a POST
            value = [read_members(attribute.members, entry, entries) for entry in value]
    for dialect in chain.READ_VALUE:
        value = dialect(attribute, value)
    return value


def _ignore_beside_value(value: Any, reading: Reading) -> None:
    """Record what objects hold beside ``value`` that are sent for a simple attribute (idp-behaviour case 73)."""
    for entry in value if isinstance(value, list) else [value]:
        for name, item in entry.items() if isinstance(entry, dict) else ():
            if name.lower() != "value":
                reading.ignore(name, item)


def read_keys(model: Model, value: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """Return the value of a PATCH operation without path, every key of which is a path that has been read."""
    read = {}
    for key, item in value.items():
        place = locate(model, key)
        if not _leaves_out(place, key, item, reading):
            read[key] = read_written(place, item, key, reading)
    return read


def rename_keys(model: Model, value: dict[str, Any]) -> dict[str, Any]:
    """Return the value of a PATCH operation without path, its keys read as paths."""
    return {read_path(key, model): item for key, item in value.items()}


def read_written(place: Place | None, value: Any, path: str, reading: Reading) -> Any:
    """Return what a PATCH writes at a place: null where it clears it.

    :param path: The path of the place.
    """
    target = place.target if place else None
    if target is not None:
        return _read(target, value, path, reading)
    if place is not None:
        inside = reading if issubclass(place.owner, Resource) else reading.inside(path, schema=True)
        value = read_members(place.owner, value, inside)
    return _written(None, value, reading.op)


def _read(attribute: Attribute, value: Any, name: str, reading: Reading) -> Any:
    value = read_value(attribute, value, name, reading)
    return _written(attribute, value, reading.op) if reading.op else value


def _written(attribute: Attribute | None, value: Any, op: str) -> Any:
    for dialect in chain.WRITTEN_VALUE:
        value = dialect(attribute, value, op)
    return value
