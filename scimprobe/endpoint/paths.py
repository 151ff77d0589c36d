"""Attribute paths, as mappings write them and as rules do.

A mapping of an identity provider names one value: `emails[type eq "work"].value`. A schema or a rule names the attribute of
all elements: `emails.value` (RFC 7644 section 3.10).
"""

import re
from typing import Literal

Kind = Literal["User", "Group"]
KINDS: tuple[Kind, ...] = ("User", "Group")

Value = str | bool | int | float | tuple[str, ...]
"""A value of one path; a tuple is a multi-valued attribute of texts, in any order."""

_FILTER = re.compile(r"\[[^\]]*\]")


def plain(path: str) -> str:
    """Return a path without its filter, in lower case: attribute names are compared without case (RFC 7643 section 2.1).

    >>> plain('emails[type eq "work"].value')
    'emails.value'
    """
    return _FILTER.sub("", path).lower()


def parent(path: str) -> str:
    """Return the path of the attribute that a sub-attribute belongs to; the path itself when it is none.

    >>> parent("name.givenName"), parent("urn:ietf:params:scim:schemas:extension:example:2.0:User:badge")
    ('name', 'urn:ietf:params:scim:schemas:extension:example:2.0:User:badge')
    """
    urn, colon, name = path.rpartition(":")
    return f"{urn}{colon}{name.partition('.')[0]}"
