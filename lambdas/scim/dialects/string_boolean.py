"""Booleans that are sent as strings, in any case.

``{"op": "Replace", "path": "active", "value": "False"}``: what Entra sends without the flag, because the default
expression ``Switch([IsSoftDeleted], , "False", "True", "True", "False")`` gives text (idp-behaviour cases 15, 16, 23;
scimmy#51, SCIMReferenceCode#21). Only the spellings of true and false are read: ``"yes"`` and ``1`` are mistakes.
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute

SPELLINGS = {"true": True, "false": False}


def string_boolean(attribute: Attribute, value: Any) -> Any:
    """Return the boolean that a string spells, for a boolean attribute."""
    if attribute.is_boolean and isinstance(value, str):
        return SPELLINGS.get(value.lower(), value)
    return value
