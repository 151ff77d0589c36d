"""A resource as a source of identities sees it: one value per attribute path.

Entra's mappings know no nested JSON. They map to paths (`name.givenName`, `emails[type eq "work"].value`,
`urn:...:User:department`), each with one value; so does the simulator, and turns paths into resources and back by
rules of its own. It shares no code with the endpoint, which it judges.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Value = str | bool

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

MANAGER = f"{ENTERPRISE_USER}:manager"
DEPARTMENT = f"{ENTERPRISE_USER}:department"
EMPLOYEE_NUMBER = f"{ENTERPRISE_USER}:employeeNumber"

UNMAPPED = frozenset({"schemas", "id", "meta", "groups", "members"})
"""What a resource holds that no mapping writes; it is compared by rules of its own."""

_SINGLE = {"externalId", "userName", "active", "displayName", "nickName", "title", "preferredLanguage", "name"}
_MULTIPLE = {"emails", "addresses", "phoneNumbers", "roles"}
_MISPLACED = {"manager"}

MAPPED = frozenset(_SINGLE | _MULTIPLE | _MISPLACED)
"""The core attributes that the mappings write, and the extension's `manager`, which must not be found among them."""

_ELEMENT = re.compile(r'(?P<name>\w+)\[type eq "(?P<type>\w+)"\]\.(?P<sub>\w+)')
_EXTENSION = re.compile(r"(?P<urn>urn:.+):(?P<name>\w+)")


def email(sub: str) -> str:
    """The path of a sub-attribute of the work e-mail, as Entra writes it."""
    return f'emails[type eq "work"].{sub}'


def phone(kind: str) -> str:
    """The path of the telephone number of this type, such as `mobile`."""
    return f'phoneNumbers[type eq "{kind}"].value'


def address(sub: str) -> str:
    """The path of a sub-attribute of the work address."""
    return f'addresses[type eq "work"].{sub}'


def nest(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """The attributes of a resource as JSON, from their paths."""
    resource: dict[str, Any] = {}
    for path, value in attributes.items():
        if element := _ELEMENT.fullmatch(path):
            _element(resource.setdefault(element["name"], []), element["type"])[element["sub"]] = value
        elif extension := _EXTENSION.fullmatch(path):
            resource.setdefault(extension["urn"], {})[extension["name"]] = value
        elif "." in path:
            name, sub = path.split(".")
            resource.setdefault(name, {})[sub] = value
        else:
            resource[path] = value
    return resource


def _element(elements: list[dict[str, Value]], kind: str) -> dict[str, Value]:
    """The element of a multi-valued attribute with this type, made when there is none."""
    for element in elements:
        if element["type"] == kind:
            return element
    elements.append({"type": kind})
    return elements[-1]


def flatten(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a resource in JSON by their paths; unassigned ones (null, empty list) are left out.

    What does not have the shape that RFC 7643 gives it gets a path that no mapping has, so that it differs from
    whatever was meant: a manager that is no object, a second e-mail of type work.
    """
    paths: dict[str, Any] = {}
    for name, value in resource.items():
        if name in UNMAPPED:
            continue
        for path, single in _paths(name, value):
            paths[path if path not in paths else f"{path} (once more)"] = single
    return paths


def is_mapped(path: str) -> bool:
    """Whether the mappings own this path: whatever is found there and was not meant is a difference."""
    return path.startswith(ENTERPRISE_USER) or re.split(r"[.\[ ]", path)[0] in MAPPED


def _paths(name: str, value: object) -> Iterator[tuple[str, object]]:
    """The paths below one attribute, each with its value."""
    if value is None:
        return
    if name == MANAGER:
        yield (name, value.get("value")) if isinstance(value, dict) else (f"{name} (not an object)", value)
    elif isinstance(value, dict):
        separator = ":" if name.startswith("urn:") else "."
        for sub, single in value.items():
            yield from _paths(f"{name}{separator}{sub}", single)
    elif isinstance(value, list):
        for element in value:
            yield from _element_paths(name, element)
    else:
        yield name, value


def _element_paths(name: str, element: object) -> Iterator[tuple[str, object]]:
    """The paths of one element of a multi-valued attribute; its type is in the path, not a value."""
    if not isinstance(element, dict):
        yield f"{name}[]", element
        return
    for sub, single in element.items():
        if sub != "type":
            yield from _paths(f'{name}[type eq "{element.get("type")}"].{sub}', single)
