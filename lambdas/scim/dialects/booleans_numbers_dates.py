"""Deviations in a simple value: a boolean, a number or a date in another JSON type than its own."""

import json
import re
from typing import Any

from scim2_models import Mutability

from lambdas.scim.dialects.schema import Attribute
from lambdas.scim.extensions.date_times import RespelledDateTime, SentDateTime

BOOLEANS = {"true": True, "false": False}
"""The spellings of a boolean, in lower case."""

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")

BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")

RELATIVE = re.compile(r"(?:[^:?#]*/)?(Users|Groups)/([^/?#]+)/?", re.IGNORECASE)
"""A reference without a scheme that ends in the location of a resource."""

MAX_DIGITS = 300
"""Digits of a whole number that is sent as a string: as many as a decimal can have before its dot."""

NO_BOOLEAN = "neither true nor false"
NO_NUMBER = "no number"
NO_BASE64 = "not Base64"
"""What the core gets in place of a value that it would guess, so that it refuses it as it does ``"perhaps"``."""


def string_boolean(attribute: Attribute, value: Any) -> Any:
    """Return the boolean that a string spells, in any case, for a boolean attribute.

    What Entra sends without the flag: its default expression ``Switch([IsSoftDeleted], , "False", "True", "True", "False")``
    gives text (idp-behaviour cases 15, 16, 23; scimmy#51, SCIMReferenceCode#21).

    >>> operation({"op": "Replace", "path": "active", "value": "False"})
    {'op': 'replace', 'path': 'active', 'value': False}

    The core would also take ``"yes"``, ``"on"``, ``"t"`` and 1 for true (peers 3.3). A wrong guess locks people out or lets them
    in, so such a value is replaced by one that the core refuses:

    >>> user({"active": "yes"})
    {'active': 'neither true nor false'}
    """
    if not attribute.is_boolean or value == "":
        return value
    if attribute.multi_valued and isinstance(value, list):
        return [_boolean(entry) for entry in value]
    return _boolean(value)


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return BOOLEANS.get(value.lower(), NO_BOOLEAN)
    return NO_BOOLEAN if isinstance(value, int | float) else value


def string_number(attribute: Attribute, value: Any) -> Any:
    """Return the number that a string spells as JSON writes numbers, for a number.

    Entra sends every custom attribute as a string, whatever type its schema declares (idp-behaviour 6.2; Microsoft Q&A 1684621).

    >>> user({"X": {"level": "3"}})
    {'X': {'level': 3}}

    The core would also take true for 1, ``"1_000"`` for 1000, and ``"inf"``, which JSON cannot answer with:

    >>> user({"X": {"level": "1_000"}})
    {'X': {'level': 'no number'}}
    """
    if not attribute.is_number or value in (None, ""):
        return value
    if attribute.multi_valued:
        return [_number(attribute, entry) for entry in value] if isinstance(value, list) else value
    return _number(attribute, value)


def _number(attribute: Attribute, value: Any) -> Any:
    if isinstance(value, bool):
        return NO_NUMBER
    if not isinstance(value, str):
        return value
    if attribute.kind is int:
        return int(value) if WHOLE.fullmatch(value) and len(value) <= MAX_DIGITS else NO_NUMBER
    return float(value) if NUMBER.fullmatch(value) else NO_NUMBER


def number_as_text(attribute: Attribute, value: Any) -> Any:
    """Return the JSON text of a number, for an attribute that is a string.

    Directories keep employee numbers and ids as numbers (field report 2.4; grafana#113109, authentik#15533).

    >>> user({"externalId": 123, "E": {"employeeNumber": 42}})
    {'externalId': '123', 'E': {'employeeNumber': '42'}}
    >>> group_operation({"op": "add", "path": "members", "value": [{"value": 53}]})
    {'op': 'add', 'path': 'members', 'value': [{'value': '53'}]}
    """
    if attribute.members is not None or not attribute.is_string:
        return value
    return [_text(entry) for entry in value] if isinstance(value, list) and attribute.multi_valued else _text(value)


