"""A single-valued complex attribute sent as an array of one.

``{"op": "Add", "path": "manager", "value": [{"$ref": "http://.../Users/2819", "value": "2819"}]}``: example 5 of
Microsoft's SCIM page (idp-behaviour case 39). An empty array is an unassigned value (RFC 7643 section 2.5).
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def reference_in_list(attribute: Attribute, value: Any) -> Any:
    """Return the only element of an array sent for a single-valued complex attribute, and null for an empty array."""
    if attribute.multi_valued or attribute.members is None or not isinstance(value, list) or len(value) > 1:
        return value
    return value[0] if value and not isinstance(value[0], list) else value or None
