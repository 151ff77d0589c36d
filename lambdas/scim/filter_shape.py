"""The shape of a filter for the log: its attributes and operators, without operands."""

import re
from dataclasses import replace
from functools import lru_cache

from lambdas.scim.bounded_memory import MAX_LENGTH, MAX_REMEMBERED
from lambdas.scim.detail import HIDDEN
from lambdas.scim.dialects.filter_grammar import Part, Selection, Term, parse, render, terms_of

IDENTIFYING = frozenset({"username", "displayname", "externalid"})
"""The attributes, in lower case, whose values are logged: an operator finds a person by them."""

CORE = frozenset({"", "urn:ietf:params:scim:schemas:core:2.0:user", "urn:ietf:params:scim:schemas:core:2.0:group"})
"""The schemas, in lower case, whose attributes these are; an extension may have one of the same name."""

UNREADABLE = "(unreadable)"
"""The shape of a filter that cannot be taken apart."""

_OPERAND = re.compile(r'"[^"]*"')
_ATTRIBUTE = re.compile(r"[A-Za-z$.][\w.:$-]*")


def filter_shape(text: str) -> str:
    """Return a filter with its operands hidden, such as ``name.familyName sw ? and active eq ?``.

    The operand of ``eq`` on an identifying attribute stays. A text that is not wholly made of comparisons may hold a value
    anywhere, so nothing of it is returned.
    """
    if "\\" in text or len(text) > MAX_LENGTH:
        return shape_of(text)
    operands: dict[str, str] = {}
    numbered = _OPERAND.sub(lambda match: _number(match[0], operands), text)
    return _OPERAND.sub(lambda match: operands.get(match[0], match[0]), _remembered_shape(numbered))


def _number(operand: str, operands: dict[str, str]) -> str:
    """Return the number that stands for an operand, so that filters with other operands have the same shape."""
    number = f'"{len(operands)}"'
    operands[number] = operand
    return number


@lru_cache(maxsize=MAX_REMEMBERED)
def _remembered_shape(text: str) -> str:
    return shape_of(text)


def shape_of(text: str) -> str:
    """Return what :func:`filter_shape` returns, found without memory of other filters."""
    parts = parse(text) or ()
    named = [term.attribute for term in terms_of(parts)]
    if not named or not all(map(_ATTRIBUTE.fullmatch, named)) or not all(map(_compares, parts)):
        return UNREADABLE
    return render([_hidden(part) for part in parts])


def _compares(part: Part) -> bool:
    """Return whether a part is a condition, rather than the path of an attribute."""
    if isinstance(part, Selection):
        return all(map(_compares, part.inner)) and (part.tail is None or _compares(part.tail))
    return isinstance(part, str) or bool(part.operator)


def _hidden(part: Part, *, inside: bool = False) -> Part:
    if isinstance(part, Term):
        return replace(part, operand=HIDDEN) if part.operand and (inside or not _identifies(part)) else part
    if isinstance(part, Selection):
        tail = part.tail and replace(part.tail, operand=part.tail.operand and HIDDEN)
        return replace(part, inner=tuple(_hidden(each, inside=True) for each in part.inner), tail=tail)
    return part


def _identifies(term: Term) -> bool:
    schema, _, name = term.attribute.lower().rpartition(":")
    return schema in CORE and name in IDENTIFYING and term.operator.lower() == "eq"
