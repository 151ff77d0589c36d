"""Deviations in one operation of a PATCH: its ``op``, its path, and what it clears or removes."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim2_models import InvalidPathException, Path

from lambdas.scim.dialects.schema import Attribute, Model, Place, locate

Operation = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """What the path of an operation names."""

    place: Place | None = None
    """The attribute; None without a path, or for one that nothing declares."""

    selects: bool = False
    """Whether the path selects values by a filter in brackets."""

    known: bool = True
    """Whether the path begins with a declared attribute, also where the rest of it cannot be followed."""


def operation_case(operation: Operation) -> Operation:
    """Return the operation with its ``op`` in lower case.

    Entra without the flag sends ``Add``, ``Replace`` and ``Remove`` (idp-behaviour case 22; SCIM-SDK#149).

    >>> operation({"op": "Replace", "path": "displayName", "value": "N"})
    {'op': 'replace', 'path': 'displayName', 'value': 'N'}
    """
    op = operation.get("op")
    return {**operation, "op": op.lower()} if isinstance(op, str) else operation


def empty_path(operation: Operation) -> Operation:
    """Return the operation without a path that is empty or null: its target is the resource.

    Inferred from other servers' reports (idp-behaviour case 75).

    >>> operation({"op": "replace", "path": "", "value": {"displayName": "N"}})
    {'op': 'replace', 'value': {'displayName': 'N'}}
    """
    if "path" in operation and operation["path"] in (None, ""):
        return {key: item for key, item in operation.items() if key != "path"}
    return operation


def value_path_key(operation: Operation, model: Model) -> list[Operation]:
    """Return the operation without the keys that are paths into multi-valued attributes, and one operation for each of them.

    Every key of a value without path is itself a path for Entra with the flag (idp-behaviour cases 33 to 36). The core reads
    dotted keys and URN keys, but drops keys with a filter silently.

    >>> operation({"op": "replace", "value": {"title": "T", 'emails[type eq "work"].value': "a@example.com"}})
    [{'op': 'replace', 'value': {'title': 'T'}},
     {'op': 'replace', 'value': 'a@example.com', 'path': 'emails[type eq "work"].value'}]
    """
    value = operation.get("value")
    if "path" in operation or operation.get("op") == "remove" or not isinstance(value, dict):
        return [operation]
    keys = [key for key in value if "[" in key or _is_path_of_its_own(key, model)]
    if not keys:
        return [operation]
    rest = {key: item for key, item in value.items() if key not in keys}
    own = [{**operation, "path": key, "value": value[key]} for key in keys]
    return [{**operation, "value": rest}, *own] if rest else own


def _is_path_of_its_own(key: str, model: Model) -> bool:
    if "." not in key.rpartition(":")[2]:
        return False
    place = locate(model, key)
    return _fans_out(place) or _is_reference_value(place)


def reference_value(operation: Operation, target: Target) -> Operation:
    """Return an operation on the ``value`` of a single reference as one on the reference, whose ``$ref`` changes with it.

    The path of :func:`lambdas.scim.dialects.value_shapes.reference_alone` (idp-behaviour case 38; field report 1.7).

    >>> operation({"op": "Replace", "path": "E:manager.value", "value": "5414"})
    {'op': 'replace', 'path': 'E:manager', 'value': {'value': '5414', '$ref': None}}
    >>> operation({"op": "Remove", "path": "E:manager.value"})
    {'op': 'remove', 'path': 'E:manager'}
    """
    if not _is_reference_value(target.place) or operation.get("op") not in ("add", "replace", "remove"):
        return operation
    read = {**operation, "path": str(operation["path"]).rpartition(".")[0]}
    return {**read, "value": {"value": operation["value"], "$ref": None}} if "value" in operation else read


def _is_reference_value(place: Place | None) -> bool:
    return (
        place is not None
        and place.attribute is not None
        and place.attribute.is_one_reference
        and place.sub_attribute is not None
        and place.sub_attribute.field == "value"
    )


def first_entry(operation: Operation, target: Target) -> list[Operation]:
    """Return the operation with one that creates an entry with its value, for a sub-attribute of all entries of an attribute.

    An add or replace of a target that does not exist creates it (RFC 7644 sections 3.5.2.1 and 3.5.2.3; field report 1.4, from
    Janssen's PatchAddUserTest and Metatavu/keycloak-scim-server#40); the core writes to the entries that exist, and to nothing
    where there is none. When it has written to some, the second operation finds the value and changes nothing.

    >>> operation({"op": "add", "path": "emails.value", "value": "a@example.com"})
    [{'op': 'add', 'path': 'emails.value', 'value': 'a@example.com'},
     {'op': 'add', 'path': 'emails[value eq "a@example.com"].value', 'value': 'a@example.com'}]

    Reading the result again adds the second operation again, which changes nothing either.
    """
    value, place = operation.get("value"), target.place
    written = operation.get("op") in ("add", "replace") and value is not None
    if not written or target.selects or place is None or place.read_only or not _fans_out(place):
        return [operation]
    head, _, name = str(operation["path"]).rpartition(".")
    if isinstance(value, list | dict):  # no value of a sub-attribute: the core refuses it, also where there is no entry
        return [operation, {**operation, "op": "add", "path": head, "value": [{name: value}]}]
    literal = json.dumps(str(value) if isinstance(value, datetime) else value, ensure_ascii=False)
    return [operation, {**operation, "op": "add", "path": f"{head}[{name} eq {literal}].{name}"}]


def _fans_out(place: Place | None) -> bool:
    """Return whether a place is a sub-attribute of every entry of a multi-valued attribute."""
    return (
        place is not None
        and place.attribute is not None
        and place.attribute.multi_valued
        and place.sub_attribute is not None
    )


def unreadable_path(operation: Operation, target: Target) -> bool:
    """Return whether an operation is left out, because its path is a name that no path can hold and nothing declares.

    An administrator may type any target name in Entra (field report 2.2; Immuta's knowledge base). It is left out like every other
    unknown name, and the rest of the PATCH is applied; the core would refuse all of it.

    >>> operation({"op": "Add", "path": "custom:country", "value": "DE"})
    []
    >>> operation({"op": "Add", "path": "my attr", "value": "DE"})
    []

    A path on a declared attribute that is malformed stays an error:

    >>> operation({"op": "Add", "path": 'emails[type eq "work"', "value": "a@example.com"})
    {'op': 'add', 'path': 'emails[type eq "work"', 'value': 'a@example.com'}
    """
    path = operation.get("path")
    if target.known or not isinstance(path, str) or operation.get("op") not in ("add", "replace", "remove"):
        return False
    try:
        Path(path)
    except InvalidPathException:
        return True
    return False


def removed_values(operation: Operation, target: Target) -> Operation:
    """Return a remove with a value that the core can select by, or without one.

    Entra without the flag lists in ``value`` what to remove, and only that is removed (idp-behaviour case 53; SCIM-SDK#149). The
    value may also be one object, one string or strings, and carries what the client knows of the entry, such as a ``display``
    that is not stored. Entries are recognised by ``value`` and, where one value may stand for several entries, by ``type``.

    >>> group_operation({"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "2819", "display": "B"}]})
    {'op': 'remove', 'path': 'members', 'value': [{'value': '2819'}]}
    >>> operation({"op": "Remove", "path": "emails", "value": [{"value": "a@example.com", "type": "work", "primary": True}]})
    {'op': 'remove', 'path': 'emails', 'value': [{'value': 'a@example.com', 'type': 'work'}]}

    Where the path names one value, it alone decides what is removed:

    >>> operation({"op": "Remove", "path": "title", "value": "T"})
    {'op': 'remove', 'path': 'title'}
    """
    value = operation.get("value")
    if operation.get("op") != "remove" or value is None:
        return operation
    place = target.place
    attribute = place.target if place else None
    if attribute is None or target.selects or not attribute.multi_valued or (place and place.sub_attribute):
        return {key: item for key, item in operation.items() if key != "value"}
    entries = value if isinstance(value, list) else [value]
    return {**operation, "value": [_selecting(entry, attribute) for entry in entries if entry is not None]}


def _selecting(entry: Any, attribute: Attribute) -> Any:
    """Return the sub-attributes of an entry by which it is found."""
    if isinstance(entry, str | int | float):
        return {"value": _selector(attribute, entry)}
    if isinstance(entry, datetime):
        return {"value": str(entry)}
    if not isinstance(entry, dict):
        return entry
    named = {key.lower(): item for key, item in entry.items() if item not in (None, "")}
    if "value" not in named:
        return {key: item for key, item in entry.items() if item is not None}
    kept = ("value",) if attribute.is_reference else ("value", "type")
    return {name: _selector(attribute, named[name]) for name in kept if name in named}


def _selector(attribute: Attribute, value: Any) -> Any:
    """Return a value to select by, as text where the values of the attribute are text."""
    compared = attribute.value or attribute
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return json.dumps(value) if number and compared.is_string else value


def cleared_value(attribute: Attribute | None, value: Any, op: str) -> Any:
    """Return null for an empty string that a PATCH writes, and an empty array for null where the attribute is multi-valued.

    Entra clears an attribute with ``""``, and members with null (idp-behaviour 2.2, cases 44, 45, 57).

    >>> operation({"op": "replace", "value": {"title": "", "name": {"middleName": ""}, "emails": None}})
    {'op': 'replace', 'value': {'title': None, 'name': {'middleName': None}, 'emails': []}}
    """
    if attribute is not None and attribute.multi_valued:
        return [] if value is None else value
    return None if value == "" else value


def clearing_value(operation: Operation, target: Target) -> Operation:
    """Return a remove for an add or replace of null.

    The null-update tests of Microsoft's Logic App suite, with and without path (idp-behaviour 2.2, cases 40, 44). Under a filter,
    such as ``emails[type eq "work"].value``, no value may be created in order to be cleared.

    >>> operation({"op": "replace", "path": "title", "value": ""})
    {'op': 'remove', 'path': 'title'}
    >>> operation({"op": "add", "path": 'emails[type eq "work"].value', "value": None})
    {'op': 'remove', 'path': 'emails[type eq "work"].value'}

    ``active`` always has a value, and a remove of it is refused. A client that has no value for it leaves it as it is:

    >>> operation({"op": "replace", "path": "active", "value": ""})
    {'op': 'replace', 'value': {'active': None}}
    """
    if operation.get("op") not in ("add", "replace") or operation.get("value", "") is not None:
        return operation
    place = target.place
    if place is not None and place.attribute is not None and place.attribute.always_present:
        return {"op": "replace", "value": {place.attribute.field: None}}
    return {**{key: item for key, item in operation.items() if key != "value"}, "op": "remove"}
