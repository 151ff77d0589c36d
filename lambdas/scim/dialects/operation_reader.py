"""Reading the operations of a PATCH."""

from typing import Any

from lambdas.scim.dialects import chain
from lambdas.scim.dialects.expression_reader import read_path, target_of
from lambdas.scim.dialects.ignored_attributes import is_not_kept
from lambdas.scim.dialects.messages import OPERATION
from lambdas.scim.dialects.object_reader import read_keys, read_value, read_written, rename_keys
from lambdas.scim.dialects.operations import Operation
from lambdas.scim.dialects.reading import Reading
from lambdas.scim.dialects.schema import Model


def read_operation(operation: Any, model: Model, ignored: dict[str, None]) -> list[Any]:
    """Return an operation as the operations that the core reads: mostly one, more for keys that select values.

    :param ignored: The paths of the attributes that are left out are added as keys.
    """
    if not isinstance(operation, dict):
        return [operation]
    for message_dialect in chain.MESSAGE:
        operation = message_dialect(operation, OPERATION)
    for dialect in chain.OPERATION:
        operation = dialect(operation)
    path, value = operation.get("path"), operation.get("value")
    if isinstance(path, str):
        operation = {**operation, "path": read_path(path, model)}
    elif isinstance(value, dict):
        operation = {**operation, "value": rename_keys(model, value)}
    operations = [operation]
    for split in chain.SPLIT:
        operations = [each for one in operations for each in split(one, model)]
    return [read for each in operations for read in _read_value(each, model, ignored)]


def _read_value(operation: Operation, model: Model, ignored: dict[str, None]) -> list[Operation]:
    """Return an operation whose path has been read with its value read too; none when it is left out."""
    path, value, op = operation.get("path"), operation.get("value"), operation.get("op")
    if op not in ("add", "replace", "remove"):
        return [operation]
    reading = Reading(op, ignored)
    if "path" not in operation and op != "remove" and isinstance(value, dict):
        return [{**operation, "value": read_keys(model, value, reading)}]
    if not isinstance(path, str):
        return [operation]
    target = target_of(path, model)
    if op != "remove" and (target.place is None or is_not_kept(target.place)):
        reading.ignore(path, value)
    if any(leaves_out(operation, target) for leaves_out in chain.LEFT_OUT_OPERATION):
        return []
    attribute = target.place.target if target.place else None
    if op != "remove" and "value" not in operation:
        return [operation]
    if op != "remove":
        operation = {**operation, "value": read_written(target.place, value, path, reading)}
    elif "value" in operation and attribute and attribute.multi_valued and attribute.members is None:
        operation = {**operation, "value": read_value(attribute, value, path, reading)}
    for dialect in chain.READ_OPERATION:
        operation = dialect(operation, target)
    operations = [operation]
    for extend in chain.EXTENDED_OPERATION:
        operations = [each for one in operations for each in extend(one, target)]
    return operations
