"""The rules of a plan: for each attribute of a model, which values the model reads as they are, and how an answer shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from inspect import isclass
from math import isfinite
from typing import Any, cast

from scim2_models import (
    BaseModel,
    CaseExact,
    ComplexAttribute,
    Extension,
    Mutability,
    Reference,
    Required,
    Resource,
    Returned,
    Uniqueness,
)
from scim2_models.attributes import ExtensibleStringEnum

from lambdas.scim.extensions.date_times import SentDateTime
from lambdas.scim.extensions.open_extension import OpenExtension
from lambdas.scim.found_resources import MemberRow
from lambdas.scim.upstream import scim_name

CHARACTERISTICS = (CaseExact, Mutability, Required, Returned, Uniqueness)
"""What may be declared of an attribute without changing which values it accepts."""

Locate = Callable[[str], str]
"""Returns the URL of a reference such as ``Users/2819``."""

Rule = Callable[[Any, Locate], Any]
"""Returns a value in the form that an answer shows; None when nothing of it is shown."""


class InexpressibleError(Exception):
    """A document holds something that a plan cannot show exactly as the model would."""


class ObjectRule:
    """The rule of a resource, an extension or a complex attribute."""

    def __init__(self, rules: Mapping[str, tuple[Rule, bool]]) -> None:
        """Set the rule of each attribute by its name, in the order of answers, and whether it is shown."""
        self._given = dict(rules)
        self._rules = {
            name: (index, rule.kind if isinstance(rule, _Exactly) else None, rule, shown)
            for index, (name, (rule, shown)) in enumerate(rules.items())
        }

    def with_rule(self, name: str, rule: Rule, *, shown: bool) -> "ObjectRule":
        """Return the rule with that of an attribute replaced; ``schemas`` comes first, any other keeps its place."""
        replaced = {name: (rule, shown)}
        return ObjectRule(self._given | replaced if name in self._given else replaced | self._given)

    def __call__(self, value: Any, locate: Locate) -> dict[str, Any] | None:
        """Return what is shown of an object; None when that is nothing.

        :raises InexpressibleError: When the value is no object, or the model would change or refuse something in it.
        """
        if type(value) is not dict:
            raise InexpressibleError
        return self.members_of(value, locate) or None

    def members_of(self, value: Mapping[str, Any], locate: Locate) -> dict[str, Any]:
        """Return what is shown of an object, which may be nothing; the errors are those of :meth:`__call__`."""
        shown: dict[str, Any] = {}
        rules, last, in_order = self._rules, -1, True
        for name, member in value.items():
            if name not in rules:
                raise InexpressibleError
            index, kind, rule, is_shown = rules[name]
            if kind is None:
                member = rule(member, locate)
            elif type(member) is not kind:
                raise InexpressibleError
            if is_shown and member is not None:
                shown[name] = member
                in_order, last = in_order and index > last, index
        return shown if in_order else {name: shown[name] for name in sorted(shown, key=rules.__getitem__)}


def object_rule(model: type[BaseModel], kept: Mapping[str, Any]) -> ObjectRule:
    """Return the rule of a model's instances.

    :param kept: What an answer shows of the sample.
    """
    rules: dict[str, tuple[Rule, bool]] = {}
    for name, field in _by_name(model, kept):
        is_list = model.get_field_multiplicity(field)
        inner = kept.get(name)
        if is_list and inner:
            inner = inner[0]
        rule = _rule_of(model, field, inner)
        if rule is not None:
            rules[name] = (_list_rule(rule) if is_list else rule, name in kept)
    return ObjectRule(rules)


def _by_name(model: type[BaseModel], kept: Iterable[str]) -> list[tuple[str, str]]:
    """Return the names and fields of a model's attributes, first those that an answer shows, in its order."""
    fields = {scim_name(model, each): each for each in model.model_fields if each != "schemas"}
    return [(name, fields[name]) for name in dict.fromkeys([*kept, *fields]) if name in fields]


def _rule_of(model: type[BaseModel], field: str, shown: Any) -> Rule | None:
    """Return the rule of an attribute's single values; None when documents with the attribute are left to the model.

    :param shown: The value that an answer shows of the sample; None when it leaves the attribute out.
    """
    kind = model.get_field_root_type(field)
    declared = model.model_fields[field].metadata
    if kind in _EXACT:
        return _EXACT[kind] if all(isinstance(each, CHARACTERISTICS) for each in declared) else None
    if not isclass(kind) or issubclass(kind, OpenExtension):
        return None
    if issubclass(kind, Extension | ComplexAttribute):
        return object_rule(kind, shown if isinstance(shown, dict) else {})
    if issubclass(kind, Reference):
        return _reference if shown is not None and shown != _REFERENCE else _text
    if issubclass(kind, Enum):
        return _choice_rule(kind)
    return None


