"""The attribute declarations of a file, bound to the models, and the mistakes in them."""

import difflib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from inspect import isclass
from typing import Any, NamedTuple, cast

from pydantic import TypeAdapter, ValidationError
from scim2_models import BaseModel, Mutability, Path, Resource, SCIMException
from scim2_server.utils import parametrize

from lambdas.environment.file.places import written
from lambdas.environment.file.resources import AttributeRules
from lambdas.scim.attributes import Attribute, comparable, holds_texts, unique_by_schema
from lambdas.scim.discovery import Declarations
from lambdas.scim.upstream import scim_name

SERVICE_ATTRIBUTES = frozenset({"id", "meta", "schemas", "members"})
"""The fields that the service sets or stores separately."""

EXAMPLES = {"users": "name.givenName", "groups": "displayName"}
"""An existing attribute by table of the file."""

KINDS: tuple[tuple[type, str, str], ...] = (
    (BaseModel, "objects", "an object"),
    (bool, "true or false", "true or false"),
    (str, "texts", "a text"),
    (int, "whole numbers", "a whole number"),
    (float, "numbers", "a number"),
    (datetime, "dates and times", "a date and time such as 2030-01-31T08:00:00Z"),
    (bytes, "binary data", "Base64 text"),
)
"""The words for the values of an attribute, plural and singular, by type."""


@dataclass
class DeclarationReader:
    """Reads the declarations for one resource type and collects their mistakes."""

    table: str
    """The table of the file, ``users`` or ``groups``, which its mistakes start with."""

    model: type[Resource[Any]]
    """The model of the resource type, with all extensions."""

    mistakes: list[str] = field(default_factory=list)
    """The mistakes found, each a sentence without a full stop."""

    def read(self, rules: AttributeRules) -> Declarations:
        """Return the valid declarations; invalid ones are added to :attr:`mistakes`."""
        unique = self._named("unique", rules.unique, _why_not_found)
        allowed = [
            (attribute, values)
            for path, values in rules.allowed.items()
            for attribute in self._named("allowed", [path], _why_not_found)
            if self._are_distinct(attribute, values)
        ]
        choices = {attribute.name: values for attribute, values in allowed}
        defaults = [
            (attribute, value)
            for path, value in rules.defaults.items()
            for attribute in self._named("defaults", [path], _why_no_default)
            if self._fits(attribute, value, choices.get(attribute.name), unique)
        ]
        return Declarations(
            required=tuple(self._named("required", rules.required, _why_not_set)),
            unique=tuple(unique),
            matching=tuple(self._named("matching", rules.matching, _why_not_found)),
            allowed=tuple(allowed),
            defaults=tuple(defaults),
        )

    def _named(self, key: str, paths: Iterable[str], why_not: Callable[[Attribute], str | None]) -> list[Attribute]:
        """Return the attributes that paths name.

        :param why_not: Returns the end of "it must be ..." for an attribute the key does not accept, or None.
        """
        found: list[Attribute] = []
        for path in paths:
            attribute = self._find(path)
            if attribute is None:
                self.mistakes.append(f"{self.table}.{key} names {_quoted(path)}; {self._nothing_there(path)}")
            elif reason := why_not(attribute):
                self.mistakes.append(f"{self.table}.{key} names {_quoted(path)}; it must be {reason}")
            else:
                found.append(attribute)
        return found

    def _find(self, path: str) -> Attribute | None:
        try:
            return Attribute.find(self.model, path)
        except SCIMException:
            return None

    def _nothing_there(self, path: str) -> str:
        """Return the correction of a path that names no attribute, with the closest match."""
        right = f"it must be the path of an attribute of {self.table}"
        if "[" in path:
            return f'{right} without a filter, such as "emails.value"'
        names = [str(each) for each in parametrize(Path, self.model).iter_paths()]
        by_folded = {each.lower(): each for each in names} | {_last(each).lower(): each for each in reversed(names)}
        near = difflib.get_close_matches(path.lower(), by_folded, n=1)
        if near:
            return f"did you mean {_quoted(by_folded[near[0]])}? I{right[1:]}"
        return f'{right}, such as "{EXAMPLES[self.table]}"'

    def _are_distinct(self, attribute: Attribute, values: Iterable[str]) -> bool:
        """Return whether the attribute's comparison distinguishes all values."""
        seen: dict[Any, str] = {}
        for value in values:
            compared = comparable(attribute, value)
            if compared in seen:
                key = written((self.table, "allowed", attribute.name))
                both = f"{_quoted(seen[compared])} and {_quoted(value)}"
                differ = "differ" if attribute.binding.case_exact else "differ in more than case"
                self.mistakes.append(
                    f"{key} has {both}, which compare as equal; it must be a list of values that {differ}"
                )
                return False
            seen[compared] = value
        return True

    def _fits(
        self, attribute: Attribute, value: Any, choices: Iterable[str] | None, unique: Iterable[Attribute]
    ) -> bool:
        """Return whether a value is a valid default."""
        key = written((self.table, "defaults", attribute.name))
        if attribute.name in {each.name for each in [*unique_by_schema(self.model), *unique]}:
            self.mistakes.append(
                f"{key} is set, but {attribute.name} is unique among {self.table} and cannot have a default; remove it"
            )
        elif not _is_value_of(attribute, value):
            self.mistakes.append(f"{key} is {_quoted(value)}; it must be {_kind(attribute).one}")
        elif choices is not None and value not in choices:
            among = ", ".join(map(_quoted, choices))
            self.mistakes.append(f"{key} is {_quoted(value)}; it must be one of the allowed values: {among}")
        else:
            return True
        return False


