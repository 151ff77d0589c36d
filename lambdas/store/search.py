"""Searches: by a key where the filter names one, otherwise by reading a bounded number of pages."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scim2_models import Resource, ResourceType, ScimFilter, SearchRequest, TooManyException
from scim2_models.path import AttrPath, CompareOperator, Comparison, FilterNode, LogicalExpr, Not, Present, ValuePath
from scim2_server.storage import SearchPage
from scim2_server.utils import parametrize

from lambdas.scim.answer_rules import InexpressibleError
from lambdas.scim.detail import Detail
from lambdas.scim.discovery import DirectoryProvider
from lambdas.scim.found_resources import FoundPage, FoundResource
from lambdas.scim.ids import is_id
from lambdas.scim.upstream import scim_name
from lambdas.store import keys, limits
from lambdas.store.document_filters import Rule, comparable_document, rule_of
from lambdas.store.documents import set_values
from lambdas.store.found import found_model, found_resources
from lambdas.store.items import Stored, member_value
from lambdas.store.key_lookups import KeyLookups
from lambdas.store.listing import Listing
from lambdas.store.pages import Match, page_of
from lambdas.store.planner import AccessPath, planner_of
from lambdas.store.reads import Reader

TOO_LARGE = (
    "The directory is too large to evaluate this filter or sort on each resource. Filter by {attributes}, alone or with other "
    "conditions joined by and."
)


class ScanLimits:
    """The pages and the time that one search may use without a key, for all its types together."""

    def __init__(self) -> None:
        """Start the clock of :data:`~lambdas.store.limits.SCAN_SECONDS`."""
        self.pages = limits.SCAN_PAGES
        self.deadline = time.monotonic() + limits.SCAN_SECONDS

    def allow_page(self) -> bool:
        """Return whether another page may be read, and count it."""
        self.pages -= 1
        return self.pages >= 0 and time.monotonic() <= self.deadline


class Searcher:
    """Searches the resources of one directory."""

    def __init__(self, reader: Reader, provider: DirectoryProvider) -> None:
        """Set the reader of the directory and the description of its resources."""
        self.reader = reader
        self.table = reader.table
        self.directory = reader.directory
        self.listing = Listing(reader.table, reader.directory)
        self.keys = KeyLookups(reader.table, reader.directory)
        self.provider = provider

    def search(self, types: Sequence[ResourceType], request: SearchRequest[Any], position: Any) -> SearchPage:
        """Return the page of :meth:`find` with the models of its resources."""
        page = self.find(types, request, position)
        return SearchPage(page.total, [each.to_model() for each in page.resources], page.next, page.previous)

    def find(self, types: Sequence[ResourceType], request: SearchRequest[Any], position: Any) -> FoundPage:
        """Return one page of the matching resources of the given types, and their number.

        :raises TooManyException: When a filter or sort that no key serves would read more than its limits.
        """
        if request.filter is None and not request.sort_by:
            listed = self.listing.page(types, request, position)
            return FoundPage(listed.total, self._whole(request, listed.stored), listed.next, listed.previous)
        plans = [(each, planner_of(self.provider, str(each.name)).plan(request.filter)) for each in types]
        self._check_number([resource_type for resource_type, path in plans if path is None])
        scan = ScanLimits()
        matches = [each for resource_type, path in plans for each in self._find(resource_type, path, request, scan)]
        page = page_of(request, position, matches)
        return FoundPage(len(matches), self._complete(request, page.matches), page.next, page.previous)

    def _whole(self, request: SearchRequest[Any], stored: Sequence[tuple[ResourceType, Stored]]) -> list[FoundResource]:
        """Return the resources of a page in its order, with the attributes that the answer keeps."""
        whole: dict[str, FoundResource] = {}
        for resource_type in {str(each.name): each for each, _ in stored}.values():
            ours = [one for each, one in stored if each.name == resource_type.name]
            wanted = self.reader.keeps_separate(resource_type, request)
            found = found_resources(self.reader, resource_type, ours, whole=wanted)
            whole |= {each.id: each for each in found}
        return [whole[one.id] for _, one in stored]

    def _complete(self, request: SearchRequest[Any], matches: Sequence[Match]) -> list[FoundResource]:
        """Return the resources of a page of matches; a group whose members the filter has read is not read again."""
        complete = {each.stored.id: found_model(each.type, each.stored, each.model) for each in matches if each.whole}
        lacking = [(each.type, each.stored) for each in matches if each.stored.id not in complete]
        complete |= {each.id: each for each in self._whole(request, lacking)}
        return [complete[each.stored.id] for each in matches]

    def _find(
        self, resource_type: ResourceType, path: AccessPath | None, request: SearchRequest[Any], scan: ScanLimits
    ) -> list[Match]:
        """Return every resource of a type that the filter matches.

        :param path: Where the filter's keys lead; None when each resource of the type is read.
        """
        batches = self._scan(resource_type, scan) if path is None else [self._follow(resource_type, path)]
        rule, members = self._rule(resource_type, request)
        if rule is None:
            return [each for batch in batches for each in self._match_models(resource_type, batch, request)]
        return [
            each
            for batch in batches
            for each in self._match_documents(resource_type, batch, request, rule, self._named_members(batch, members))
        ]

    def _rule(self, resource_type: ResourceType, request: SearchRequest[Any]) -> tuple[Rule | None, set[str]]:
        """Return the rule by which documents match, if there is one, and the members that the filter names."""
        if request.filter is None or request.sort_by:
            return None, set()
        members = named_values(request.filter.ast, "members") if resource_type.name == "Group" else set()
        if members is None:
            return None, set()
        return rule_of(request.filter, self.reader.model(resource_type), with_members=bool(members)), members

    def _match_documents(
        self,
        resource_type: ResourceType,
        batch: Sequence[Stored],
        request: SearchRequest[Any],
        rule: Rule,
        members: Mapping[str, Sequence[Mapping[str, Any]]],
    ) -> Iterator[Match]:
        """Yield the resources that a rule matches; the model decides where the rule cannot.

        :param members: By group, those of its members that the filter names.
        """
        for each in batch:
            try:
                matches = rule(comparable_document(each, resource_type, members.get(each.id, ())))
            except InexpressibleError:
                yield from self._match_models(resource_type, [each], request)
            else:
                if matches:
                    yield Match(resource_type, each)

    def _match_models(
        self, resource_type: ResourceType, batch: Sequence[Stored], request: SearchRequest[Any]
    ) -> Iterator[Match]:
        """Yield the resources whose models the filter matches."""
        for each in self._comparable(resource_type, batch, request):
            if request.filter is None or _matches(request.filter, each.model):
                yield each

    def _follow(self, resource_type: ResourceType, path: AccessPath) -> list[Stored]:
        """Return the resources of an access path: 1 call for an id, 2 for another key."""
        return self.reader.stored_many(resource_type, self.keys.ids(str(resource_type.name), path))

    def _scan(self, resource_type: ResourceType, scan: ScanLimits) -> Iterator[list[Stored]]:
        """Yield all resources of a type, page by page, within the limits."""
        for page in self.table.pages(keys.resources(self.directory, str(resource_type.name))):
            if not scan.allow_page():
                raise TooManyException(detail=Detail(TOO_LARGE, attributes=self._served([resource_type])))
            yield [Stored.from_item(item) for item in page]

    def _check_number(self, types: Sequence[ResourceType]) -> None:
        """Raise an error when types have more resources than are read without a key: 1 Query for each type, 3 read units.

        :raises TooManyException: Naming the keys that serve.
        """
        number = sum(sum(self.listing.counts(each).values()) for each in types)
        if number > limits.MAX_SCANNED:
            raise TooManyException(
                detail=Detail(
                    TOO_LARGE + " Without one of them up to {limit:,} resources are evaluated; there are {number:,}.",
                    attributes=self._served(types),
                    limit=limits.MAX_SCANNED,
                    number=number,
                )
            )

    def _served(self, types: Sequence[ResourceType]) -> str:
        """Return the attributes that have keys for all of the types."""
        served = set.intersection(*(self._keys(str(each.name)) for each in types))
        return ", ".join(sorted(served)) + " with eq"

    def _keys(self, name: str) -> set[str]:
        planner = planner_of(self.provider, name)
        members = {"members"} if name == "Group" else set()
        return {"id"} | planner.unique | planner.lookups | members

    def _comparable(
        self, resource_type: ResourceType, batch: Sequence[Stored], request: SearchRequest[Any]
    ) -> list[Match]:
        """Return resources with what the filter and the sort use of them."""
        apart = [each for each in self.reader.separate_attributes(resource_type) if each != "meta"]
        if request.sort_by is not None and any(each in str(request.sort_by) for each in apart):
            return self._found(resource_type, batch, whole=True)
        named = [set() if request.filter is None else named_values(request.filter.ast, each) for each in apart]
        if any(each is None or (each and apart != ["members"]) for each in named):
            return self._found(resource_type, batch, whole=True)
        only = attributes_in(request, self.reader.model(resource_type))
        found = self._found(resource_type, batch, whole=False, only=only)
        for members in filter(None, named):
            present = self._named_members(batch, members)
            for each in found:
                if each.stored.id in present:
                    set_values(each.model, "members", present[each.stored.id])
        return found

    def _found(
        self, resource_type: ResourceType, batch: Sequence[Stored], *, whole: bool, only: frozenset[str] | None = None
    ) -> list[Match]:
        resources = self.reader.resources(resource_type, batch, whole=whole, only=only)
        return [Match(resource_type, *pair, whole) for pair in zip(batch, resources, strict=True)]

    def _named_members(self, groups: Sequence[Stored], named: set[str]) -> dict[str, list[dict[str, Any]]]:
        """Return, by group, those of its members that a filter names: all that it can distinguish."""
        wanted = [keys.member(self.directory, group.id, each) for group in groups for each in named if is_id(each)]
        present: dict[str, list[dict[str, Any]]] = {}
        for item in self.table.batch_get(wanted):
            present.setdefault(item["pk"]["S"].rpartition("#")[2], []).append(member_value(item))
        return present


def _matches(scim_filter: ScimFilter[Any], resource: Resource[Any]) -> bool:
    if scim_filter.models:
        return bool(scim_filter.match(resource))
    return bool(parametrize(ScimFilter, type(resource))(str(scim_filter)).match(resource))


def named_values(node: FilterNode, attribute: str) -> set[str] | None:
    """Return the values of a multi-valued attribute that a filter compares with ``eq``, when its outcome depends on them alone.

    :return: An empty set when the filter does not use the attribute; None when it uses the attribute in another way.
    """
    if isinstance(node, LogicalExpr):
        parts = [named_values(term, attribute) for term in node.terms]
        return None if None in parts else {each for part in parts if part for each in part}
    if isinstance(node, Not):
        return named_values(node.expr, attribute)
    if isinstance(node, ValuePath):
        return _named(node.val_filter, None) if _is(node.attr_path, attribute) else set()
    if isinstance(node, Comparison) and _is(node.attr_path, attribute):
        return _named(node, attribute)
    return None if isinstance(node, Present) and _is(node.attr_path, attribute) else set()


def attributes_in(request: SearchRequest[Any], model: type[Resource[Any]]) -> frozenset[str] | None:
    """Return the attributes that the filter and the sort of a search use, in lower case, and ``schemas``.

    :return: None when that takes more than names of core attributes: an attribute of an extension, or one that the model lacks.
    """
    names = {"schemas"}
    if request.filter is not None:
        names |= {"" if path.uri else path.attr.lower() for path in _paths(request.filter.ast)}
    if request.sort_by:
        names.add(str(request.sort_by).partition(".")[0].lower())
    core = {scim_name(model, each).lower() for each in model.model_fields}
    return frozenset(names) if names <= core else None


def _paths(node: FilterNode) -> Iterator[AttrPath]:
    """Yield the paths in a filter, of a value filter the one that it stands behind."""
    if isinstance(node, LogicalExpr):
        for term in node.terms:
            yield from _paths(term)
    elif isinstance(node, Not):
        yield from _paths(node.expr)
    elif isinstance(node, Comparison | Present | ValuePath):
        yield node.attr_path


def _is(path: AttrPath, attribute: str) -> bool:
    return path.attr.lower() == attribute.lower()


def _named(node: FilterNode, attribute: str | None) -> set[str] | None:
    """Return the value of ``members eq "x"``, ``members.value eq "x"`` or, inside brackets, ``value eq "x"``."""
    if not isinstance(node, Comparison) or node.op is not CompareOperator.eq or not isinstance(node.value, str):
        return None
    sub = node.attr_path.sub_attr if attribute else node.attr_path.attr
    return {node.value} if (sub or "value").lower() == "value" else None
