"""The grammar of filters, PATCH paths and lists of attributes (RFC 7644 section 3.4.2.2), read leniently.

The one reader of the grammar beside the core's strict one, which refuses what some clients send. It takes a text apart into its
terms, so that dialects can rewrite them, limits can count them and the log can hide their operands. A text that this reader cannot
follow is left exactly as it is, for the core to refuse.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lambdas.scim.detail import HIDDEN

_NAME = re.compile(r'[\w$][\w$.:-]*(?=[\s\[("]|$)')
_GAP = re.compile(r"[\s()]+")
_WORD = re.compile(r'[^\s()\[\]"]+')
_COMPARES = re.compile(r"eq|ne|co|sw|ew|gt|ge|lt|le", re.IGNORECASE)
_OPERATOR = re.compile(rf"\s+({_COMPARES.pattern})(?![A-Za-z0-9$_-])\s*", re.IGNORECASE)
_PRESENT = re.compile(r"\s+(pr)(?![A-Za-z0-9$_-])", re.IGNORECASE)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_OPENING = re.compile(r"\s*\[")
_PIECE = re.compile(rf'\s+|{_WORD.pattern}|{_STRING.pattern}|".*|.', re.DOTALL)

AttributeEnd = Callable[[str, int], int | None]
"""Returns where the attribute that begins at a position of a text ends, for one that is more than a word; None for any other."""


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


class Group(Selection):
    """A selection written as a group of terms in parentheses, whose attributes name the whole path."""

    def __str__(self) -> str:
        terms = f"({render(self.inner)})"
        return f"({terms} and {self.tail})" if self.tail else terms


Part = str | Term | Selection
"""A piece of an expression; a str is what lies between the terms (spaces, parentheses, ``and``), kept as it is."""


def parse(text: str, attribute_end: AttributeEnd | None = None) -> tuple[Part, ...] | None:
    """Return the parts of an expression; None when it cannot be followed.

    :param attribute_end: Finds attributes whose names the grammar cannot hold.
    """
    parts, end = _parts(text, 0, attribute_end, nested=False)
    return tuple(parts) if end == len(text) else None


def render(parts: Sequence[Part]) -> str:
    """Return the text of an expression."""
    return "".join(map(str, parts))


def without_brackets(text: str) -> str:
    """Return an expression without what its brackets hold; as it is when a bracket is never closed."""
    kept: list[str] = []
    inside = False
    for piece in _pieces(text):
        if inside:
            inside = piece != "]"
        elif piece == "[":
            inside = True
        else:
            kept.append(piece)
    return text if inside else "".join(kept)


def attribute_in(path: str) -> str | None:
    """Return the attribute and sub-attribute of a path, without filter and operand; None if it cannot be followed."""
    terms = [part for part in parse(path) or () if not isinstance(part, str)]
    if len(terms) != 1:
        return None
    (term,) = terms
    tail = term.tail if isinstance(term, Selection) else None
    return f"{term.attribute}.{tail.attribute}" if tail else term.attribute


def attribute_named_by(path: str) -> str:
    """Return the attribute that a path names, in a form that holds no value; for the log.

    A path that can be followed gives its attribute and sub-attribute. Of any other text only its first word is returned, if it can
    be a name, and :data:`~lambdas.scim.detail.HIDDEN`: what follows may be a value, whatever its brackets and operators look like.

    >>> attribute_named_by('emails[type eq "work"].value')
    'emails.value'
    >>> attribute_named_by("emails like ada@example.com")
    'emails?'
    """
    path = attribute_in(path) or path
    named = _NAME.match(path)
    return path if named and named.end() == len(path) else f"{named[0] if named else ''}{HIDDEN}"


def count_conditions(text: str) -> int:
    """Return how many conditions a filter has at most, also one that cannot be followed. Reads each character once."""
    return 1 + sum(piece == "[" or piece.lower() in ("and", "or", "not") for piece in _pieces(text))


def terms_of(parts: Sequence[Part]) -> Iterator[Term]:
    """Yield every term of an expression, those in brackets included; what brackets stand on is a term without operator."""
    for part in parts:
        if isinstance(part, Term):
            yield part
        elif isinstance(part, Selection):
            yield Term(part.attribute)
            yield from terms_of(part.inner)
            if part.tail:
                yield part.tail


def comparisons_in(text: str) -> Iterator[Term]:
    """Yield every comparison in a text, also in one that cannot be followed. Reads each character once."""
    attribute = operator = ""
    for piece in _pieces(text):
        if piece.isspace():
            continue
        if operator:
            yield Term(attribute, operator, piece)
            attribute = operator = ""
        elif attribute and _COMPARES.fullmatch(piece):
            operator = piece
        else:
            attribute = piece


def _pieces(text: str) -> Iterator[str]:
    """Yield the words, strings, spaces and signs of a text; from a quote that is never closed on, the rest is one."""
    return (match[0] for match in _PIECE.finditer(text))


def _parts(text: str, at: int, attribute_end: AttributeEnd | None, *, nested: bool) -> tuple[list[Part], int]:
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
            part, end = _part(text, at, attribute_end, nested=nested)
            if part is None:
                break
            parts.append(part)
            at, term_next = end, False
        else:
            break
    return parts, at


def _part(
    text: str, at: int, attribute_end: AttributeEnd | None, *, nested: bool
) -> tuple[Term | Selection | None, int]:
    """Read the term or selection that begins at a position; None when it cannot be followed."""
    if attribute_end is not None and not nested and (end := attribute_end(text, at)) is not None:
        return _term(text, at, end)
    end = _end_of_word(text, at)
    opening = None if nested else _OPENING.match(text, end)
    if opening is None:
        return _term(text, at, end)
    inner, closing = _parts(text, opening.end(), None, nested=True)
    if not text.startswith("]", closing) or not any(isinstance(each, Term) for each in inner):
        return None, at
    attribute = text[at:end]
    sub = _WORD.match(text, closing + 2) if text.startswith(".", closing + 1) else None
    if sub is None:
        return Selection(attribute, tuple(inner)), closing + 1
    tail, end = _term(text, sub.start(), sub.end())
    return (None, at) if tail is None else (Selection(attribute, tuple(inner), tail), end)


def _term(text: str, at: int, end: int) -> tuple[Term | None, int]:
    """Read the term whose attribute lies between two positions."""
    attribute = text[at:end]
    if present := _PRESENT.match(text, end):
        return Term(attribute, present[1]), present.end()
    operator = _OPERATOR.match(text, end)
    if operator is None:
        return Term(attribute), end
    operand = _STRING.match(text, operator.end()) or _WORD.match(text, operator.end())
    if operand is None:
        return None, at
    return Term(attribute, operator[1], operand[0]), operand.end()


def _end_of_word(text: str, at: int) -> int:
    word = _WORD.match(text, at)
    return word.end() if word else at
