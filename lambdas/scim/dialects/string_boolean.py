"""Booleans that are sent as strings, in any case.

``{"op": "Replace", "path": "active", "value": "False"}``: what Entra sends without the flag, because the default
expression ``Switch([IsSoftDeleted], , "False", "True", "True", "False")`` gives text (idp-behaviour cases 15, 16, 23;
scimmy#51, SCIMReferenceCode#21).

Only the spellings of true and false are read. The core would also take ``"yes"``, ``"on"``, ``"t"`` and 1 for true (peers
3.3): whoever sends them means something that we would guess, and a wrong guess locks people out or lets them in.
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute

SPELLINGS = {"true": True, "false": False}

REFUSED = "neither true nor false"
"""What the core gets in place of a value that it would guess, so that it refuses it as it does ``"perhaps"``."""


def string_boolean(attribute: Attribute, value: Any) -> Any:
    """Return the boolean that a string spells, for a boolean attribute; what spells none is made sure to be refused."""
    if not attribute.is_boolean or value == "":
        return value
    if attribute.multi_valued and isinstance(value, list):
        return [_read(entry) for entry in value]
    return _read(value)


def _read(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return SPELLINGS.get(value.lower(), REFUSED)
    return REFUSED if isinstance(value, int | float) else value