def _text(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def binary_text(attribute: Attribute, value: Any) -> Any:
    """Return Base64 (RFC 4648 section 4) without its line breaks, for binary data.

    >>> user({"x509Certificates": [{"value": "QUJD\\nREVG"}]})
    {'x509Certificates': [{'value': 'QUJDREVG'}]}

    The core would skip every other character too, and store something else than what was sent, so a text that is no Base64 is
    replaced by one that the core refuses (field report 1, which asks that nothing is lost silently):

    >>> user({"x509Certificates": [{"value": "Ü"}]})
    {'x509Certificates': [{'value': 'not Base64'}]}
    """
    if not attribute.is_binary or not isinstance(value, str):
        return value
    text = "".join(value.split())
    return text if BASE64.fullmatch(text) and len(text) % 4 == 0 else NO_BASE64


def date_time(attribute: Attribute, value: Any) -> Any:
    """Return an array with moments instead of texts, for a multi-valued attribute; a text that is no moment stays.

    A custom attribute that is marked multi-valued (idp-behaviour case 73). The core compares what is added with what is there
    before it validates it, and would add a text to the same moment with every cycle.

    >>> read = user({"M": {"leaves": [{"value": "2030-01-31T08:00:00.0000000Z"}]}})["M"]["leaves"]
    >>> [type(moment).__name__ for moment in read], [str(moment) for moment in read]
    (['SentDateTime'], ['2030-01-31T08:00:00.0000000Z'])
    """
    if not attribute.multi_valued or attribute.kind is not SentDateTime or not isinstance(value, list):
        return value
    return [_moment(entry, SentDateTime) for entry in value]


def respelled_date_time(attribute: Attribute | None, value: Any, op: str) -> Any:
    """Return a moment that differs from the same moment in another spelling, where a PATCH replaces it.

    An attribute is returned as it was sent last (field report 3.9), but the core compares by the moment and keeps the old text.

    >>> written = operation({"op": "replace", "path": "M:since", "value": "2030-01-31T08:00:00Z"})["value"]
    >>> written == type(written).read("2030-01-31T09:00:00+01:00"), str(written)
    (False, '2030-01-31T08:00:00Z')
    """
    if attribute is None or attribute.kind is not SentDateTime or attribute.mutability is not Mutability.read_write:
        return value
    if not attribute.multi_valued:
        return _moment(value, RespelledDateTime)
    if op == "replace" and isinstance(value, list):
        return [_moment(str(entry), RespelledDateTime) if isinstance(entry, SentDateTime) else entry for entry in value]
    return value


def _moment(entry: Any, kind: type[SentDateTime]) -> Any:
    if not isinstance(entry, str):
        return entry
    try:
        return kind.read(entry)
    except ValueError:
        return entry


def relative_reference(attribute: Attribute, value: Any) -> Any:
    """Return a reference to a resource relative to the Tenant URL, where it is relative to another URL.

    RFC 7643 section 8.3 itself writes ``../Users/...`` (field report 3.5). A reference relative to the Tenant URL is returned as
    a URL.

    >>> user({"E": {"manager": {"value": "2819", "$ref": "../Users/2819"}}})
    {'E': {'manager': {'value': '2819', '$ref': 'Users/2819'}}}
    """
    if not attribute.names_resources or not isinstance(value, str):
        return value
    match = RELATIVE.fullmatch(value)
    return f"{match[1].capitalize()}/{match[2]}" if match else value


def empty_string(attribute: Attribute, value: Any) -> Any:
    """Return null for an empty string, for a single-valued attribute of any other type than string.

    OneLogin's JSON template writes what the user's field holds, also when it holds nothing (idp-behaviour 3.3). An empty string of
    type ``string`` is a value and stays.

    >>> user({"active": "", "profileUrl": "", "E": "", "title": ""})
    {'active': None, 'profileUrl': None, 'E': None, 'title': ''}
    """
    return None if value == "" and not attribute.multi_valued and not attribute.is_string else value