def _why_not_set(attribute: Attribute) -> str | None:
    """Return why clients cannot set an attribute, or None."""
    binding = attribute.binding
    mutabilities = (
        binding.model.get_field_annotation(binding.field_name, Mutability),
        binding.get_annotation(Mutability),
    )
    if binding.field_name in SERVICE_ATTRIBUTES or Mutability.read_only in mutabilities:
        return "an attribute that clients can set; the service sets this one"
    return None


def _why_not_found(attribute: Attribute) -> str | None:
    """Return why an attribute cannot be unique, looked up or restricted, or None."""
    reason = _why_not_set(attribute)
    if reason is None and not holds_texts(attribute.binding):
        reason = f"an attribute that holds texts; this one holds {_kind(attribute).many}{_parts(attribute)}"
    if reason is None and attribute.binding.get_annotation(Mutability) == Mutability.write_only:
        reason = "an attribute that is stored and returned; this one is not"
    return reason


def _why_no_default(attribute: Attribute) -> str | None:
    """Return why an attribute cannot have a default, or None."""
    reason = _why_not_set(attribute)
    if reason is None and _is_complex(attribute):
        reason = f"an attribute that holds single values; this one holds objects{_parts(attribute)}"
    if reason is None and attribute.binding.get_annotation(Mutability) == Mutability.write_only:
        reason = "an attribute that is stored and returned; this one is not"
    return reason


def _parts(attribute: Attribute) -> str:
    """Return the sub-attributes to name instead of an attribute that holds objects."""
    if not _is_complex(attribute):
        return ""
    model = cast("type[BaseModel]", attribute.binding.target_type)
    parts = [f"{attribute.name}.{scim_name(model, each)}" for each in model.model_fields]
    return f": name a sub-attribute, {', '.join(map(_quoted, parts[:4]))}{' or others' if len(parts) > 4 else ''}"


def _is_complex(attribute: Attribute) -> bool:
    target = attribute.binding.target_type
    return isclass(target) and issubclass(target, BaseModel)


class _Kind(NamedTuple):
    """The words for the values of an attribute."""

    many: str
    one: str


def _kind(attribute: Attribute) -> _Kind:
    target = attribute.binding.target_type
    found = (_Kind(many, one) for type_, many, one in KINDS if isclass(target) and issubclass(target, type_))
    return next(found, _Kind("values", "a value"))


def _is_value_of(attribute: Attribute, value: Any) -> bool:
    """Return whether a TOML value has exactly the attribute's type."""
    target: Any = attribute.binding.target_type
    plain = next((each for each in (bool, str, int, float) if isclass(target) and issubclass(target, each)), None)
    if plain in (bool, str):
        return isinstance(value, plain)
    if plain is not None:
        return not isinstance(value, bool) and isinstance(value, (int,) if plain is int else (int, float))
    try:
        TypeAdapter(target).validate_python(value)
    except ValidationError:
        return False
    return isinstance(value, str)


def _last(path: str) -> str:
    return path.rpartition(":")[2]


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
