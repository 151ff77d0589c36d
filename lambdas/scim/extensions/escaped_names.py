"""Attribute names that the grammar of paths and filters cannot read, written so that it can.

``{"X": {"cost.centre": "7", "Kostenstelle (alt)": "8"}}`` is JSON like any other, but the ``ATTRNAME`` of RFC 7644 section 3.4.2.2
is a letter followed by letters, digits, ``$``, ``-`` and ``_``. Inside the protocol such a name is escaped: :data:`PREFIX`, then
the name in UTF-8, with ``$`` and two hexadecimal digits for every byte but lower-case letters, digits, ``-`` and ``_``. So
``cost.centre`` is ``k$cost$2ecentre``. An escaped name has no capital letter: whoever folds the case of names still tells ``Cost``
from ``cost``.

Clients never see an escaped name: what they send is escaped when it is read, and what they get is unescaped when it is written.
"""

import re
from unicodedata import normalize

PREFIX = "k$"
"""What every escaped name begins with. No attribute that a schema declares may begin so."""

ATTRNAME = re.compile(r"\$?[A-Za-z][A-Za-z0-9$_-]*")
"""An attribute name as the grammar of paths and filters reads it."""

_ESCAPED = re.compile(r"k\$(?:[a-z0-9_-]|\$[0-9a-f]{2})*")
_ESCAPED_IN_TEXT = re.compile(rf"(?<![A-Za-z0-9$_-]){_ESCAPED.pattern}")
_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789-_")


def escape(name: str) -> str:
    """Return a name in the form that every part of the protocol can read; :func:`unescape` gives it back exactly."""
    octets = name.encode("utf-8", "surrogatepass")
    return PREFIX + "".join(chr(octet) if octet in _KEPT else f"${octet:02x}" for octet in octets)


def is_escaped(name: str) -> bool:
    """Tell whether a name has the form that :func:`escape` gives."""
    return _ESCAPED.fullmatch(name) is not None


def unescape(name: str) -> str:
    """Return the name that was escaped; any other comes back as it is."""
    if not is_escaped(name):
        return name
    octets = re.sub(rb"\$([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), name[len(PREFIX) :].encode())
    return octets.decode("utf-8", "surrogatepass")


def unescape_all(text: str) -> str:
    """Return a path, or a sentence with paths in it, with every escaped name in it unescaped."""
    return _ESCAPED_IN_TEXT.sub(lambda match: unescape(match[0]), text) if PREFIX in text else text


def folded(name: str) -> str:
    """Return a name in the form in which two names that mean one attribute are equal (RFC 7643 section 2.1)."""
    return normalize("NFC", normalize("NFC", name).lower())
