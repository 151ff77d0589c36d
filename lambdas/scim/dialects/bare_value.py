"""Entries of a complex multi-valued attribute sent as the strings that are their ``value``.

``{"op": "Add", "path": "members", "value": ["2819c223"]}`` (idp-behaviour case 52; Microsoft's Postman collection), and
``"emails": "w@example.com"``; or as numbers and booleans, where those are its values.
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def bare_value(attribute: Attribute, value: Any) -> Any:
    """Return the objects that simple values stand for, for a multi-valued complex attribute that has a ``value``."""
    if not attribute.multi_valued or attribute.value is None or not isinstance(value, list):
        return value
    simple = str if attribute.value.is_text else (str, int, float)
    return [{"value": entry} if isinstance(entry, simple) else entry for entry in value]
