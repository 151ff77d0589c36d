"""Paths with a filter among the keys of a PATCH value.

``{"op": "replace", "value": {"displayName": "N", "emails[type eq \\"work\\"].value": "a@example.com"}}``: every key
of a value without path is itself a path for Entra with the flag (idp-behaviour cases 33 to 36). The core reads dotted
keys and URN keys, and drops these without a word, so each becomes an operation of its own behind the others.
"""

from typing import Any


def value_path_key(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operation without the keys that are value paths, and one operation for each of them."""
    value = operation.get("value")
    if "path" in operation or operation.get("op") == "remove" or not isinstance(value, dict):
        return [operation]
    keys = [key for key in value if "[" in key]
    if not keys:
        return [operation]
    rest = {key: item for key, item in value.items() if key not in keys}
    own = [{**operation, "path": key, "value": value[key]} for key in keys]
    return [{**operation, "value": rest}, *own] if rest else own
