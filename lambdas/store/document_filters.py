"""Filters evaluated on stored documents, without a model in between.

A rule decides for each document exactly as the model's filter does, or refuses it; then the model decides. It knows comparisons of
text and booleans among the core attributes of a document, value filters in brackets, ``and``, ``or`` and ``not``: what identity
providers send. A filter with anything else has no rule.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic_core import from_json
from scim2_models import AttributeBinding, BaseModel, Resource, ResourceType, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    Not,
    ValuePath,
)

from lambdas.scim.answer_rules import InexpressibleError
from lambdas.scim.attributes import compares_as_text
from lambdas.scim.case_sensitivity import comparable_value
from lambdas.scim.upstream import scim_name
from lambdas.store.documents import left_out_of
from lambdas.store.items import Stored

Rule = Callable[[Mapping[str, Any]], bool]
"""Returns whether a filter matches a document, to which the resource's ``id`` was added.

:raises InexpressibleError: When only the model knows.
"""

Compare = Callable[[Any], bool]
"""Returns whether a comparison holds for one value; None is the value of an attribute that a document lacks."""

_TEXT_OPERATORS: Mapping[CompareOperator, Callable[[str, str], bool]] = {
    CompareOperator.eq: operator.eq,
    CompareOperator.ne: operator.ne,
    CompareOperator.co: operator.contains,
    CompareOperator.sw: str.startswith,
    CompareOperator.ew: str.endswith,
}

_NOT_COMPARED = frozenset({"schemas"})
"""Attributes that the model changes as it reads them."""


def rule_of(scim_filter: ScimFilter[Any], model: type[Resource[Any]], *, with_members: bool = False) -> Rule | None:
    """Return the rule of a filter that is bound to a model; None when only the model can evaluate it.

    :param with_members: Whether documents have those of a group's members that the filter names.
    """
    if scim_filter.models != (model,):
        return None
    held_apart = left_out_of(model) - ({"id", "members"} if with_members else {"id"})
    try:
        return _Rules(scim_filter, model, held_apart | _NOT_COMPARED).rule(scim_filter.ast)
    except InexpressibleError:
        return None


def comparable_document(
    stored: Stored, resource_type: ResourceType, members: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return the document of a resource as rules compare it.

    :param members: Those of a group's members that the filter names.
    :raises InexpressibleError: When it is no JSON object, which only the model can report.
    """
    try:
        document = from_json(stored.document)
    except ValueError:
        raise InexpressibleError from None
    if type(document) is not dict:
        raise InexpressibleError
    document["id"] = stored.id
    if members:
        document["members"] = members
    if resource_type.name == "User":
        document.setdefault("active", True)  # stored before version 0.2.0, which always stores it
    return document


class _Rules:
    """Makes the rules of one filter."""

    def __init__(self, scim_filter: ScimFilter[Any], model: type[Resource[Any]], unknown: frozenset[str]) -> None:
        """Set the filter, the model of the documents, and the attributes that documents do not hold as they are shown."""
        self.filter = scim_filter
        self.model = model
        self.unknown = unknown

    def rule(self, node: FilterNode) -> Rule:
        """Return the rule of a part of the filter.

        :raises InexpressibleError: When it has none.
        """
        if isinstance(node, LogicalExpr):
            rules = [self.rule(term) for term in node.terms]
            every = all if node.op is LogicalOperator.and_ else any
            return lambda document: every(each(document) for each in rules)
        if isinstance(node, Not):
            inner = self.rule(node.expr)
            return lambda document: not inner(document)
        if isinstance(node, Comparison):
            return _comparison(self._binding(node.attr_path), node)
        if isinstance(node, ValuePath):
            return self._selection(node)
        raise InexpressibleError

    def _selection(self, node: ValuePath) -> Rule:
        """Return the rule of ``emails[type eq "work" and value eq "x"]``: one value fulfils the whole filter in the brackets."""
        inner = self._within(node.attr_path, node.val_filter)
        head = self._binding(node.attr_path, is_compared=False)
        name = scim_name(head.model, head.field_name)
        return lambda document: any(map(inner, _entries(document, name) or ()))

    def _within(self, head: AttrPath, node: FilterNode) -> Rule:
        if isinstance(node, LogicalExpr):
            rules = [self._within(head, term) for term in node.terms]
            every = all if node.op is LogicalOperator.and_ else any
            return lambda entry: every(each(entry) for each in rules)
        if not isinstance(node, Comparison) or node.attr_path.sub_attr is not None or node.attr_path.uri is not None:
            raise InexpressibleError
        binding = self._binding(AttrPath(head.attr, node.attr_path.attr, head.uri))
        if binding.sub_field_name is None or not binding.is_multivalued:
            raise InexpressibleError
        compare, name = _compare(binding, node), scim_name(_entry_model(binding), binding.sub_field_name)
        return lambda entry: compare(_member(entry, name))

    def _binding(self, path: AttrPath, *, is_compared: bool = True) -> AttributeBinding:
        """Return the attribute of a path, which documents hold as they show it."""
        resolve = self.filter.resolve_comparison if is_compared else self.filter.resolve
        binding = resolve(path, strict=False)
        if binding is None or binding.model is not self.model:
            raise InexpressibleError
        if scim_name(self.model, binding.field_name) in self.unknown:
            raise InexpressibleError
        return binding


