"""Filters and PATCH paths taken apart into their terms and put together again, leniently.

The core's grammar (RFC 7644 section 3.4.2.2) refuses what some clients send, so the dialects read the text before it.
What this reader cannot follow either is left exactly as it was, for the core to refuse.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scim2_models import BaseModel

from lambdas.scim.dialects.schema import Attribute, Place, attribute_of, locate_first

_GAP = re.compile(r"[\s()]+")
_WORD = re.compile(r'[^\s()\[\]"]+')
_OPERATOR = re.compile(r"\s+(eq|ne|co|sw|ew|gt|ge|lt|le)(?![A-Za-z0-9$_-])\s*", re.IGNORECASE)
_PRESENT = re.compile(r"\s+(pr)(?![A-Za-z0-9$_-])", re.IGNORECASE)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPENING = re.compile(r"\s*\[")


@dataclass(frozen=True)
class Term:
    """An attribute and what it is compared with, such as ``userName eq "x"``, or ``title pr``, or a path alone."""

    attribute: str
    """The attribute's path, as written."""

    operator: str = ""
    """The comparison operator as written; empty for a path alone."""

    operand: str = ""
    """What it is compared with, as written: quotes included."""

    def __str__(self) -> str:
        return " ".join(part for part in (self.attribute, self.operator, self.operand) if part)


@dataclass(frozen=True)
class Selection:
    """Values of an attribute chosen by a filter in brackets, such as ``emails[type eq "work"].value``."""

    attribute: str
    """The attribute's path, as written."""

    inner: "tuple[Part, ...]"
    """The filter between the brackets."""

    tail: Term | None = None
    """What follows the brackets and a dot: a sub-attribute, in a filter with its comparison."""

    def __str__(self) -> str:
        tail = f".{self.tail}" if self.tail else ""
        return f"{self.attribute}[{render(self.inner)}]{tail}"


Part = str | Term | Selection
"""A piece of an expression; a str is what lies between the terms (spaces, parentheses, ``and``), kept as it is."""


@dataclass(frozen=True)
class Scope:
    """Where a term stands, so that its attribute can be found."""

    models: Sequence[type[BaseModel]]
    """The models that the expression is about."""

    within: Attribute | None = None
    """The attribute whose brackets the term stands in."""

    def place(self, path: str) -> Place | None:
        """Return what the path of a term names, or None."""
        if self.within is None:
            return locate_first(self.models, path)
        members = self.within.members
        attribute = attribute_of(members, path) if members else None
        return Place(members, attribute) if members and attribute else None

    def compared(self, path: str) -> Attribute | None:
        """Return the attribute whose values a comparison compares: ``value`` where a complex attribute is named."""
        place = self.place(path)
        target = place.target if place else None
        return target.value or target if target else None


TermDialect = Callable[[Term, Scope], Term]
SelectionDialect = Callable[[Selection, Scope], "Selection | Term"]


def parse(text: str) -> tuple[Part, ...] | None:
    """Take an expression apart; None when it cannot be followed."""
    parts, end = _parts(text, 0, nested=False)
    return tuple(parts) if end == len(text) else None


def render(parts: Sequence[Part]) -> str:
    """Put an expression together again."""
    return "".join(map(str, parts))


def rewrite(text: str, scope: Scope, terms: Sequence[TermDialect], selections: Sequence[SelectionDialect] = ()) -> str:
    """Apply dialects to every term of an expression; the text comes back as it is when none changes anything."""
    parts = parse(text)
    if parts is None:
        return text
    rewritten = tuple(_rewrite(part, scope, terms, selections) for part in parts)
    return text if rewritten == parts else render(rewritten)


def _rewrite(part: Part, scope: Scope, terms: Sequence[TermDialect], selections: Sequence[SelectionDialect]) -> Part:
    if isinstance(part, Term):
        for mend in terms:
            part = mend(part, scope)
        return part
    if isinstance(part, str):
        return part
    head = _rewrite(Term(part.attribute), scope, terms, ())
    place = scope.place(str(head))
    inside = Scope(scope.models, place.target) if place and place.target else Scope(())
    selected: Selection | Term = Selection(
        str(head),
        tuple(_rewrite(each, inside, terms, ()) for each in part.inner),
        part.tail and _tail(part.tail, inside, terms),
    )
    for change in selections:
        if isinstance(selected, Selection):
            selected = change(selected, scope)
    return selected


def _tail(tail: Term, inside: Scope, terms: Sequence[TermDialect]) -> Term:
    for mend in terms:
        tail = mend(tail, inside)
    return tail


def _parts(text: str, at: int, *, nested: bool) -> tuple[list[Part], int]:
    """Read parts from a position on, up to the end or, inside brackets, the closing one.

    :return: The parts, and where reading ended: not at the end of the text when something could not be followed.
    """
    parts: list[Part] = []
    term_next = True
    while at < len(text):
        if gap := _GAP.match(text, at):
            parts.append(gap[0])
            at = gap.end()
            continue
        word = _WORD.match(text, at)
        if word is None:
            break
        if word[0].lower() in ("and", "or") and not term_next:
            parts.append(word[0])
            at, term_next = word.end(), True
        elif word[0].lower() == "not" and term_next:
            parts.append(word[0])
            at = word.end()
        elif term_next:
            part, end = _part(text, word, nested=nested)
            if part is None:
                break
            parts.append(part)
            at, term_next = end, False
        else:
            break
    return parts, at


def _part(text: str, word: re.Match[str], *, nested: bool) -> tuple[Term | Selection | None, int]:
    """Read the term or selection that begins with a word; None when it cannot be followed."""
    opening = None if nested else _OPENING.match(text, word.end())
    if opening is None:
        return _term(text, word)
    inner, at = _parts(text, opening.end(), nested=True)
    if not text.startswith("]", at) or not any(isinstance(each, Term) for each in inner):
        return None, word.start()
    sub = _WORD.match(text, at + 2) if text.startswith(".", at + 1) else None
    if sub is None:
        return Selection(word[0], tuple(inner)), at + 1
    tail, end = _term(text, sub)
    return (None, word.start()) if tail is None else (Selection(word[0], tuple(inner), tail), end)


def _term(text: str, word: re.Match[str]) -> tuple[Term | None, int]:
    if present := _PRESENT.match(text, word.end()):
        return Term(word[0], present[1]), present.end()
    operator = _OPERATOR.match(text, word.end())
    if operator is None:
        return Term(word[0]), word.end()
    operand = _STRING.match(text, operator.end()) or _WORD.match(text, operator.end())
    if operand is None:
        return None, word.start()
    return Term(word[0], operator[1], operand[0]), operand.end()
