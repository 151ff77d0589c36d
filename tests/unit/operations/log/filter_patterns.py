"""CloudWatch's filter patterns of JSON, which moto and the local cloud ignore: as much of them as `scimctl log` writes.

`&&` binds stronger than `||`; `=` and `!=` compare texts, with `*` for anything at either end; `>=` compares numbers only. A
field that a record has not makes every comparison false.
"""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

TOKEN = re.compile(r'\s*(\(|\)|&&|\|\||!=|>=|=|\$[.\w]+|"(?:[^"\\]|\\.)*"|-?\d+)')
MAX_LENGTH = 1_024
"""Characters of a filter pattern (FilterLogEvents)."""


def matches(pattern: str, message: str) -> bool:
    """Whether a pattern takes a line of a log; an empty one takes all."""
    if not pattern:
        return True
    assert len(pattern) <= MAX_LENGTH
    assert pattern.startswith("{")
    assert pattern.endswith("}")
    try:
        record = json.loads(message)
    except ValueError:
        return False
    tokens = _tokens(pattern[1:-1])
    found = _either(tokens, record)
    assert not tokens, f"not read to its end: {tokens}"
    return found


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        assert match, f"no filter pattern: {text[at:]}"
        tokens.append(match[1])
        at = match.end()
    return tokens


def _either(tokens: list[str], record: Any) -> bool:
    found = _both(tokens, record)
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        found = _both(tokens, record) or found
    return found


def _both(tokens: list[str], record: Any) -> bool:
    found = _one(tokens, record)
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        found = _one(tokens, record) and found
    return found


def _one(tokens: list[str], record: Any) -> bool:
    first = tokens.pop(0)
    if first == "(":
        found = _either(tokens, record)
        assert tokens.pop(0) == ")"
        return found
    operator, operand, value = tokens.pop(0), json.loads(tokens.pop(0)), record
    for name in first.split(".")[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        return False
    if operator == ">=":
        return isinstance(value, int | float) and value >= operand
    equal = fnmatchcase(str(value), re.sub(r"([?\[])", r"[\1]", str(operand)))
    return equal if operator == "=" else not equal
