"""A resource as a source of identities sees it: one value per attribute path.

Entra's mappings know no nested JSON. They map to paths (`name.givenName`, `emails[type eq "work"].value`,
`urn:...:User:department`), each with one value; so does the simulator, and it converts between paths and resources by
rules of its own. It shares no code with the endpoint that it tests.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scimprobe.endpoint.paths import Value

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

MANAGER = f"{ENTERPRISE_USER}:manager"
DEPARTMENT = f"{ENTERPRISE_USER}:department"
EMPLOYEE_NUMBER = f"{ENTERPRISE_USER}:employeeNumber"

UNMAPPED = frozenset({"schemas", "id", "meta", "groups", "members"})
"""Attributes that no mapping writes; they are compared by rules of their own."""

_SINGLE = {"externalId", "userName", "active", "displayName", "nickName", "title", "preferredLanguage", "name"}
_MULTIPLE = {"emails", "addresses", "phoneNumbers", "roles"}
_MISPLACED = {"manager"}

MAPPED = frozenset(_SINGLE | _MULTIPLE | _MISPLACED)
"""The core attributes that the mappings write, and the extension's `manager`, which must not be found among them."""

NOT_AN_OBJECT = " (not an object)"
"""What the path of a value ends in that should be an object."""

PRIMARY_ROLE = 'roles[primary eq "True"].value'
"""Where Entra's SingleAppRoleAssignment writes the only role (entra-docs, customize-application-attributes)."""

_ELEMENT = re.compile(r'(?P<name>\w+)\[(?P<key>type|primary) eq "(?P<operand>[^"]+)"\]\.(?P<sub>\w+)')
_EXTENSION = re.compile(r"(?P<urn>urn:.+):(?P<name>[^:]+)")


def email(sub: str) -> str:
    """Return the path of a sub-attribute of the work e-mail, as Entra writes it."""
    return f'emails[type eq "work"].{sub}'


def phone(kind: str) -> str:
    """Return the path of the phone number of this type, such as `mobile`."""
    return f'phoneNumbers[type eq "{kind}"].value'


def address(sub: str) -> str:
    """Return the path of a sub-attribute of the work address."""
    return f'addresses[type eq "work"].{sub}'


def extension_of(path: str) -> str | None:
    """Return the URN of the extension that an attribute belongs to; None for an attribute of the core schema."""
    found = _EXTENSION.fullmatch(path)
    return found["urn"] if found else None


def nest(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Return the attributes of a resource as JSON, from their paths."""
    resource: dict[str, Any] = {}
    for path, value in attributes.items():
        single = list(value) if isinstance(value, tuple) else value
        if element := _ELEMENT.fullmatch(path):
            elements = resource.setdefault(element["name"], [])
            _element(elements, element["key"], element["operand"])[element["sub"]] = single
        elif extension := _EXTENSION.fullmatch(path):
            resource.setdefault(extension["urn"], {})[extension["name"]] = single
        elif "." in path:
            name, sub = path.split(".")
            resource.setdefault(name, {})[sub] = single
        else:
            resource[path] = single
    return resource


def _element(elements: list[dict[str, Any]], key: str, operand: str) -> dict[str, Any]:
    """Return the element that a filter selects, appended when there is none."""
    wanted: str | bool = operand.lower() == "true" if key == "primary" else operand
    for element in elements:
        if element.get(key) == wanted:
            return element
    elements.append({key: wanted})
    return elements[-1]


def flatten(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a resource in JSON by their paths; unassigned ones (null, empty list) are left out.

    What does not have the shape that RFC 7643 gives it gets a path that no mapping has, so that it differs from
    every expected value: a manager that is no object, a second e-mail of type work.
    """
    paths: dict[str, Any] = {}
    for name, value in resource.items():
        if name in UNMAPPED:
            continue
        for path, single in _paths(name, value):
            paths[path if path not in paths else f"{path} (once more)"] = single
    return paths


def is_mapped(path: str) -> bool:
    """Return whether the mappings own this path: a value that is found there and was not sent is a difference."""
    return path.startswith(ENTERPRISE_USER) or re.split(r"[.\[ ]", path)[0] in MAPPED


def _paths(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Return the paths below one attribute, each with its value."""
    if value is None:
        return
    if name == MANAGER:
        yield (name, value.get("value")) if isinstance(value, dict) else (f"{name}{NOT_AN_OBJECT}", value)
    elif isinstance(value, dict):
        separator = ":" if name.startswith("urn:") else "."
        for sub, single in value.items():
            yield from _paths(f"{name}{separator}{sub}", single)
    elif isinstance(value, list):
        yield from _list_paths(name, value)
    else:
        yield name, value


def _list_paths(name: str, elements: list[object]) -> Iterator[tuple[str, object]]:
    """Return the paths of a multi-valued attribute; a list of texts in an extension is one value, in either shape."""
    texts = [each.get("value") if isinstance(each, dict) else each for each in elements]
    if name.startswith("urn:") and all(isinstance(each, str) for each in texts):
        if texts:
            yield name, tuple(sorted(str(each) for each in texts))
        return
    for element in elements:
        yield from _element_paths(name, element)


def _element_paths(name: str, element: object) -> Iterator[tuple[str, object]]:
    """Return the paths of one element of a multi-valued attribute; what selects it is in the path, not a value."""
    if not isinstance(element, dict):
        yield f"{name}[]", element
        return
    is_primary_role = name == "roles" and element.get("type") is None and element.get("primary") is True
    key = "primary" if is_primary_role else "type"
    operand = "True" if key == "primary" else element.get("type")
    for sub, single in element.items():
        if sub != key:
            yield from _paths(f'{name}[{key} eq "{operand}"].{sub}', single)
