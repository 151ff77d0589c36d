"""The values of a multi-valued attribute, found by their sub-attributes."""

from dataclasses import dataclass
from typing import Any

from scim2_models import BaseModel
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from lambdas.scim.case_sensitivity import comparable_text
from lambdas.scim.dialects.schema import attribute_of


@dataclass(frozen=True)
class Key:
    """The values with a text in a sub-attribute."""

    field: str
    """The Python name of the sub-attribute."""

    text: str
    """Its value, as texts are compared regardless of case."""


@dataclass(frozen=True)
class AllOf:
    """The values that every one of several keys finds; the fewest that one of them finds include these."""

    keys: "tuple[Keys, ...]"


@dataclass(frozen=True)
class OneOf:
    """The values that at least one of several keys finds."""

    keys: "tuple[Keys, ...]"


Keys = Key | AllOf | OneOf


class IndexedValues:
    """The values of one multi-valued complex attribute of an object, some of which the object has at a time.

    A key may find more values than an exact comparison: it ignores case, whatever the attribute does.
    """

    def __init__(self, host: BaseModel, field: str) -> None:
        """Index the values of an attribute.

        :param host: The resource or extension that has the attribute.
        :param field: The Python name of the attribute.
        """
        self.host = host
        self.field = field
        held = getattr(host, field)
        self._values: dict[int, Any] = {id(each): each for each in held or []}
        self._none: list[Any] | None = [] if held == [] else None
        self._found: dict[str, dict[str | None, dict[int, Any]]] = {}
        self._keys: dict[tuple[str, int], str | None] = {}

    def __len__(self) -> int:
        return len(self._values)

    @property
    def primaries(self) -> int:
        """How many values are marked as the primary one."""
        return sum(getattr(each, "primary", None) is True for each in self._values.values())

    def choose(self, keys: Keys) -> list[Any]:
        """Give the object only the values that the keys find, and return them."""
        values = list(self._find(keys).values())
        self.host.__dict__[self.field] = list(values) or self._none
        return values

    def _find(self, keys: Keys) -> dict[int, Any]:
        if isinstance(keys, AllOf):
            return min((self._find(each) for each in keys.keys), key=len)
        if isinstance(keys, OneOf):
            return {at: value for each in keys.keys for at, value in self._find(each).items()}
        if keys.field not in self._found:
            self._found[keys.field] = {}
            for each in self._values.values():
                self._add(keys.field, each)
        return self._found[keys.field].get(keys.text, {})

    def update(self, chosen: list[Any]) -> None:
        """Take over what became of the chosen values: changed, removed, added."""
        held = getattr(self.host, self.field) or []
        kept = {id(each) for each in held}
        self._none = None if chosen and not held else self._none
        for each in chosen:
            for name, found in self._found.items():
                found[self._keys.pop((name, id(each)))].pop(id(each))
            if id(each) not in kept:
                del self._values[id(each)]
        for each in held:
            self._values[id(each)] = each
            for name in self._found:
                self._add(name, each)

    def restore(self) -> None:
        """Give the object all values."""
        self.host.__dict__[self.field] = list(self._values.values()) or self._none

    def _add(self, name: str, value: Any) -> None:
        key = _key(getattr(value, name, None))
        self._keys[name, id(value)] = key
        self._found[name].setdefault(key, {})[id(value)] = value


def keys_of_filter(model: type[BaseModel], node: FilterNode) -> Keys | None:
    """Return keys that find every value a filter can match; None when it may match any value.

    :param model: The model of one value.
    """
    if isinstance(node, LogicalExpr):
        keys = [keys_of_filter(model, each) for each in node.terms]
        known = tuple(each for each in keys if each is not None)
        if node.op is LogicalOperator.and_:
            return AllOf(known) if known else None
        return OneOf(known) if len(known) == len(keys) else None
    if not isinstance(node, Comparison) or node.op is not CompareOperator.eq or not isinstance(node.value, str):
        return None
    field = None if node.attr_path.sub_attr or node.attr_path.uri else _text_field(model, node.attr_path.attr)
    return None if field is None else Key(field, comparable_text(node.value))


def keys_of_values(model: type[BaseModel], value: Any) -> Keys | None:
    """Return keys that find every value that equals one of those to add or to remove; None when any value may.

    :param model: The model of one value.
    :param value: The values to add or to remove, in a list, or one of them.
    """
    keys: list[Key] = []
    for each in value if isinstance(value, list) else [value]:
        members = each.items() if isinstance(each, dict) else ()
        texts = {name.lower(): name for name, item in members if isinstance(item, str)}
        names = [texts["value"]] if "value" in texts else list(texts.values())
        found = (
            Key(field, comparable_text(each[name])) for name in names if (field := _text_field(model, name)) is not None
        )
        key = next(found, None)
        if key is None:
            return None
        keys.append(key)
    return OneOf(tuple(keys))


def marks_primary(path: str, value: Any) -> bool:
    """Return whether an operation may make a value the primary one, which unmarks all others (RFC 7644 section 3.5.2)."""
    entries = value if isinstance(value, list) else [value]
    return "primary" in path.lower() or any(
        str(name).lower() == "primary" and item not in (None, False)
        for each in entries
        if isinstance(each, dict)
        for name, item in each.items()
    )


def _text_field(model: type[BaseModel], name: str) -> str | None:
    """Return the Python name of a sub-attribute with one text; None for any other."""
    attribute = attribute_of(model, name)
    text = attribute is not None and attribute.is_string and not attribute.multi_valued
    return attribute.field if attribute is not None and text else None


def _key(value: Any) -> str | None:
    return comparable_text(value) if isinstance(value, str) else None
