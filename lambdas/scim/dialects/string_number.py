"""Numbers that are sent as strings.

``{"urn:...:CustomExtensionName": {"level": "3"}}``: Entra sends every custom attribute as a string, whatever type its schema says
(idp-behaviour 6.2; Microsoft Q&A 1684621). Only a number as JSON writes it is read. The core would also take true for 1,
``"1_000"`` for 1000, and ``"inf"``, which JSON cannot answer with.
"""

import re
from typing import Any

from lambdas.scim.dialects.schema import Attribute

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")

MAX_DIGITS = 300
"""Digits of a whole number that is sent as a string: as many as a decimal can have before its dot."""

REFUSED = "no number"
"""What the core gets in place of a value that it would guess, so that it refuses it as it does ``"many"``."""


def string_number(attribute: Attribute, value: Any) -> Any:
    """Return the number that a string spells, for a number; what spells none is made sure to be refused."""
    if not attribute.is_number or value in (None, ""):
        return value
    if attribute.multi_valued:
        return [_read(attribute, entry) for entry in value] if isinstance(value, list) else value
    return _read(attribute, value)


def _read(attribute: Attribute, value: Any) -> Any:
    if isinstance(value, bool):
        return REFUSED
    if not isinstance(value, str):
        return value
    if attribute.kind is int:
        return int(value) if WHOLE.fullmatch(value) and len(value) <= MAX_DIGITS else REFUSED
    return float(value) if NUMBER.fullmatch(value) else REFUSED