@dataclass(frozen=True)
class _Exactly:
    """The rule of values of a type of JSON, and of no other: ``True`` is no integer."""

    kind: type

    def __call__(self, value: Any, locate: Locate) -> Any:
        if type(value) is not self.kind:
            raise InexpressibleError
        return value


_text = _Exactly(str)


def _decimal(value: Any, locate: Locate) -> Any:
    if type(value) is not float or not isfinite(value):
        raise InexpressibleError
    return value


def _date_time(value: Any, locate: Locate) -> Any:
    try:
        SentDateTime.read(_text(value, locate))
    except ValueError:
        raise InexpressibleError from None
    return value


def _reference(value: Any, locate: Locate) -> Any:
    return locate(_text(value, locate))


_EXACT: dict[Any, Rule] = {
    str: _text,
    bool: _Exactly(bool),
    int: _Exactly(int),
    float: _decimal,
    SentDateTime: _date_time,
    datetime: _text,  # of meta alone, which the service makes
}
"""The rules of the types that are shown as they are stored."""


def _choice_rule(kind: type[Enum]) -> Rule:
    """Return the rule of an enumeration; one that can be extended has texts of any other spelling, too."""
    canonical = {str(each.value).lower(): each.value for each in kind}
    extensible = issubclass(kind, ExtensibleStringEnum)

    def rule(value: Any, locate: Locate) -> Any:
        if canonical.get(_text(value, locate).lower(), value if extensible else None) != value:
            raise InexpressibleError
        return value

    return rule


def _list_rule(single: Rule) -> Rule:
    def rule(value: Any, locate: Locate) -> Any:
        if type(value) is not list:
            raise InexpressibleError
        return [shown for each in value if (shown := single(each, locate)) is not None] or None

    return rule


def schemas_rule(model: type[Resource[Any]]) -> Rule:
    """Return the rule of ``schemas``: nothing but the URNs of the model, its own among them."""
    base = str(model.__schema__)
    known = {base, *model.get_extension_models()}

    def rule(value: Any, locate: Locate) -> Any:
        if type(value) is not list or base not in value or not all(each in known for each in map(str, value)):
            raise InexpressibleError
        return value

    return rule


def members_rule(kept: Sequence[str]) -> Rule:
    """Return the rule of a group's members, which the service wrote: there may be a hundred thousand of them."""
    names = ("value", "$ref", "type", "display")

    def rule(rows: Sequence[MemberRow], locate: Locate) -> Any:
        prefixes = {kind: locate(f"{kind}s/-")[:-1] for kind in {kind for _, kind, _ in rows}}
        if set(kept) >= set(names):
            shown: list[dict[str, Any]] = [
                {"value": each, "$ref": prefixes[kind] + each, "type": kind}
                if display is None
                else {"value": each, "$ref": prefixes[kind] + each, "type": kind, "display": display}
                for each, kind, display in rows
            ]
        else:
            values = (
                dict(zip(names, (each, prefixes[kind] + each, kind, display), strict=True))
                for each, kind, display in rows
            )
            parts = ({name: each[name] for name in kept if each[name] is not None} for each in values)
            shown = [each for each in parts if each]
        return shown or None

    return rule


# -- The sample -----------------------------------------------------------------------------------------------------------

_REFERENCE = "Users/-"

_VALUES: dict[Any, Any] = {
    str: "-",
    bool: True,
    int: 1,
    float: 0.5,
    SentDateTime: "2030-01-31T08:00:00Z",
    datetime: "2030-01-31T08:00:00Z",
}


def sample_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON document of an instance with a value of every attribute that a plan can show."""
    sample = {}
    for field in model.model_fields:
        value = None if field == "schemas" else _value_of(model.get_field_root_type(field))
        if value is not None:
            sample[scim_name(model, field)] = [value] if model.get_field_multiplicity(field) else value
    return sample


def _value_of(kind: Any) -> Any:
    if kind in _VALUES:
        return _VALUES[kind]
    if not isclass(kind) or issubclass(kind, OpenExtension):
        return None
    if issubclass(kind, Extension | ComplexAttribute):
        return sample_of(cast("type[BaseModel]", kind))
    if issubclass(kind, Reference):
        return _REFERENCE
    return next(iter(kind)).value if issubclass(kind, Enum) else None
