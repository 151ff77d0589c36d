"""``attributes`` that name values by a filter.

``GET /Users/2819c223?attributes=emails[type eq "work"]``: Microsoft's Postman collection (idp-behaviour 2.3). RFC 7644
section 3.9 knows only attributes, so the whole attribute is returned.
"""

import re

_BRACKETS = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]')


def filtered_attribute(path: str) -> str:
    """Return an attribute's path without what its brackets hold."""
    return _BRACKETS.sub("", path)


def split_attributes(text: str) -> list[str]:
    """Split a list of attributes at its commas, except those between brackets."""
    held = [match[0] for match in _BRACKETS.finditer(text)]
    parts = _BRACKETS.sub("[]", text).split(",")
    restored = iter(held)
    return [re.sub(r"\[\]", lambda _: next(restored), part) for part in parts]
