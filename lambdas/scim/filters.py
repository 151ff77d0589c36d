"""The limits of a filter, checked before it is parsed."""

from scim2_models import InvalidFilterException

from lambdas.scim.dialects.filter_grammar import count_conditions
from lambdas.scim.limits import MAX_FILTER_LENGTH, MAX_FILTER_NODES


def check_filter(text: str) -> None:
    """Raise an error for a filter that is longer or has more conditions than any client needs.

    :param text: The filter, decoded.
    :raises InvalidFilterException: When it exceeds :data:`MAX_FILTER_LENGTH` characters or :data:`MAX_FILTER_NODES` conditions.
    """
    if len(text) > MAX_FILTER_LENGTH:
        raise InvalidFilterException(
            detail=f"The filter has {len(text):,} characters; up to {MAX_FILTER_LENGTH:,} are evaluated"
        )
    conditions = count_conditions(text)
    if conditions > MAX_FILTER_NODES:
        raise InvalidFilterException(
            detail=f"The filter has {conditions:,} conditions; up to {MAX_FILTER_NODES} are evaluated"
        )
