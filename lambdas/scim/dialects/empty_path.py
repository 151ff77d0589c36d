"""A PATCH path that is there and says nothing.

``{"op": "replace", "path": "", "value": {"displayName": "N"}}``, also with ``"path": null`` (idp-behaviour case 75).
"""

from typing import Any


def empty_path(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the operation without a path that is empty or null: its target is the resource."""
    if "path" in operation and operation["path"] in (None, ""):
        return {key: item for key, item in operation.items() if key != "path"}
    return operation
