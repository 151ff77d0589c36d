"""What a file declares of attributes, bound to the models that have them; what cannot be is told to the file's author."""

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

NOT_OF_THE_RESOURCE = frozenset({"id", "meta", "schemas", "members"})
"""The attributes, by their fields, that the service makes or keeps apart."""

EXAMPLES = {"users": "name.givenName", "groups": "displayName"}
"""By table of the file, an attribute that there is."""

KINDS: tuple[tuple[type, str, str], ...] = (
    (BaseModel, "objects", "an object"),
    (bool, "true or false", "true or false"),
    (str, "texts", "a text"),
    (int, "whole numbers", "a whole number"),
    (float, "numbers", "a number"),
    (datetime, "dates and times", "a date and time such as 2030-01-31T08:00:00Z"),
    (bytes, "binary data", "Base64 text"),
)
"""What attributes hold, in a person's words, by the types of their values: many of them, and one."""


@dataclass
class DeclarationReader:
    """Reads what a file declares of one resource type, and gathers what is wrong with it."""

    table: str
    """The table of the file, ``users`` or ``groups``: what its mistakes begin with."""

    model: type[Resource[Any]]
    """The model of the resources, with all extensions."""

    mistakes: list[str] = field(default_factory=list)
    """What was wrong, each a sentence without its full stop."""

    def read(self, rules: AttributeRules) -> Declarations:
        """Return what the rules declare; those that are wrong are left out, and told in :attr:`mistakes`."""
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

        :param why_not: Tells what a key needs of an attribute that lacks it, as the end of "it must be ...".
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
        """Return what to do about a path that names no attribute, with the one that was probably meant."""
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
        """Tell whether values can be told apart as the attribute compares them."""
        seen: dict[Any, str] = {}
        for value in values:
            compared = comparable(attribute, value)
            if compared in seen:
                key = written((self.table, "allowed", attribute.name))
                both = f"{_quoted(seen[compared])} and {_quoted(value)}"
                differ = "differ" if attribute.binding.case_exact else "differ in more than case"
                self.mistakes.append(
                    f"{key} has {both}, which are one value; it must be a list of values that {differ}"
                )
                return False
            seen[compared] = value
        return True

    def _fits(
        self, attribute: Attribute, value: Any, choices: Iterable[str] | None, unique: Iterable[Attribute]
    ) -> bool:
        """Tell whether an attribute can have a default."""
        key = written((self.table, "defaults", attribute.name))
        if attribute.name in {each.name for each in [*unique_by_schema(self.model), *unique]}:
            self.mistakes.append(
                f"{key} is there, but no two {self.table} can have the same {attribute.name}; remove it"
            )
        elif not _is_value_of(attribute, value):
            self.mistakes.append(f"{key} is {_quoted(value)}; it must be {_kind(attribute).one}")
        elif choices is not None and value not in choices:
            among = ", ".join(map(_quoted, choices))
            self.mistakes.append(f"{key} is {_quoted(value)}; it must be one of the values that it may have: {among}")
        else:
            return True
        return False


def _why_not_set(attribute: Attribute) -> str | None:
    """Return what an attribute must be that clients set."""
    binding = attribute.binding
    mutabilities = (
        binding.model.get_field_annotation(binding.field_name, Mutability),
        binding.get_annotation(Mutability),
    )
    if binding.field_name in NOT_OF_THE_RESOURCE or Mutability.read_only in mutabilities:
        return "an attribute that clients set on the resource itself, and this one they do not"
    return None


def _why_not_found(attribute: Attribute) -> str | None:
    """Return what an attribute must be that is found by its values, or has only some."""
    reason = _why_not_set(attribute)
    if reason is None and not holds_texts(attribute.binding):
        reason = f"an attribute that holds texts, and this one holds {_kind(attribute).many}{_parts(attribute)}"
    if reason is None and attribute.binding.get_annotation(Mutability) == Mutability.write_only:
        reason = "an attribute that is kept and shown, and this one is not"
    return reason


def _why_no_default(attribute: Attribute) -> str | None:
    """Return what an attribute must be that can have a default."""
    reason = _why_not_set(attribute)
    if reason is None and _is_complex(attribute):
        reason = f"an attribute that holds single values, and this one holds objects{_parts(attribute)}"
    if reason is None and attribute.binding.get_annotation(Mutability) == Mutability.write_only:
        reason = "an attribute that is kept and shown, and this one is not"
    return reason


def _parts(attribute: Attribute) -> str:
    """Return, for an attribute that holds objects, what of them may be meant."""
    if not _is_complex(attribute):
        return ""
    model = cast("type[BaseModel]", attribute.binding.target_type)
    parts = [f"{attribute.name}.{model._scim_name(each)}" for each in model.model_fields]
    return (
        f": name one of their attributes, {', '.join(map(_quoted, parts[:4]))}{' or others' if len(parts) > 4 else ''}"
    )


def _is_complex(attribute: Attribute) -> bool:
    target = attribute.binding.target_type
    return isclass(target) and issubclass(target, BaseModel)


class _Kind(NamedTuple):
    """What an attribute holds, in a person's words."""

    many: str
    one: str


def _kind(attribute: Attribute) -> _Kind:
    target = attribute.binding.target_type
    found = (_Kind(many, one) for type_, many, one in KINDS if isclass(target) and issubclass(target, type_))
    return next(found, _Kind("values", "a value"))


def _is_value_of(attribute: Attribute, value: Any) -> bool:
    """Tell whether a value of TOML is one of an attribute's type: no text for a number, no number for true or false."""
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
