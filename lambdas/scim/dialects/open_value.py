"""Values of attributes that nobody declared, which are all texts.

``{"urn:ietf:params:scim:schemas:extension:2.0:Metadata": {"costCentre": 7, "remote": true, "badges": ["a", "b"]}}``: what type a
value has is the client's own affair (idp-behaviour 6.3). A number or a boolean becomes its JSON text, an object or an array a
compact one, and what Entra wraps for an attribute that is marked multi-valued, ``[{"value": "7"}]``, its one value (idp-behaviour
case 73). An empty array or object is no value (RFC 7643 section 2.5).

``{"schemas": ["urn:ietf:params:scim:schemas:extension:2.0:Metadata"], "costCentre": "7"}``: clients that are made with scim2-models
write ``schemas`` into extensions too. With the extension's own URN it is SCIM's attribute, and no undeclared one.
"""

import json
from typing import Any

from lambdas.scim.dialects.schema import Attribute


def open_value(attribute: Attribute, value: Any) -> Any:
    """Return the text that a value stands for, for an undeclared attribute; null where it stands for none."""
    if not attribute.open or isinstance(value, str):
        return value
    value = _unwrapped(value)
    if value in (None, [], {}):
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_schemas(urn: str, name: str, value: Any) -> bool:
    """Tell whether a member of an extension says which schema the extension is of."""
    return name.lower() == "schemas" and isinstance(value, list) and urn in value


def _unwrapped(value: Any) -> Any:
    """Return the one value that an object under ``value``, or an array of one such object, holds."""
    entry = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(entry, dict) and {name.lower() for name, item in entry.items() if item is not None} == {"value"}:
        return next(item for item in entry.values() if item is not None)
    return value
