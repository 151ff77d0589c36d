"""Pagination by index (RFC 7644 section 3.4.2.4): which resource a page begins with.

``count`` is limited by :data:`lambdas.scim.limits.MAX_PAGE_SIZE`; cursors are in :mod:`lambdas.scim.cursors`.
"""

from typing import Any

from scim2_models import SearchRequest


def first_index(request: SearchRequest[Any]) -> int:
    """Return the zero-based index of a page's first resource.

    ``startIndex`` counts from 1, and "a value less than 1 SHALL be interpreted as 1". scim2-models reads it so.

    >>> [first_index(SearchRequest(start_index=start)) for start in (-3, 0, 1, 2, None)]
    [0, 0, 0, 1, 0]
    """
    return request.start_index_0 or 0
