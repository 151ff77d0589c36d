"""Values of a simple multi-valued attribute sent as objects.

``{"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:2.0:CustomExtensionName:folders",
"value": [{"value": "a"}]}``: Entra, for a custom attribute that is marked multi-valued (idp-behaviour case 73;
Microsoft Q&A 1693075).
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def wrapped_value(attribute: Attribute, value: Any) -> Any:
    """Return the values that objects hold under ``value``, for a simple multi-valued attribute."""
    if not attribute.multi_valued or attribute.members is not None or not isinstance(value, list):
        return value
    return [_unwrap(entry) for entry in value]


def _unwrap(entry: Any) -> Any:
    held = [item for key, item in entry.items() if key.lower() == "value"] if isinstance(entry, dict) else []
    return held[-1] if held and not isinstance(held[-1], dict) else entry
