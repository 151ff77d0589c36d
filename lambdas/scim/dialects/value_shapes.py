"""Deviations in the shape of a value: an object, an array or a plain value where another of them belongs."""

import json
from typing import Any

from scim2_models import ComplexAttribute

from lambdas.scim.dialects.schema import Attribute


def open_value(attribute: Attribute, value: Any) -> Any:
    """Return the text that a value stands for, for an undeclared attribute; null where it stands for none.

    Which type such a value has is up to the client (idp-behaviour 6.3). A number or a boolean becomes its JSON text, an object or
    an array a compact one, and what Entra wraps for an attribute marked multi-valued its one value (idp-behaviour case 73). An
    empty array or object is no value (RFC 7643 section 2.5).

    >>> user({"M": {"costCentre": 7, "remote": True, "tags": ["a", "b"], "floor": [{"value": "7"}], "none": []}})
    {'M': {'costCentre': '7', 'remote': 'true', 'tags': '["a","b"]', 'floor': '7', 'none': None}}
    """
    if not attribute.open or isinstance(value, str):
        return value
    value = _unwrapped(value)
    if value in (None, [], {}):
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _unwrapped(value: Any) -> Any:
    """Return the one value that an object under ``value``, or an array of one such object, holds."""
    entry = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(entry, dict) and {name.lower() for name, item in entry.items() if item is not None} == {"value"}:
        return next(item for item in entry.values() if item is not None)
    return value


def single_value(attribute: Attribute, value: Any) -> Any:
    """Return an array of the one value sent for a multi-valued attribute; an empty string stands for no value.

    Microsoft's Postman collection (idp-behaviour case 52), and custom attributes (idp-behaviour 6.2).

    >>> group({"members": {"value": "2819"}})
    {'members': [{'value': '2819'}]}
    >>> user({"X": {"folders": "a"}, "emails": ""})
    {'X': {'folders': ['a']}, 'emails': []}
    """
    if not attribute.multi_valued or value is None or isinstance(value, list):
        return value
    return [] if value == "" else [value]


def bare_value(attribute: Attribute, value: Any) -> Any:
    """Return the objects that simple values stand for, for a multi-valued complex attribute that has a ``value``.

    Microsoft's Postman collection (idp-behaviour case 52). Numbers are read too, booleans where those are its values.

    >>> group_operation({"op": "Add", "path": "members", "value": ["2819"]})
    {'op': 'add', 'path': 'members', 'value': [{'value': '2819'}]}
    >>> user({"emails": "w@example.com"})
    {'emails': [{'value': 'w@example.com'}]}
    """
    if not attribute.multi_valued or attribute.value is None or not isinstance(value, list):
        return value
    booleans = not attribute.value.is_text
    return [{"value": entry} if _is_simple(entry, booleans=booleans) else entry for entry in value]


def _is_simple(value: Any, *, booleans: bool) -> bool:
    return isinstance(value, str | int | float) and (booleans or not isinstance(value, bool))


def value_in_list(attribute: Attribute, value: Any) -> Any:
    """Return the only element of an array sent for a single-valued attribute, and null for an empty array.

    Example 5 of Microsoft's SCIM page for a manager (idp-behaviour case 39), and Microsoft's older jobs and library for every
    attribute (field report 2.1; azure-docs#42220, SCIM-SDK PatchBuilder). An empty array is an unassigned value (RFC 7643 section
    2.5); two values stay an error.

    >>> operation({"op": "Add", "path": "E:manager", "value": [{"$ref": "http://example.com/Users/2819", "value": "2819"}]})
    {'op': 'add', 'path': 'E:manager', 'value': {'$ref': 'http://example.com/Users/2819', 'value': '2819'}}
    >>> operation({"op": "Replace", "path": "displayName", "value": ["N"]})
    {'op': 'replace', 'path': 'displayName', 'value': 'N'}
    """
    if attribute.multi_valued or not isinstance(value, list) or len(value) > 1:
        return value
    return value[0] if value and not isinstance(value[0], list) else value or None


def wrapped_value(attribute: Attribute, value: Any) -> Any:
    """Return the value that an object holds under ``value``, for an attribute that is not such an object.

    Entra, for a custom attribute that is marked multi-valued (idp-behaviour case 73; Microsoft Q&A 1693075), and Microsoft's older
    jobs for every attribute (field report 2.1).

    >>> operation({"op": "Add", "path": "X:folders", "value": [{"value": "a"}, "b"]})
    {'op': 'add', 'path': 'X:folders', 'value': ['a', 'b']}
    >>> operation({"op": "Replace", "path": "displayName", "value": [{"$ref": None, "value": "N"}]})
    {'op': 'replace', 'path': 'displayName', 'value': 'N'}

    A complex attribute without a ``value`` gets a simple one, which the core refuses, rather than losing it as a sub-attribute that
    nothing declares (field report 1.5):

    >>> operation({"op": "Replace", "path": "name", "value": [{"$ref": None, "value": "N"}]})
    {'op': 'replace', 'path': 'name', 'value': 'N'}
    """
    if attribute.multi_valued:
        if attribute.members is None and isinstance(value, list):
            return [_unwrap(entry) for entry in value]
        return value
    complex_type = attribute.members is not None and issubclass(attribute.members, ComplexAttribute)
    if attribute.value is not None or (attribute.members is not None and not complex_type):
        return value
    return _unwrapped(value) if isinstance(value, dict) else value


