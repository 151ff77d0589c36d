"""One value sent where an array of values belongs.

``{"op": "Add", "path": "members", "value": {"value": "2819c223"}}`` (idp-behaviour case 52; Microsoft's Postman
collection), and ``"folders": "a"`` for a multi-valued custom attribute (idp-behaviour 6.2). An empty string stands for
no value.
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def single_value(attribute: Attribute, value: Any) -> Any:
    """Return an array of the one value sent for a multi-valued attribute."""
    if not attribute.multi_valued or value is None or isinstance(value, list):
        return value
    return [] if value == "" else [value]
