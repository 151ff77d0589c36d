"""Text from an endpoint or a client, safe to show on a terminal: without characters that it would obey."""

import json
import unicodedata

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that a terminal may take for a command or that change the direction of a line (Unicode)."""


def printable(text: object, *, lines: bool = False) -> str:
    """Return a text without characters that a terminal would obey; each becomes U+FFFD.

    A client chooses its ``userName``: an escape sequence in it could rewrite what the operator reads above it.

    :param lines: Whether line ends and tabs stay, as in a stack trace.
    """
    text = str(text)
    if text.isprintable():  # nearly all are: some 100 times faster
        return text
    kept = "\n\t" if lines else ""
    return "".join(
        each if each in kept or unicodedata.category(each) not in _OBEYED else "\N{REPLACEMENT CHARACTER}"
        for each in text
    )


def json_text(value: object, *, indent: int | None = None) -> str:
    """Return a value as JSON, in which every character that a terminal would obey is escaped, such as ``\\u202e``.

    A program that reads the JSON gets the value unchanged.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    return "".join(
        each if each == "\n" or unicodedata.category(each) not in _OBEYED else _escaped(each) for each in text
    )


def _escaped(character: str) -> str:
    return json.dumps(character, ensure_ascii=True)[1:-1]
