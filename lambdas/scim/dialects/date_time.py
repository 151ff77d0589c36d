"""Dates and times, which JSON only has as texts.

``{"op": "Add", "path": "urn:...:CustomExtensionName:leaves", "value": [{"value": "2030-01-31T08:00:00.0000000Z"}]}``: a custom
attribute that is marked multi-valued (idp-behaviour case 73). The core compares what is added with what is there before it
validates it, and would add a text to the same moment with every cycle.
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute
from lambdas.scim.extensions.date_times import SentDateTime


def date_time(attribute: Attribute, value: Any) -> Any:
    """Return an array with moments instead of texts, for a multi-valued attribute; what is none stays, to be refused."""
    if not attribute.multi_valued or attribute.kind is not SentDateTime or not isinstance(value, list):
        return value
    return [_read(entry) for entry in value]


def _read(entry: Any) -> Any:
    if not isinstance(entry, str):
        return entry
    try:
        return SentDateTime.read(entry)
    except ValueError:
        return entry
