"""The limits of a filter, checked before it is parsed."""

from scim2_models import InvalidFilterException

from lambdas.scim.detail import Detail
from lambdas.scim.dialects.filter_grammar import count_conditions
from lambdas.scim.limits import MAX_FILTER_LENGTH, MAX_FILTER_NODES

TOO_LONG = "The filter has {number:,} characters; the limit is {limit:,}."
TOO_MANY = "The filter has {number:,} conditions; the limit is {limit:,}."


def check_filter(text: str) -> None:
    """Raise an error for a filter that is longer or has more conditions than any client needs.

    :param text: The filter, decoded.
    :raises InvalidFilterException: When it exceeds :data:`MAX_FILTER_LENGTH` characters or :data:`MAX_FILTER_NODES` conditions.
    """
    if len(text) > MAX_FILTER_LENGTH:
        raise InvalidFilterException(detail=Detail(TOO_LONG, number=len(text), limit=MAX_FILTER_LENGTH))
    conditions = count_conditions(text)
    if conditions > MAX_FILTER_NODES:
        raise InvalidFilterException(detail=Detail(TOO_MANY, number=conditions, limit=MAX_FILTER_NODES))
