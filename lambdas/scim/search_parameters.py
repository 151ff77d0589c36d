"""The paging and sorting parameters of a search, read leniently: empty ones are absent, and ``sortOrder`` has no case.

``startIndex`` and ``count`` below their minimum count as 1 and 0 (RFC 7644 section 3.4.2.4); the protocol library reads them so.
"""

from typing import Any

MAY_BE_EMPTY = frozenset({"count", "startindex", "sortby", "sortorder", "attributes", "excludedattributes"})
"""The parameters, in lower case, whose empty value counts as absent. An empty ``filter`` is an error, because a search for nothing
in particular would return everybody; an empty ``cursor`` asks for the first page (RFC 9865 section 2.1)."""


def read_search_parameters(payload: Any) -> Any:
    """Return a search without empty parameters, with ``sortOrder`` in lower case; what is not an object is returned as it is.

    >>> read_search_parameters({"count": "", "sortBy": "userName", "sortOrder": "DESCENDING"})
    {'sortBy': 'userName', 'sortOrder': 'descending'}

    :param payload: The query, or the decoded body.
    """
    if not isinstance(payload, dict):
        return payload
    given = {key: value for key, value in payload.items() if not (_may_be_empty(key) and _is_blank(value))}
    return {key: _lowered(value) if key.lower() == "sortorder" else value for key, value in given.items()}


def _may_be_empty(key: str) -> bool:
    return key.lower() in MAY_BE_EMPTY


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
