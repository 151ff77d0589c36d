"""Applying a PATCH: each operation sees only those values of a multi-valued attribute that it can touch.

The library copies and compares all values of an attribute for every operation that selects some of them or adds one
(``docs/contributor/upstream.md``), so that the time of a PATCH would grow by the square of its operations. Here the values are
indexed by their sub-attributes, and an operation gets those that its filter may match, or that a value it adds may equal. What no
index serves gets all values, up to :data:`limits.MAX_VALUES_COMPARED` in one PATCH.
"""

from typing import Any

from scim2_models import BaseModel, Mutability, PatchOperation, Path, Required, Resource, TooManyException

from lambdas.scim import limits
from lambdas.scim.detail import Detail
from lambdas.scim.indexed_values import IndexedValues, Keys, keys_of_filter, keys_of_values, marks_primary
from lambdas.scim.upstream import apply_operation

Operation = PatchOperation[Any]

SIMPLE_VALUES_OF_ONE = 50
"""Texts or numbers that take as long to copy and compare as one object of sub-attributes."""


class PatchApplication:
    """The application of one PATCH to a resource, in place."""

    def __init__(self, resource: Resource[Any]) -> None:
        self.resource = resource
        self.compared = 0
        self._indexed: dict[tuple[int, str], IndexedValues] = {}
        self._opened: set[tuple[int, str]] = set()

    def apply(self, operation: Operation) -> bool:
        """Apply an operation, and return whether it changed anything.

        Until :meth:`finish` the resource may lack values, and it is of no use after an error.

        :raises TooManyException: When the operations compare more than :data:`limits.MAX_VALUES_COMPARED` values.
        :raises SCIMException: When the operation is refused.
        """
        parts = [operation] if self._has_several_primaries(operation) else _split(self.resource, operation)
        changes = [self._apply(each) for each in parts]
        return any(changes)

    def finish(self) -> None:
        """Give the resource all of its values."""
        for each in self._indexed.values():
            each.restore()
        self._indexed.clear()

    def _apply(self, operation: Operation) -> bool:
        path = _path_of(self.resource, operation)
        values, keys = self._narrow(operation, path)
        if values is None or keys is None:
            self._count(self._restore_for(operation, path))
            return apply_operation(self.resource, operation)
        chosen = values.choose(keys)
        self._count(len(chosen))
        changed = apply_operation(self.resource, operation)
        values.update(chosen)
        return changed

    def _has_several_primaries(self, operation: Operation) -> bool:
        """Return whether an operation removes some values of several primary ones: what is left is judged when all are gone."""
        if operation.op is not PatchOperation.Op.remove or not isinstance(operation.value, list):
            return False
        values, keys = self._narrow(operation, _path_of(self.resource, operation))
        return values is None and keys is not None

    def _narrow(self, operation: Operation, path: Path[Any]) -> tuple[IndexedValues | None, Keys | None]:
        """Return the values of the attribute that an operation is on, and the keys of those that it can touch."""
        binding = path.resolve() if path.model is None else None
        entry = binding.field_type if binding is not None and binding.is_multivalued else None
        if binding is None or entry is None or not issubclass(entry, BaseModel):
            return None, None
        model = binding.model
        if model.get_field_annotation(binding.field_name, Mutability) is not Mutability.read_write:
            return None, None
        if model.get_field_annotation(binding.field_name, Required) is Required.true:
            return None, None
        if "primary" in entry.model_fields and marks_primary(str(path), operation.value):
            return None, None
        keys = None
        if path.value_filter is not None:
            keys = keys_of_filter(entry, path.value_filter)
        elif operation.op is not PatchOperation.Op.replace_ and binding.sub_field_name is None and operation.value:
            keys = keys_of_values(entry, operation.value)
        return (None, None) if keys is None else (self._open(model, binding.field_name), keys)

    def _open(self, model: type[BaseModel], field: str) -> IndexedValues | None:
        """Return the indexed values of an attribute; None for one that has several primary values, which the library refuses."""
        host = self._host(model)
        if host is None:
            return None
        at = (id(host), field)
        if at not in self._indexed:
            values = IndexedValues(host, field)
            if values.primaries > 1:
                return None
            if at in self._opened:  # restored by another operation in between
                self._count(len(values) // 10)
            self._opened.add(at)
            self._indexed[at] = values
        return self._indexed[at]

    def _host(self, model: type[BaseModel]) -> BaseModel | None:
        """Return the object that has the attributes of a model: the resource or its extension."""
        if isinstance(self.resource, model):
            return self.resource
        extension: BaseModel | None = self.resource[model]
        return extension

    def _restore_for(self, operation: Operation, path: Path[Any]) -> int:
        """Restore the values that an operation may touch, and return how many the library compares for it."""
        binding = path.resolve() if path.model is None else None
        model = path.model if binding is None else binding.model
        host = self._host(model) if model is not None else None
        if host is None:
            return 0
        if host is self.resource and binding is None:
            keys = operation.value if isinstance(operation.value, dict) else {}
            if all(key.isalnum() for key in keys):  # those of multi-valued attributes are operations of their own
                return 0
            number = sum(len(each) for each in self._indexed.values())
            self.finish()  # a key with a URN or a dot may reach any of them
            return number
        for at, each in list(self._indexed.items()):
            if each.host is host and (host is not self.resource or (binding and each.field == binding.field_name)):
                each.restore()
                del self._indexed[at]
        names = [binding.field_name] if binding and host is self.resource else list(type(host).model_fields)
        number = sum(_weight(getattr(host, name, None)) for name in names)
        reaches = host is not self.resource or path.value_filter is not None or (binding and binding.sub_field_name)
        return number if reaches else number // 10 if operation.op is PatchOperation.Op.add else 0

    def _count(self, values: int) -> None:
        self.compared += values
        if self.compared > limits.MAX_VALUES_COMPARED:
            raise TooManyException(
                detail=Detail(
                    "The PATCH compares more than {limit:,} values of multi-valued attributes. Send several requests, or select "
                    'values by eq, as in emails[type eq "work"].',
                    limit=limits.MAX_VALUES_COMPARED,
                )
            )


def _weight(held: Any) -> int:
    """Return how many values an attribute has; texts and numbers, which cost little to copy and compare, count as a fraction."""
    if not isinstance(held, list):
        return 0
    return len(held) if held and isinstance(held[0], BaseModel) else len(held) // SIMPLE_VALUES_OF_ONE


def _split(resource: Resource[Any], operation: Operation) -> list[Operation]:
    """Return an operation as several: one for each multi-valued attribute that it writes by a key, or value that it removes."""
    path = _path_of(resource, operation)
    value = operation.value
    if operation.op is PatchOperation.Op.remove:
        if not isinstance(value, list) or len(value) < 2:
            return [operation]
        return [operation.model_copy(update={"value": [each]}) for each in value]
    if path.model is None or not isinstance(resource, path.model) or not isinstance(value, dict):
        return [operation]
    own = {key: found for key in value if (found := _multi_valued(resource, key)) is not None}
    if not own:
        return [operation]
    split = [operation.model_copy(update={"path": found, "value": value[key]}) for key, found in own.items()]
    rest = {key: item for key, item in value.items() if key not in own}
    return [operation.model_copy(update={"value": rest}), *split] if rest else split


def _path_of(resource: Resource[Any], operation: Operation) -> Path[Any]:
    path: Path[Any] = Path.__class_getitem__(type(resource))(operation.path or "")
    return path


def _multi_valued(resource: Resource[Any], key: str) -> Path[Any] | None:
    """Return the path of a key that names a multi-valued attribute of the resource as a whole."""
    if not key.isalnum():
        return None
    path: Path[Any] = Path.__class_getitem__(type(resource))(key)
    binding = path.resolve()
    whole = binding is not None and binding.sub_field_name is None and binding.is_multivalued
    return path if whole and key.lower() != "schemas" else None
