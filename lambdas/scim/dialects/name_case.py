"""The members of a SCIM message in another case.

``{"operations": [{"Op": "replace", "PATH": "title", "value": "T"}]}``: attribute names are case-insensitive (RFC 7643
section 2.1), those of messages too (idp-behaviour case 49). The core reads the attributes of resources in any case;
this is for the members that the dialects themselves look at.
"""

from collections.abc import Sequence
from typing import Any

PATCH_MEMBERS = ("schemas", "Operations")
OPERATION_MEMBERS = ("op", "path", "value")
BULK_MEMBERS = ("schemas", "failOnErrors", "Operations")
BULK_OPERATION_MEMBERS = ("method", "bulkId", "version", "path", "data")
SEARCH_MEMBERS = ("schemas", "attributes", "excludedAttributes", "filter", "sortBy", "sortOrder")


def name_case(message: dict[str, Any], members: Sequence[str]) -> dict[str, Any]:
    """Return a message with its members named as the RFC spells them; of two spellings the last counts."""
    spelled = {name.lower(): name for name in members}
    return {spelled.get(key.lower(), key): value for key, value in message.items()}