def _comparison(binding: AttributeBinding, node: Comparison) -> Rule:
    """Return the rule of a comparison; of a multi-valued attribute any value may fulfil it, and ``ne`` all of them."""
    compare = _compare(binding, node)
    name = scim_name(binding.model, binding.field_name)
    if binding.sub_field_name is None:
        if binding.is_multivalued:
            raise InexpressibleError
        return lambda document: compare(_member(document, name))
    sub_name = scim_name(_entry_model(binding), binding.sub_field_name)
    if not binding.is_multivalued:

        def of_object(document: Mapping[str, Any]) -> bool:
            value = _member(document, name)
            return compare(None if value is None else _member(value, sub_name))

        return of_object
    every = all if node.op is CompareOperator.ne else any

    def of_list(document: Mapping[str, Any]) -> bool:
        values = _entries(document, name)
        return compare(None) if values is None else every(compare(_member(each, sub_name)) for each in values)

    return of_list


def _entry_model(binding: AttributeBinding) -> type[BaseModel]:
    kind = binding.target_model
    if kind is None:
        raise InexpressibleError
    return kind


def _compare(binding: AttributeBinding, node: Comparison) -> Compare:
    kind, is_ne = binding.target_type, node.op is CompareOperator.ne
    if kind is bool and isinstance(node.value, bool) and node.op in (CompareOperator.eq, CompareOperator.ne):
        wanted = node.value
        return lambda value: (_exactly(bool, value) is wanted) is not is_ne
    if not compares_as_text(binding) or not isinstance(node.value, str) or node.op not in _TEXT_OPERATORS:
        raise InexpressibleError
    holds, right = _TEXT_OPERATORS[node.op], comparable_value(binding, node.value)

    def compare_text(value: Any) -> bool:
        left = comparable_value(binding, _exactly(str, value))
        return is_ne if left is None or right is None else holds(left, right)

    return compare_text


def _exactly(kind: type, value: Any) -> Any:
    """Return a value of one type of JSON, or None.

    :raises InexpressibleError: When the value is of another type, which the model may read as one or refuse.
    """
    if value is not None and type(value) is not kind:
        raise InexpressibleError
    return value


def _entries(document: Mapping[str, Any], name: str) -> list[Any] | None:
    return _exactly(list, _member(document, name))  # type: ignore[no-any-return]  # a list or None


def _member(value: Any, name: str) -> Any:
    """Return a member of an object; None when it has none.

    :raises InexpressibleError: When the value is no object, or has the member only under another spelling, which the model reads
        too.
    """
    if type(value) is not dict:
        raise InexpressibleError
    if name in value:
        return value[name]
    if any(each.lower() == name.lower() for each in value):
        raise InexpressibleError
    return None
