"""What of a client's text the log may hold: names of attributes, and no values but the three that identify."""

import json
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scim2_server.requests import ScimRequest

from lambdas.scim.dialects.filter_grammar import Part, Selection, Term, comparisons_in, parse, render, terms_of

IDENTIFYING = frozenset({"username", "displayname", "externalid"})
"""The attributes, in lower case, whose values may be logged: an operator finds a person by them."""

HIDDEN = "?"
"""What stands in the log where a value stood."""

UNREADABLE = "(unreadable)"
"""What stands in the log for a filter that we cannot take apart into names and values."""

MIN_VALUE_LENGTH = 3
"""Characters from which a value is looked for: ``1`` or ``no`` are in every text and tell nothing."""

_ATTRIBUTE = re.compile(r"[A-Za-z$.][\w.:$-]*")
_INPUT_VALUE = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOT_VALUES = frozenset({"schemas", "op", "path", "method", "bulkid", "type", "resourcetype"})


def filter_shape(text: str) -> str:
    """Return a filter with its operands hidden, such as ``name.familyName sw ? and active eq ?``.

    The operand of ``eq`` on an identifying attribute stays. A text that is not wholly made of comparisons may hold a value
    anywhere, so nothing of it is returned.
    """
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


def _hidden(part: Part) -> Part:
    if isinstance(part, Term):
        return replace(part, operand=HIDDEN) if part.operand and not _identifies(part) else part
    if isinstance(part, Selection):
        tail = part.tail and replace(part.tail, operand=part.tail.operand and HIDDEN)
        return replace(part, inner=tuple(_hidden(each) for each in part.inner), tail=tail)
    return part


def _identifies(term: Term) -> bool:
    return term.attribute.rpartition(":")[2].lower() in IDENTIFYING and term.operator.lower() == "eq"


def without_values(text: str, request: ScimRequest | None) -> str:
    """Return an error's text without the values that its request brought in the body or in a filter.

    Pydantic quotes the input that it refuses, and a message of ours may quote one to be helpful. The client may be told
    its own values; the log may not keep them. Ids stay: they name a resource, not a person.
    """
    text = _INPUT_VALUE.sub(f"input_value={HIDDEN}", text)
    quoted = [value for value in _values_of(request) if value in text] if request else []
    for value in sorted(quoted, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", HIDDEN, text)
    return text


def named_in(request: ScimRequest | None) -> Mapping[str, str]:
    """Return the identifying values that a body brings for its resource, by their name in lower case.

    A creation that is refused made no resource; whom it meant is what its body says, however wrong the rest of it is.
    """
    body = _parsed(request.body) if request else None
    found = body.items() if isinstance(body, dict) else ()
    return {key.lower(): value for key, value in found if key.lower() in IDENTIFYING and isinstance(value, str)}


def trace_of(exception: BaseException, request: ScimRequest | None) -> str:
    """Return the full stack trace of an exception, without the values that its request brought."""
    return without_values("".join(traceback.format_exception(exception)), request)


def _values_of(request: ScimRequest) -> set[str]:
    """Return the values of a request that must not be logged."""
    found = set(_leaves(_parsed(request.body)))
    for term in comparisons_in(request.query.get("filter", "")):
        if term.attribute.rpartition(":")[2].lower() not in IDENTIFYING:
            found.add(term.operand.strip('"'))
    return {value for value in found if len(value) >= MIN_VALUE_LENGTH and not _ID.fullmatch(value)}


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _leaves(value: Any, name: str = "") -> Iterator[str]:
    """Yield the strings and numbers of a JSON value that are values of attributes."""
    if isinstance(value, dict):
        for key, item in value.items():
            key_name = str(key).rpartition(":")[2].lower()
            if key_name not in IDENTIFYING and key_name not in _NOT_VALUES:
                yield from _leaves(item, key_name)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, name)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
