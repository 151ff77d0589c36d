"""From a filter to the keys that serve it: what can be looked up is never scanned.

Clients match by ``userName``, ``externalId``, ``displayName``, ``emails``, ``id``, ``members`` and ``manager`` (idp-behaviour 1.3,
1.11). Each of them alone, or inside an ``and``, names keys to read; the whole filter is then evaluated on what they give, so a
plan can only be too wide, never wrong. An ``or`` is served when each of its sides is.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from scim2_models import AttributeBinding, Resource, ScimFilter
from scim2_models.path import AttrPath, CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator, ValuePath

from lambdas.scim.attributes import name_of
from lambdas.scim.case_sensitivity import comparable_value
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.upstream import hold_generic


@dataclass(frozen=True)
class ById:
    """The resource with this id."""

    id: str


@dataclass(frozen=True)
class ByUnique:
    """The resource that owns a unique value."""

    attribute: str
    value: str


@dataclass(frozen=True)
class ByLookup:
    """The resources that have a value."""

    attribute: str
    value: str


@dataclass(frozen=True)
class ByMember:
    """The groups that have a member."""

    member_id: str


@dataclass(frozen=True)
class AnyOf:
    """The resources that any of these finds."""

    paths: tuple["AccessPath", ...]


AccessPath = ById | ByUnique | ByLookup | ByMember | AnyOf

COST: dict[type, int] = {ById: 0, ByUnique: 1, ByLookup: 2, ByMember: 3, AnyOf: 4}
"""Which of several access paths to take: the one that reads least."""


class Planner:
    """Plans the filters on one resource type."""

    def __init__(self, provider: DirectoryProvider, resource_type: str) -> None:
        """Set the description of the resources, with the look-up attributes of each, and the type's name."""
        self.resource_type = resource_type
        self.model = cast("type[Resource[Any]]", provider.model_for(resource_type))
        self.unique = frozenset(each.name for each in provider.unique(resource_type))
        self.lookups = frozenset(each.name for each in provider.matching(resource_type))

    def plan(self, scim_filter: ScimFilter[Any] | None) -> AccessPath | None:
        """Return how to find what a filter can match, or None when everything has to be looked at."""
        if scim_filter is None:
            return None
        bound = scim_filter
        if scim_filter.models != (self.model,):
            bound = hold_generic(ScimFilter, self.model)(str(scim_filter))
        return self._plan(bound, bound.ast)

    def _plan(self, scim_filter: ScimFilter[Any], node: FilterNode) -> AccessPath | None:
        if isinstance(node, LogicalExpr):
            paths = [self._plan(scim_filter, term) for term in node.terms]
            found = [path for path in paths if path is not None]
            if node.op is LogicalOperator.and_:
                return min(found, key=lambda path: COST[type(path)], default=None)
            return AnyOf(tuple(found)) if len(found) == len(paths) else None
        if isinstance(node, Comparison) and node.op is CompareOperator.eq:
            return self._path(scim_filter.resolve_comparison(node.attr_path, strict=False), node.value)
        if isinstance(node, ValuePath):
            return self._selection(scim_filter, node.attr_path, node.val_filter)
        return None

    def _selection(self, scim_filter: ScimFilter[Any], head: AttrPath, node: FilterNode) -> AccessPath | None:
        """Plan ``emails[type eq "work" and value eq "x"]`` by the comparison of the value that it holds."""
        terms = node.terms if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_ else (node,)
        for term in terms:
            if isinstance(term, Comparison) and term.op is CompareOperator.eq and term.attr_path.sub_attr is None:
                whole = AttrPath(head.attr, term.attr_path.attr, head.uri)
                path = self._path(scim_filter.resolve_comparison(whole, strict=False), term.value)
                if path is not None:
                    return path
        return None

    def _path(self, binding: AttributeBinding | None, value: Any) -> AccessPath | None:
        if binding is None or not isinstance(value, str):
            return None
        name = name_of(binding)
        if name == "id" or binding.field_name == "id":
            return ById(value)
        if self.resource_type == "Group" and name == "members.value":
            return ByMember(value)
        comparable = comparable_value(binding, value)
        if not comparable:
            return None
        if (
            name in self.lookups
        ):  # also when it is unique: a look-up that has long been kept finds more than a new index
            return ByLookup(name, comparable)
        return ByUnique(name, comparable) if name in self.unique else None


@lru_cache(maxsize=64)
def planner_of(provider: DirectoryProvider, resource_type: str) -> Planner:
    """Return the planner of a resource type, made once for each description of resources."""
    return Planner(provider, resource_type)
