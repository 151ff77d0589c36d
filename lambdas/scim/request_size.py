"""The size of a request, checked before anything expensive is made of it."""

from typing import Any

from scim2_models import InvalidValueException, PayloadTooLargeException, TooManyException

from lambdas.scim import limits
from lambdas.scim.detail import Detail
from lambdas.scim.filter_limits import check_filter


def check_patch(payload: Any) -> None:
    """Check the size of a PATCH.

    :param payload: The decoded body.
    :raises TooManyException: When it has more than :data:`limits.MAX_PATCH_OPERATIONS` operations or writes more than
        :data:`limits.MAX_PATCH_PATHS` attributes.
    """
    operations = member_of(payload, "operations")
    if isinstance(operations, list) and len(operations) > limits.MAX_PATCH_OPERATIONS:
        raise TooManyException(
            detail=Detail(
                "The PATCH has {number:,} operations; the limit is {limit:,}. Send several requests, or change many members with "
                "one operation.",
                number=len(operations),
                limit=limits.MAX_PATCH_OPERATIONS,
            )
        )
    _check_paths(_paths_in(payload))


def check_bulk(payload: Any) -> None:
    """Check the size of a bulk request.

    :param payload: The decoded body.
    :raises PayloadTooLargeException: When it has more than :data:`limits.MAX_BULK_OPERATIONS` operations (RFC 7644 section 3.7.4).
    :raises TooManyException: When its PATCHes write more than :data:`limits.MAX_PATCH_PATHS` attributes together.
    """
    operations = member_of(payload, "operations")
    if not isinstance(operations, list):
        return
    if len(operations) > limits.MAX_BULK_OPERATIONS:
        detail = "The request has {number:,} operations; maxOperations is {limit:,}. Send several requests."
        raise PayloadTooLargeException(detail=Detail(detail, number=len(operations), limit=limits.MAX_BULK_OPERATIONS))
    _check_paths(sum(_paths_in(member_of(each, "data")) for each in operations))


def check_search(payload: Any) -> None:
    """Check the size of a search.

    :param payload: The query, or the decoded body.
    :raises InvalidFilterException: When the filter is too long or has too many conditions.
    :raises InvalidValueException: When a list of attributes has more than :data:`limits.MAX_ATTRIBUTES` names.
    """
    text = member_of(payload, "filter")
    if isinstance(text, str):
        check_filter(text)
    for name in ("attributes", "excludedAttributes"):
        paths = member_of(payload, name)
        number = len(paths) if isinstance(paths, list) else str(paths or "").count(",") + 1
        if number > limits.MAX_ATTRIBUTES:
            raise InvalidValueException(
                detail=Detail(
                    "{name} has {number:,} names; the limit is {limit}.",
                    name=name,
                    number=number,
                    limit=limits.MAX_ATTRIBUTES,
                )
            )


def member_of(payload: Any, name: str) -> Any:
    """Return a member of a decoded message, whatever the case of its name; None when there is none."""
    if not isinstance(payload, dict):
        return None
    return next((value for key, value in payload.items() if str(key).lower() == name.lower()), None)


def _paths_in(payload: Any) -> int:
    """Return how many attributes a PATCH writes: the keys of its values, each of which is a path or a name."""
    operations = member_of(payload, "operations")
    values = [member_of(each, "value") for each in operations] if isinstance(operations, list) else []
    objects = [each for each in values if isinstance(each, dict)]
    inside = [each for one in objects for each in one.values() if isinstance(each, dict)]
    return sum(map(len, [*objects, *inside]))


def _check_paths(number: int) -> None:
    if number > limits.MAX_PATCH_PATHS:
        raise TooManyException(
            detail=Detail(
                "The PATCH writes {number:,} attributes; the limit is {limit:,}. Send several requests.",
                number=number,
                limit=limits.MAX_PATCH_PATHS,
            )
        )
