"""One operation of a PATCH, read by every dialect that concerns it."""

from typing import Any

from lambdas.scim.dialects.clearing_value import clearing_value
from lambdas.scim.dialects.empty_path import empty_path
from lambdas.scim.dialects.expressions import read_path, target_of
from lambdas.scim.dialects.name_case import OPERATION_MEMBERS, name_case
from lambdas.scim.dialects.operation_case import operation_case
from lambdas.scim.dialects.removed_values import removed_values
from lambdas.scim.dialects.schema import Model
from lambdas.scim.dialects.value_path_key import value_path_key
from lambdas.scim.dialects.values import read_at, read_keys, read_value, rename_keys

Operation = dict[str, Any]


def read_operation(operation: Any, model: Model) -> list[Any]:
    """Return an operation as the operations that the core reads: mostly one, more for keys that select values."""
    if not isinstance(operation, dict):
        return [operation]
    operation = empty_path(operation_case(name_case(operation, OPERATION_MEMBERS)))
    path, value = operation.get("path"), operation.get("value")
    if isinstance(path, str):
        operation = {**operation, "path": read_path(path, model)}
    elif isinstance(value, dict):
        operation = {**operation, "value": rename_keys(model, value)}
    return [_read_value(each, model) for each in value_path_key(operation)]


def _read_value(operation: Operation, model: Model) -> Operation:
    """Return an operation whose path has been read with its value read too."""
    path, value, op = operation.get("path"), operation.get("value"), operation.get("op")
    if "value" not in operation or op not in ("add", "replace", "remove"):
        return operation
    if "path" not in operation and op != "remove" and isinstance(value, dict):
        return {**operation, "value": read_keys(model, value)}
    if not isinstance(path, str):
        return operation
    place, selects = target_of(path, model)
    if op == "remove":
        if place and place.target and place.target.multi_valued and place.target.members is None:
            operation = {**operation, "value": read_value(place.target, value)}
        return removed_values(operation, place, selects=selects)
    return clearing_value(operation, read_at(place, value))