def _unwrap(entry: Any) -> Any:
    held = [item for key, item in entry.items() if key.lower() == "value"] if isinstance(entry, dict) else []
    return held[-1] if held and not isinstance(held[-1], dict) else entry


def reference_as_string(attribute: Attribute, value: Any) -> Any:
    """Return the object that a string or number stands for, for a single-valued complex attribute that has a ``value``.

    Entra, always (idp-behaviour cases 19, 38; SCIM-SDK#541, directory-scimple#1242). An empty string means none (case 40).

    >>> user({"E": {"manager": "2819"}})
    {'E': {'manager': {'value': '2819'}}}
    """
    if attribute.multi_valued or attribute.value is None or not _is_simple(value, booleans=False):
        return value
    return None if value == "" else {"value": value}


def empty_reference(attribute: Attribute, value: Any) -> Any:
    """Return null for a reference to nothing, for a single-valued attribute with ``value`` and ``$ref``.

    The "Remove Manager" test of Microsoft's SCIM Validator (idp-behaviour case 40).

    >>> operation({"op": "replace", "path": "E:manager", "value": {"value": ""}})
    {'op': 'remove', 'path': 'E:manager'}
    """
    if attribute.multi_valued or not attribute.is_reference or not isinstance(value, dict):
        return value
    values = [item for key, item in value.items() if key.lower() == "value"]
    return None if values and values[-1] in ("", None) else value


def reference_alone(attribute: Attribute | None, value: Any, op: str) -> Any:
    """Return a reference that a PATCH writes without ``$ref`` with a null ``$ref``, so that the one of its predecessor is removed.

    Entra replaces a manager by the bare id (idp-behaviour cases 38, 39; field report 1.7; SCIM-SDK#686). A PATCH keeps the
    sub-attributes that it does not write, and ``$ref`` would go on pointing at the previous manager.

    >>> operation({"op": "Replace", "path": "E:manager", "value": "5414"})
    {'op': 'replace', 'path': 'E:manager', 'value': {'value': '5414', '$ref': None}}
    """
    if attribute is None or not attribute.is_one_reference or not isinstance(value, dict):
        return value
    names = {key.lower() for key, item in value.items() if item is not None}
    return {**value, "$ref": None} if "value" in names and "$ref" not in {key.lower() for key in value} else value


def null_value(attribute: Attribute, value: Any) -> Any:
    """Return an array without nulls, its objects without null members, for a multi-valued attribute.

    Entra, in every change of members (idp-behaviour cases 51, 53). A null is an unassigned value (RFC 7643 section 2.5), but the
    core would look for members whose ``$ref`` is null when such a list is removed.

    >>> group_operation({"op": "Add", "path": "members", "value": [{"$ref": None, "value": "2819"}, None]})
    {'op': 'add', 'path': 'members', 'value': [{'value': '2819'}]}
    """
    if not attribute.multi_valued or not isinstance(value, list):
        return value
    return [_without_nulls(entry) for entry in value if entry is not None]


def _without_nulls(entry: Any) -> Any:
    return {key: item for key, item in entry.items() if item is not None} if isinstance(entry, dict) else entry


def empty_entry(attribute: Attribute, value: Any) -> Any:
    """Return an array without empty strings in its objects, and without the objects that hold nothing else but a kind.

    OneLogin's JSON template writes an object for every field, also for an empty one (idp-behaviour 3.3; field report 3.3): an empty
    string clears. ``type`` and ``primary`` alone describe no value.

    >>> user({"emails": [{"type": "work", "value": ""}, {"type": "home", "value": "h@example.com", "display": ""}]})
    {'emails': [{'type': 'home', 'value': 'h@example.com'}]}

    An empty reference, as in ``members``, names no resource and stays an error.
    """
    if not attribute.multi_valued or attribute.members is None or attribute.is_reference or not isinstance(value, list):
        return value
    return [entry for entry in map(_without_empty_strings, value) if entry is not None]


def _without_empty_strings(entry: Any) -> Any:
    if not isinstance(entry, dict) or "" not in entry.values():
        return entry
    kept = {key: item for key, item in entry.items() if item != ""}
    return kept if {key.lower() for key in kept} - {"type", "primary"} else None
