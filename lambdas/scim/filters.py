"""The limits of a filter, checked before it is parsed."""

import re

from scim2_models import InvalidFilterException

from lambdas.scim.limits import MAX_FILTER_LENGTH, MAX_FILTER_NODES

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_JOINT = re.compile(r"(?<=[\s)\]])(?:and|or)(?=[\s(])|\[|(?<![\w.:-])not(?=[\s(])", re.IGNORECASE)


def check_filter(text: str) -> None:
    """Refuse a filter that is longer or has more conditions than any client needs.

    :param text: The filter, decoded.
    :raises InvalidFilterException: When it exceeds :data:`MAX_FILTER_LENGTH` characters or :data:`MAX_FILTER_NODES` conditions.
    """
    if len(text) > MAX_FILTER_LENGTH:
        raise InvalidFilterException(
            detail=f"The filter has {len(text):,} characters; up to {MAX_FILTER_LENGTH:,} are evaluated"
        )
    nodes = 1 + len(_JOINT.findall(_STRING.sub('""', text)))
    if nodes > MAX_FILTER_NODES:
        raise InvalidFilterException(
            detail=f"The filter has {nodes:,} conditions; up to {MAX_FILTER_NODES} are evaluated"
        )
