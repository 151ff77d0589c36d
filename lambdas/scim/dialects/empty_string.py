"""An empty string for an attribute that is no string.

``"active": ""``, ``"profileUrl": ""``, ``"urn:...:2.0:User": ""``: OneLogin's JSON template writes what the user's
field holds, also when it holds nothing (idp-behaviour 3.3). An empty string of type ``string`` is a value and stays.
"""

from typing import Any

from lambdas.scim.dialects.schema import Attribute


def empty_string(attribute: Attribute, value: Any) -> Any:
    """Return null for an empty string, for a single-valued attribute of any other type than string."""
    return None if value == "" and not attribute.multi_valued and not attribute.is_string else value
