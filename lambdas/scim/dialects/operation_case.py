"""PATCH operations with a capital letter.

``{"op": "Replace", "path": "displayName", "value": "N"}``: Entra without the flag, ``Add`` and ``Remove`` likewise
(idp-behaviour case 22; SCIM-SDK#149).
"""

from typing import Any


def operation_case(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the operation with its ``op`` in lower case."""
    op = operation.get("op")
    return {**operation, "op": op.lower()} if isinstance(op, str) else operation
