"""A reference that is cleared by an empty ``value``.

``{"op": "replace", "path": "urn:...:2.0:User:manager", "value": {"value": ""}}``: the "Remove Manager" test of
Microsoft's SCIM Validator (idp-behaviour case 40).
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def empty_reference(attribute: Attribute, value: Any) -> Any:
    """Return null for a reference to nothing, for a single-valued attribute with ``value`` and ``$ref``."""
    if attribute.multi_valued or not attribute.is_reference or not isinstance(value, dict):
        return value
    values = [item for key, item in value.items() if key.lower() == "value"]
    return None if values and values[-1] in ("", None) else value
