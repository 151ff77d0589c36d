"""Reading paths, filters and lists of attributes: every term by its dialects."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from lambdas.scim.dialects import chain
from lambdas.scim.dialects.attribute_names import NameDialect, open_names_in
from lambdas.scim.dialects.filter_grammar import AttributeEnd, Part, Selection, Term, parse, render
from lambdas.scim.dialects.filters import SelectionDialect
from lambdas.scim.dialects.operations import Target
from lambdas.scim.dialects.schema import Model, Place, Scope, begins_known, locate

MAX_REMEMBERED = 512
"""PATCH paths that a process remembers, of each function here; clients choose them, so there is no end to them."""

MAX_REMEMBERED_LENGTH = 200
"""Characters of a path that is remembered: more than those of identity providers have."""


def read_path(path: str, model: Model) -> str:
    """Return a PATCH path as the core reads it."""
    return (_read_path if len(path) <= MAX_REMEMBERED_LENGTH else _read_path.__wrapped__)(path, model)


@lru_cache(maxsize=MAX_REMEMBERED)
def _read_path(path: str, model: Model) -> str:
    scope = Scope((model,), writes=True)
    return _rewrite(_read_name(path, scope), scope, chain.PATH, chain.PATH_SELECTION)


def read_filter(text: str, models: Sequence[Model]) -> str:
    """Return a filter as the core reads it."""
    return _rewrite(text, Scope(models), chain.FILTER, chain.FILTER_SELECTION, open_names_in(models))


def read_attribute(path: str, models: Sequence[Model]) -> str:
    """Return the path of an attribute to return or to sort by, as the core reads it."""
    scope = Scope(models)
    name = _read_name(path.strip(), scope)
    return _rewrite(path if name == path.strip() else name, scope, chain.NAME)


def read_attributes(text: str, models: Sequence[Model]) -> str:
    """Return a list of attributes, separated by commas, as the core reads it."""
    return ",".join(read_attribute(path, models) for path in read_list(text).split(","))


def read_list(text: str) -> str:
    """Return a list of attributes, or one of them, before their names are read."""
    for dialect in chain.ATTRIBUTE_LIST:
        text = dialect(text)
    return text


def target_of(path: str, model: Model) -> Target:
    """Return what a PATCH path names."""
    return (_target_of if len(path) <= MAX_REMEMBERED_LENGTH else _target_of.__wrapped__)(path, model)


@lru_cache(maxsize=MAX_REMEMBERED)
def _target_of(path: str, model: Model) -> Target:
    parts = [part for part in parse(path) or () if not isinstance(part, str)]
    if len(parts) != 1:
        return Target(known=begins_known(path, model))
    part = parts[0]
    if isinstance(part, Term) and not part.operator:
        place = locate(model, part.attribute)
        return Target(place, known=place is not None or begins_known(path, model))
    tail = f".{part.tail.attribute}" if isinstance(part, Selection) and part.tail else ""
    place = locate(model, part.attribute + tail)
    if place is not None and place.attribute is not None and not tail:
        place = Place(place.owner, place.attribute.entry)
    return Target(place, selects=True, known=place is not None or begins_known(path, model))


def _read_name(name: str, scope: Scope) -> str:
    """Return a text that is the name of an attribute as a whole, or else is no more than that, as it is."""
    return _read_term(Term(name), scope, chain.WHOLE_NAME).attribute


def _rewrite(
    text: str,
    scope: Scope,
    terms: Sequence[NameDialect],
    selections: Sequence[SelectionDialect] = (),
    attribute_end: AttributeEnd | None = None,
) -> str:
    """Return an expression with every term read by its dialects; the text itself when none changes anything."""
    parts = parse(text, attribute_end)
    if parts is None:
        return text
    rewritten = tuple(_read_part(part, scope, terms, selections) for part in parts)
    return text if rewritten == parts else render(rewritten)


def _read_part(
    part: Part, scope: Scope, terms: Sequence[NameDialect], selections: Sequence[SelectionDialect] = ()
) -> Part:
    if isinstance(part, str):
        return part
    if isinstance(part, Term):
        return _read_term(part, scope, terms)
    head = _read_term(Term(part.attribute), scope, terms)
    place = scope.place(str(head))
    inside = replace(scope, within=place.target) if place and place.target else Scope(())
    selected: Selection | Term = Selection(
        str(head),
        tuple(_read_part(each, inside, terms) for each in part.inner),
        part.tail and _read_term(part.tail, inside, terms),
    )
    for dialect in selections:
        if isinstance(selected, Selection):
            selected = dialect(selected, scope)
    return selected


def _read_term(term: Term, scope: Scope, dialects: Sequence[NameDialect]) -> Term:
    for dialect in dialects:
        term = dialect(term, scope)
    return term
