"""The names of attributes in PATCH paths, for error details and the log: paths hold values too, in their filters."""

import re

from lambdas.scim.detail import HIDDEN, Shown
from lambdas.scim.dialects.filter_grammar import Selection, parse
from lambdas.scim.extensions.escaped_names import unescape_all

_NAME = re.compile(r"[A-Za-z$][\w.$:-]*")
_MAY_HOLD_A_VALUE = re.compile(r'["\[\]<>=@]|\s(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)(?!\w)', re.IGNORECASE)


def names_in(path: str) -> str:
    """Return the attribute of a path without filters and operands; ``?`` for a text that is no path.

    >>> names_in('emails[type eq "work"].value')
    'emails.value'
    >>> names_in('password eq "secret"')
    'password'
    >>> names_in('ann@example.com')
    '?'
    """
    parts = [part for part in parse(path) or () if not isinstance(part, str)]
    if len(parts) != 1:
        return HIDDEN
    (part,) = parts
    name = part.attribute
    if isinstance(part, Selection) and part.tail is not None:
        name = f"{name}.{part.tail.attribute}"
    return _without_values(unescape_all(name)) if _NAME.fullmatch(name) else HIDDEN


def _without_values(name: str) -> str:
    """Return the name of an undeclared attribute, which may be any text, up to where it looks like a comparison."""
    found = _MAY_HOLD_A_VALUE.search(name)
    return f"{name[: found.start()]}{HIDDEN}" if found else name


def shown_path(path: str) -> Shown:
    """Return a path as clients write it, with only its attribute in the log."""
    return Shown(unescape_all(path), names_in(path))
