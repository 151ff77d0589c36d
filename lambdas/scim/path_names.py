"""The names of attributes in PATCH paths, for error details and the log: paths hold values too, in their filters."""

import re

from lambdas.scim.detail import HIDDEN, Shown
from lambdas.scim.dialects.filter_grammar import attribute_in
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
    name = attribute_in(path)
    return _without_values(unescape_all(name)) if name and _NAME.fullmatch(name) else HIDDEN


def _without_values(name: str) -> str:
    """Return the name of an undeclared attribute, which may be any text, up to where it looks like a comparison."""
    found = _MAY_HOLD_A_VALUE.search(name)
    return f"{name[: found.start()]}{HIDDEN}" if found else name


def shown_path(path: str) -> Shown:
    """Return a path as clients write it, with only its attribute in the log."""
    return Shown(unescape_all(path), names_in(path))
