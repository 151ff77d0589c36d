"""JSON bodies, read strictly: values on which parsers disagree (RFC 8259) are errors."""

import json
import math
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from pydantic_core import from_json
from scim2_models import InvalidSyntaxException, InvalidValueException, TooManyException

from lambdas.scim.detail import Detail, Shown
from lambdas.scim.limits import MAX_ELEMENTS, MAX_JSON_DEPTH, MAX_JSON_VALUES, MAX_MARKS, MAX_MEMBER_NAME

UTF8_BOM = b"\xef\xbb\xbf"

SAME_NAME = "two members with one name"

_MARKS = re.compile(r"[^\w\s\x00-\x7f]++")
"""Characters among which a run of combining marks can be."""

_PAIRS_OF_MARKS = frozenset("\u0f73\u0f75\u0f81")
"""Tibetan vowel signs of combining class 0 that decompose into two marks of other classes: the only such characters."""

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"\s*+(:?)', re.DOTALL)
"""A string of a valid JSON text, with the colon that follows the name of a member."""


def parse_json(body: bytes) -> Any:
    """Return the JSON value of a body in UTF-8 (RFC 7644 section 3.1).

    A byte order mark is ignored, as RFC 8259 section 8.1 allows.

    :raises TooManyException: When it has more than :data:`MAX_ELEMENTS` list elements or :data:`MAX_JSON_VALUES` values.
    :raises InvalidSyntaxException: When the body is empty, not JSON, nested deeper than :data:`MAX_JSON_DEPTH`, has a number or
        string without a JSON form (``NaN``, an unpaired surrogate), or an object has two members of one name or one with a name
        longer than :data:`MAX_MEMBER_NAME`.
    :raises InvalidValueException: When a text has more than :data:`MAX_MARKS` combining marks in a row.
    """
    body = body.removeprefix(UTF8_BOM)
    if not body.strip():
        raise InvalidSyntaxException(detail=Detail("The body is empty. Send a JSON object."))
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidSyntaxException(detail=Detail("The body is not valid JSON: {reason}", reason=error)) from None
    members = _check(value)
    # A parser keeps the last of two members of one name, and another reader of the same body may keep the first.
    if members != sum(map(len, _STRING.findall(body))):
        json.loads(body, object_pairs_hook=_check_pairs)
    return value


def _check(value: Any) -> int:
    """Return the number of members of all objects.

    :raises TooManyException: When there are more values or list elements than the limits.
    :raises InvalidSyntaxException: When a value is nested too deeply, a number is out of range, a name is too long, or names differ
        only in case.
    :raises InvalidValueException: When a text has too many combining marks in a row.
    """
    level = [value]
    depth = members = elements = values = 0
    ambiguous = False
    while level:
        depth += 1
        if depth > MAX_JSON_DEPTH:
            raise InvalidSyntaxException(
                detail=Detail("The body is nested deeper than {limit} levels.", limit=MAX_JSON_DEPTH)
            )
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                ambiguous = ambiguous or len({name.lower() for name in each}) < len(each)
                members += len(each)
                _check_names(each)
                below += each.values()
            elif isinstance(each, list):
                elements += len(each)
                below += each
            elif isinstance(each, float) and not math.isfinite(each):
                raise InvalidSyntaxException(detail=Detail("The body has a number that is out of range."))
        _check_marks(each for each in below if isinstance(each, str))
        level = below
        values += len(below)
        check_number_of_values(elements, values, MAX_ELEMENTS, MAX_JSON_VALUES)
    if ambiguous:
        _check_spellings(value)
    return members


def _check_names(names: Iterable[str]) -> None:
    """Raise an error for a member with a name that no attribute and no path has.

    :raises InvalidSyntaxException: When it is longer than :data:`MAX_MEMBER_NAME`.
    :raises InvalidValueException: When it has too many combining marks in a row.
    """
    longest = max(map(len, names), default=0)
    if longest > MAX_MEMBER_NAME:
        detail = "The body has a member with a name of {number:,} characters; the limit is {limit:,}."
        raise InvalidSyntaxException(detail=Detail(detail, number=longest, limit=MAX_MEMBER_NAME))
    _check_marks(names)


def _check_marks(texts: Iterable[str]) -> None:
    """Raise an error for a text with a long run of combining marks, which Unicode's normal forms sort in quadratic time.

    :raises InvalidValueException: When a run is longer than :data:`MAX_MARKS`.
    """
    for text in texts:
        if not text.isascii() and any(_longest_run(found[0]) > MAX_MARKS for found in _MARKS.finditer(text)):
            raise InvalidValueException(
                detail=Detail("The body has a text with more than {limit} combining marks in a row.", limit=MAX_MARKS)
            )


def _longest_run(text: str) -> int:
    if len(text) <= MAX_MARKS:
        return len(text)
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) or character in _PAIRS_OF_MARKS else 0
        longest = max(longest, run)
    return longest


def check_number_of_values(elements: int, values: int, most_elements: int, most_values: int) -> None:
    """Raise an error for a body with more values than a limit.

    :param elements: The number of elements of all lists.
    :param values: The number of all values, lists and objects included.
    :raises TooManyException: When one of the limits is exceeded.
    """
    if elements > most_elements:
        detail = "The lists in the body have {number:,} elements; the limit is {limit:,}. Send several requests."
        raise TooManyException(detail=Detail(detail, number=elements, limit=most_elements))
    if values > most_values:
        detail = "The body has {number:,} values; the limit is {limit:,}. Send several requests."
        raise TooManyException(detail=Detail(detail, number=values, limit=most_values))


def _check_spellings(value: Any) -> None:
    """Raise an error for two spellings of one attribute (RFC 7643 section 2.1), except in the object of an extension.

    Extensions may take attributes that administrators invent, and of two spellings the first counts there
    (:func:`lambdas.scim.dialects.object_reader.read_members`), since all users would be refused otherwise.
    """
    if isinstance(value, dict):
        _check_pairs(list(value.items()))
        for name, item in value.items():
            if not name.lower().startswith("urn:"):
                _check_spellings(item)
    for item in value if isinstance(value, list) else ():
        _check_spellings(item)


def _check_pairs(pairs: list[tuple[str, Any]]) -> None:
    """Raise an error for the first member of an object whose name another member has already."""
    names: dict[str, str] = {}
    for name, _ in pairs:
        first = names.get(name.lower())
        if first is not None:
            spelled = f'"{name}" twice' if first == name else f'"{first}" and "{name}", which are one attribute'
            detail = Detail("The body has {spelled}. Send one of them.", values={"spelled": Shown(spelled, SAME_NAME)})
            raise InvalidSyntaxException(detail=detail)
        names[name.lower()] = name
