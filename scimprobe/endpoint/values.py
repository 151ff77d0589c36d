"""Values for attributes of an endpoint's own choosing: required ones, and those of its extensions."""

from collections.abc import Callable

from scimprobe.endpoint.announcement import Attribute
from scimprobe.endpoint.paths import Value, parent

PATTERNS: dict[str, str] = {
    "emails.value": "{tag}@example.com",
    "name.givenname": "Grace",
    "name.familyname": "Hopper",
    "name.formatted": "Grace Hopper",
    "preferredlanguage": "en-GB",
    "locale": "en-GB",
    "timezone": "Europe/London",
    "profileurl": "https://example.com/{tag}",
    "phonenumbers.value": "+44 20 7946 0000",
    "addresses.country": "GB",
}
"""By path in lower case, values of attributes whose form RFC 7643 section 4.1 defines."""

_SPECIAL: dict[str, Callable[[int, str], Value]] = {
    "boolean": lambda number, tag: number % 2 == 0,
    "integer": lambda number, tag: 7 + number,
    "decimal": lambda number, tag: number + 0.5,
    "dateTime": lambda number, tag: f"2026-0{number % 9 + 1}-15T08:30:00Z",
    "reference": lambda number, tag: f"https://example.com/{tag}/{number}",
}
"""By type (RFC 7643 section 2.3), a value for a number; strings have their own."""


def invent(attribute: Attribute, tag: str) -> Value | None:
    """Return a value for a required attribute; None when its type cannot be invented, such as `binary`.

    :param tag: What makes the value unique.
    """
    if attribute.values:
        return attribute.values[0]
    pattern = PATTERNS.get(attribute.path.lower())
    if pattern is not None:
        value = pattern.format(tag=tag)
        return f"{value} {tag}" if attribute.unique and tag not in value else value
    return example(attribute, 0, tag)


def example(attribute: Attribute, number: int, tag: str) -> Value | None:
    """Return a value for an attribute; another one for each number, and each tag.

    A list has two values, of which the next number has one again: so adding it shows whether it comes twice.
    """
    if attribute.has_parts and not attribute.multi_valued:
        return None
    if attribute.multi_valued:
        return _listed(attribute, number)
    if attribute.values:
        return attribute.values[number % len(attribute.values)]
    if attribute.type in _SPECIAL:
        return _SPECIAL[attribute.type](number, tag)
    if attribute.type != "string":
        return None
    name = attribute.path.rpartition(":")[2].rpartition(".")[2]
    return f"{name} {number} {tag}"


def _listed(attribute: Attribute, number: int) -> Value | None:
    if attribute.type not in ("string", "complex"):
        return None
    if attribute.values:
        return tuple(sorted({attribute.values[each % len(attribute.values)] for each in (number, number + 1)}))
    return tuple(sorted((f"list {number}", f"list {number + 1}")))


def open_attributes(urn: str, number: int) -> dict[str, Value]:
    """Return undeclared attributes for an extension that accepts any: texts, one with a dot in its name."""
    return {f"{urn}:costCentre": f"{4711 + number}", f"{urn}:building.floor": f"B{number % 3}, level {number % 5}"}


def mapped(path: str, kind: str) -> str:
    """Return the path by which a mapping sets an attribute.

    :param kind: The type of the element, when it is one of a list.

    >>> mapped("emails.value", "work")
    'emails[type eq "work"].value'
    """
    if not kind:
        return path
    name = parent(path)
    return f'{name}[type eq "{kind}"].{path.removeprefix(f"{name}.")}'
