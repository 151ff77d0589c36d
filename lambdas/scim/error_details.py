"""The ``detail`` of errors: the attribute's path, what is wrong with its value, and what would be right.

A detail names kinds of values, never the values themselves: administrators read it, and the log keeps it. It holds no text of a
library and no name of a class.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from scim2_models import Error, SCIMException

from lambdas.scim.extensions.escaped_names import unescape_all

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


def explain(error: ValidationError) -> SCIMException:
    """Return the SCIM exception for an invalid request, with a detail for an administrator."""
    first = error.errors(include_url=False)[0]
    scim_error = Error.from_validation_error(first)
    scim_error.detail = detail_of(first)
    return SCIMException.from_error(scim_error)


def detail_of(error: Mapping[str, Any]) -> str:
    """Return the detail for one validation error."""
    kind, path = str(error["type"]), path_of(error["loc"])
    subject = path or "The body"
    if kind in EXPECTED:
        return f"{subject} must be {EXPECTED[kind]}, not {_kind_of(error.get('input'), kind)}"
    if kind == "enum":
        return f"{subject} must be one of {error['ctx']['expected']}"
    if kind == "missing":
        return f"{subject} is missing"
    return _sentence(error, kind, path)


def _sentence(error: Mapping[str, Any], kind: str, path: str) -> str:
    """Return the detail for an error that is not about the type of a value."""
    context = error.get("ctx") or {}
    words: dict[str, Callable[[], str]] = {
        "required_error": lambda: f"{context['field_name']} is required: send it with a value that is not empty",
        "primary_uniqueness_error": lambda: (
            f"{context['field_name']} has {context['count']} values with primary true; one may be primary"
        ),
        "schema_error": lambda: f'schemas must contain "{context["schema"]}"',
        "value_error": lambda: f"{path or 'The body'}: {_library_text(str(error['msg']))}",
    }
    if kind in words:
        return words[kind]()
    message = _library_text(str(error["msg"]))
    return f"{path}: {message}" if path and path not in message else message


def path_of(location: tuple[Any, ...]) -> str:
    """Return the location of an error as a SCIM path, such as ``emails[0].value``."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif "[" not in part and "(" not in part:
            name = _camel(part)
            path = (
                f"{path}{':' if path.lower().startswith('urn:') and '[' not in path else '.'}{name}" if path else name
            )
    return unescape_all(path)


def restate(exception: SCIMException) -> SCIMException:
    """Return an exception of the protocol library with a detail for an administrator, when a failed validation caused it."""
    cause = exception.__cause__
    if not isinstance(cause, ValidationError):
        return exception
    first = cause.errors(include_url=False)[0]
    restated = type(exception)(detail=detail_of(first))
    restated.status, restated.scim_type = exception.status, exception.scim_type
    return restated


@contextmanager
def restating() -> Iterator[None]:
    """Give the errors that the protocol library raises inside the block a detail for an administrator."""
    try:
        yield
    except SCIMException as error:
        raise restate(error) from None


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


def _library_text(message: str) -> str:
    """Return a message of the library without names of its classes and fields."""
    message = re.sub(r"^Value error, ", "", message)
    message = re.sub(r"Expected str or \w+, got (\w+)", "a string is expected", message)
    message = message.replace("'excluded_attributes'", "'excludedAttributes'")
    return re.sub(r"^Field not found: (\S+)$", r"no attribute is called \1", message)
