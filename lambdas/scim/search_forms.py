"""Searches that differ only in the texts of their filters, read once.

Identity providers send the same search with another name each time, such as ``filter=userName eq "ann@example.com"``. To read it
(limits, dialects, parser, validation) takes longer than the rest of the request. None of it depends on the text that a text
attribute is compared with, so a search that was read before is copied, with the new texts in its filter.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scim2_models import ResourceType, SCIMException, SearchRequest
from scim2_models.path import AttrPath, Comparison, FilterNode, LogicalExpr, Not, ValuePath

from lambdas.scim.attributes import compares_as_text
from lambdas.scim.bounded_memory import MAX_LENGTH, BoundedMemory
from lambdas.scim.upstream import filter_with

ReadSearch = Callable[[list[ResourceType], Mapping[str, str]], tuple[SearchRequest[Any], Any]]
"""Reads the query of a search, as :meth:`scim2_server.service.ScimService.read_search_query` does."""

_TEXT = re.compile(r'"[^"\\\x00-\x1f]*"')
"""A string of a filter that stands for itself: one without escapes."""


@dataclass(frozen=True)
class SearchForm:
    """What searches have in common that differ only in the texts of their filters."""

    request: SearchRequest[Any]
    """One of them."""

    pieces: tuple[str, ...]
    """The filter as it was read, split at its texts."""

    def with_texts(self, quoted: Sequence[str]) -> SearchRequest[Any]:
        """Return the search with other texts, given as the filter quotes them."""
        found: Any = self.request.filter
        text = "".join(f"{piece}{each}" for piece, each in zip(self.pieces, (*quoted, ""), strict=True))
        node = _with_texts(found.ast, (each[1:-1] for each in quoted))
        return self.request.model_copy(update={"filter": filter_with(type(found), text, node)})


class SearchForms:
    """The forms of the searches that a service has read."""

    def __init__(self, read: ReadSearch) -> None:
        """Set what reads a search whose form is not known."""
        self._read = read
        self._forms: BoundedMemory[tuple[Any, ...], SearchForm | None] = BoundedMemory()
        self._seen: BoundedMemory[tuple[Any, ...], None] = BoundedMemory()

    def __len__(self) -> int:
        """Return how many forms are kept."""
        return len(self._forms)

    def read(self, resource_types: list[ResourceType], query: Mapping[str, str]) -> tuple[SearchRequest[Any], Any]:
        """Return a validated search, and the position that its cursor stands for.

        :raises SCIMException: When it exceeds a limit, or is not a search.
        """
        text = query.get("filter", "")
        quoted = _TEXT.findall(text)
        may_have_form = quoted and len(resource_types) == 1 and not any(each.lower() == "cursor" for each in query)
        if not may_have_form or sum(len(name) + len(value) for name, value in query.items()) > MAX_LENGTH:
            return self._read(resource_types, query)
        others = (each for each in query.items() if each[0] != "filter")
        key = (str(resource_types[0].name), _TEXT.sub('""', text), *others)
        form = self._forms.get(key)
        if form is not None:
            return form.with_texts(quoted), None
        request, position = self._read(resource_types, query)
        if key not in self._seen:  # to find a form takes a second reading, too much for a search that never comes again
            self._seen[key] = None
        elif key not in self._forms:
            self._forms[key] = self._form_of(resource_types, query, request)
        return request, position

    def _form_of(
        self, resource_types: list[ResourceType], query: Mapping[str, str], request: SearchRequest[Any]
    ) -> SearchForm | None:
        """Return the form of a search; None when its filter compares more than texts, or reading changes their order."""
        found: Any = request.filter
        quoted = _TEXT.findall(query["filter"])
        compared = list(_texts_in(found.ast))
        if [f'"{value}"' for value, _ in compared] != quoted:
            return None
        if not all(
            path is not None and compares_as_text(found.resolve_comparison(path, strict=False)) for _, path in compared
        ):
            return None
        samples = [f'"sample-{number}"' for number, _ in enumerate(quoted)]
        others = iter(samples)
        try:
            sampled, _ = self._read(
                resource_types, {**query, "filter": _TEXT.sub(lambda _: next(others), query["filter"])}
            )
        except SCIMException:
            return None
        read: Any = sampled.filter
        if _TEXT.findall(read) != samples:
            return None
        form = SearchForm(sampled, tuple(_TEXT.split(read)))
        same = form.with_texts(quoted)
        return form if same == request and same.filter.ast == found.ast else None  # type: ignore[union-attr]  # it has one


def _with_texts(node: FilterNode, texts: Iterator[str]) -> FilterNode:
    """Return a filter whose comparisons with texts are those with other texts, in their order."""
    if isinstance(node, Comparison):
        return Comparison(node.attr_path, node.op, next(texts)) if isinstance(node.value, str) else node
    if isinstance(node, LogicalExpr):
        return LogicalExpr(node.op, tuple(_with_texts(term, texts) for term in node.terms))
    if isinstance(node, Not):
        return Not(_with_texts(node.expr, texts))
    if isinstance(node, ValuePath):
        return replace(node, val_filter=_with_texts(node.val_filter, texts))
    return node


def _texts_in(node: FilterNode, head: AttrPath | None = None) -> Iterator[tuple[str, AttrPath | None]]:
    """Yield every text in a filter, in their order, with the whole path of what is compared with it; None for an odd path.

    :param head: The attribute in whose brackets a node stands.
    """
    if isinstance(node, LogicalExpr):
        for term in node.terms:
            yield from _texts_in(term, head)
    elif isinstance(node, Not):
        yield from _texts_in(node.expr, head)
    elif isinstance(node, ValuePath):
        yield from _texts_in(node.val_filter, node.attr_path)
    elif isinstance(node, Comparison) and isinstance(node.value, str):
        path = node.attr_path
        if head is None:
            yield node.value, path
        elif path.sub_attr is not None or path.uri is not None:
            yield node.value, None
        else:
            yield node.value, AttrPath(head.attr, path.attr, head.uri)
