"""Nulls inside an array: as a value, or as a sub-attribute of one.

``{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "2819c223"}]}``: Entra, in every change of members
(idp-behaviour cases 51, 53). A null is an unassigned value (RFC 7643 section 2.5), but the core would look for members
whose ``$ref`` is null when such a list is removed.
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def null_value(attribute: Attribute, value: Any) -> Any:
    """Return an array without nulls, its objects without null members, for a multi-valued attribute."""
    if not attribute.multi_valued or not isinstance(value, list):
        return value
    return [_without_nulls(entry) for entry in value if entry is not None]


def _without_nulls(entry: Any) -> Any:
    return {key: item for key, item in entry.items() if item is not None} if isinstance(entry, dict) else entry
