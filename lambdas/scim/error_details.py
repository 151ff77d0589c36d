"""The ``detail`` of errors: the attribute's path, what is wrong with its value, and what would be right.

A detail names kinds of values, and no class or field of a library. Values of the request are hidden from the log
(:mod:`lambdas.scim.detail`).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from scim2_models import Error, SCIMException

from lambdas.scim.detail import Detail, Shown
from lambdas.scim.extensions.escaped_names import unescape_all
from lambdas.scim.library_texts import detail_for
from lambdas.scim.upstream import has_default_detail, with_detail

KINDS: dict[type, str] = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
"""The types of JSON, as error details name them."""

EXPECTED: dict[str, str] = {
    "string_type": "a string",
    "string_sub_type": "a string",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "decimal_parsing": "a number",
    "finite_number": "a number of at most 308 digits",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "datetime_parsing": "a date and time such as 2030-01-31T08:00:00Z",
    "datetime_type": "a date and time such as 2030-01-31T08:00:00Z",
    "datetime_from_date_parsing": "a date and time such as 2030-01-31T08:00:00Z",
    "base64_decode": "Base64 text (RFC 4648 section 4)",
}
"""The value that is expected instead, by pydantic's error type."""

THE_REQUEST = Shown("The request", "The request")
"""The place of an error that has none of its own."""

_STRUCTURE = {
    ("operations",): "invalidSyntax",
    ("operations", "op"): "invalidSyntax",
    ("operations", "path"): "invalidPath",
    ("method",): "invalidSyntax",
}
"""The ``scimType`` of errors about members of messages, by their names in lower case (RFC 7644 table 9)."""

Location = tuple[Any, ...]
"""Where a validation failed: names of fields and indexes of lists."""


def explain(error: ValidationError, where: Shown | None = None) -> SCIMException:
    """Return the SCIM exception for an invalid body, with a detail for an administrator.

    :param where: The place of the error in the request, when it is not the one that the error names.
    """
    first = error.errors(include_url=False)[0]
    location = _without_envelope(first["loc"])
    scim_error = Error.from_validation_error(first)
    scim_error.scim_type = _type_of_structure(first, location) or scim_error.scim_type
    restated = SCIMException.from_error(scim_error)
    return with_detail(
        restated, _detail_of(first, location, where or _shown(path_of(location) or path_of(first["loc"])))
    )


def restate(exception: SCIMException, where: Shown = THE_REQUEST) -> SCIMException:
    """Return an exception with a :class:`Detail`; one of a library gets a detail for an administrator.

    :param where: The place in the request that the exception is about.
    """
    if isinstance(exception.detail, Detail):
        return exception
    cause = exception.__cause__
    if isinstance(cause, ValidationError):
        first = cause.errors(include_url=False)[0]
        place = where if where is not THE_REQUEST else _shown(path_of(first["loc"]))
        return with_detail(exception, _detail_of(first, first["loc"], place))
    text = unescape_all(str(exception))
    constant = Detail("{text}", text=text) if has_default_detail(exception) else text
    return with_detail(exception, detail_for(text, where) or constant)


@contextmanager
def restating() -> Iterator[None]:
    """Give the errors that the protocol library raises inside the block a detail for an administrator."""
    try:
        yield
    except SCIMException as error:
        raise restate(error) from None


def path_of(location: Location) -> str:
    """Return the location of an error as a SCIM path, such as ``emails[0].value``."""
    path, separator = "", ""
    for part in location:
        if isinstance(part, int):
            path, separator = f"{path}[{part}]", "."
        elif "[" not in part and "(" not in part:  # a member of a union that pydantic tried is no part of the path
            path += separator + _camel(part)
            separator = ":" if part.lower().startswith("urn:") else "."
    return unescape_all(path)


def _detail_of(error: Mapping[str, Any], location: Location, where: Shown) -> Detail | str:
    """Return the detail for one validation error."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    at = where if where.text else THE_REQUEST if kind.startswith("scim_") else _shown("The body")
    if kind in EXPECTED:
        sent = _kind_of(error.get("input"), kind)
        return Detail(
            "{where} must be {expected}, not {sent}", values={"where": at}, expected=EXPECTED[kind], sent=sent
        )
    if kind == "enum":
        return Detail("{where} must be one of {expected}", values={"where": at}, expected=context["expected"])
    if kind == "missing":
        return Detail("{where} is missing", values={"where": at})
    if kind == "required_error":
        name = _beside(location, context["field_name"])
        return Detail("{name} is required: send it with a value that is not empty", name=name)
    if kind == "primary_uniqueness_error":
        name = _beside(location, context["field_name"])
        return Detail(
            "{name} has {count} values with primary true; only one may be primary", name=name, count=context["count"]
        )
    if kind == "schema_error":
        return Detail('schemas must contain "{urn}"', urn=context["schema"])
    text = unescape_all(re.sub(r"^Value error, ", "", str(error["msg"])))
    return detail_for(text, at) or text


def _beside(location: Location, name: str) -> str:
    """Return the path of an attribute of the object at a location."""
    parent = path_of(location)
    return f"{parent}.{name}" if parent else name


def _without_envelope(location: Location) -> Location:
    """Return a location inside the data of a bulk operation as the location in the single request it stands for."""
    names = [part for part in location if not (isinstance(part, str) and ("[" in part or "(" in part))]
    return tuple(names[1:] if names[:1] == ["data"] else names)


def _type_of_structure(error: Mapping[str, Any], location: Location) -> str | None:
    """Return the ``scimType`` of an error about the structure of a message; None for an error about a value."""
    names = tuple(part.lower() for part in location if isinstance(part, str) and "[" not in part and "(" not in part)
    if error["msg"] == "operations attribute is required":
        return "invalidSyntax"
    if names == ("operations",) and str(error["type"]).startswith("scim_"):
        return None  # a member of one operation is missing
    return _STRUCTURE.get(names)


def _shown(path: str) -> Shown:
    return Shown(path, path)


def _kind_of(value: Any, error_type: str) -> str:
    if isinstance(value, str) and error_type.endswith(("_parsing", "_decode")):
        return "this text"
    return KINDS.get(type(value), "this value")


def _camel(name: str) -> str:
    """Return a Python field name as SCIM spells it; the validation of assignments reports ``user_name``."""
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", name):
        return name
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
