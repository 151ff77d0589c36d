"""A complex attribute sent as the string that is its ``value``.

``"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "2819c223"}`` and
``{"op": "Add", "path": "urn:...:2.0:User:manager", "value": "2819c223"}``: Entra, always (idp-behaviour cases 19, 38;
SCIM-SDK#541, directory-scimple#1242). An empty string means no manager (case 40).
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def reference_as_string(attribute: Attribute, value: Any) -> Any:
    """Return the object that a string stands for, for a single-valued complex attribute that has a ``value``."""
    if attribute.multi_valued or attribute.value is None or not isinstance(value, str):
        return value
    return {"value": value} if value else None
