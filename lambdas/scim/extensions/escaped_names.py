"""Escaping of attribute names that the grammar of paths and filters cannot read.

``{"X": {"cost.centre": "7", "Kostenstelle (alt)": "8"}}`` is JSON like any other, but the ``ATTRNAME`` of RFC 7644 section 3.4.2.2
is a letter followed by letters, digits, ``$``, ``-`` and ``_``. Inside the protocol such a name is escaped: :data:`PREFIX`, then
the name in UTF-8, with ``$`` and two hexadecimal digits for every byte but lower-case letters, digits, ``-`` and ``_``. So
``cost.centre`` is ``k$cost$2ecentre``. An escaped name has no capital letter, so ``Cost`` and ``cost`` stay apart where the case of
names is folded.

Clients never see an escaped name: names are escaped when a request is read, and unescaped when an answer is written.
"""

import re
from unicodedata import normalize

PREFIX = "k$"
"""The beginning of every escaped name. No declared attribute may begin with it."""

ATTRNAME = re.compile(r"\$?[A-Za-z][A-Za-z0-9$_-]*")
"""An attribute name as the grammar of paths and filters reads it."""

_ESCAPED = re.compile(r"k\$(?:[a-z0-9_-]|\$[0-9a-f]{2})*")
_ESCAPED_IN_TEXT = re.compile(rf"(?<![A-Za-z0-9$_-]){_ESCAPED.pattern}")
_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_")


def escape(name: str) -> str:
    """Return a name in the form that the grammar can read; :func:`unescape` reverses it exactly."""
    octets = name.encode("utf-8", "surrogatepass")
    return PREFIX + "".join(chr(octet) if octet in _KEPT else f"${octet:02x}" for octet in octets)


def is_escaped(name: str) -> bool:
    """Return whether a name has the form that :func:`escape` returns."""
    return _ESCAPED.fullmatch(name) is not None


def unescape(name: str) -> str:
    """Return the name that was escaped; any other name unchanged."""
    if not is_escaped(name):
        return name
    octets = re.sub(rb"\$([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), name[len(PREFIX) :].encode())
    return octets.decode("utf-8", "surrogatepass")


def unescape_all(text: str) -> str:
    """Return a path, or a sentence that contains paths, with every escaped name unescaped."""
    return _ESCAPED_IN_TEXT.sub(lambda match: unescape(match[0]), text) if PREFIX in text else text


def folded(name: str) -> str:
    """Return a name in the form in which two names that mean one attribute are equal (RFC 7643 section 2.1)."""
    return normalize("NFC", normalize("NFC", name).lower())
