"""The size of a request, checked before anything expensive is made of it."""

import re
from typing import Any

from scim2_models import (
    BaseModel,
    InvalidFilterException,
    InvalidPathException,
    InvalidValueException,
    PayloadTooLargeException,
    TooManyException,
)

from lambdas.scim import limits
from lambdas.scim.detail import Detail
from lambdas.scim.dialects.filter_grammar import count_conditions
from lambdas.scim.filter_limits import check_filter
from lambdas.scim.json_body import check_number_of_values

OPERATIONS = (
    "The PATCH has {number:,} operations; the limit is {limit:,}. Send several requests, or change many members with one "
    "operation."
)
ALL_OPERATIONS = "The PATCHes have {number:,} operations together; the limit is {limit:,}. Send several requests."
ATTRIBUTES = "The PATCH writes {number:,} attributes; the limit is {limit:,}. Send several requests."
REMOVED = "The PATCH removes {number:,} values; the limit is {limit:,}. Send several requests."
CONDITIONS = "The paths of the PATCH have {number:,} conditions; the limit is {limit:,}. Send several requests."
MEMBERS = "The body has {number:,} members; the limit is {limit:,}. Send a PATCH that adds and removes the members that change."
PATH = "A path of the PATCH has {number:,} characters; the limit is {limit:,}."

_MAY_SELECT = re.compile(r'[\["\s]')
"""What every path with a filter has."""


def check_resource(payload: Any, model: type[BaseModel]) -> None:
    """Check the size of the body of a POST or PUT.

    :param payload: The decoded body.
    :param model: What it is read as; a group may have many more values than a user.
    :raises TooManyException: When it has more values or members than a limit.
    """
    if "members" not in model.model_fields:
        check_number_of_values(*_count(payload), limits.MAX_USER_ELEMENTS, limits.MAX_USER_JSON_VALUES)
        return
    members = member_of(payload, "members")
    _check_number(len(members) if isinstance(members, list) else 0, limits.MAX_MEMBERS_REPLACED, MEMBERS)


def check_patch(payload: Any, model: type[BaseModel]) -> None:
    """Check the size of a PATCH.

    :param payload: The decoded body.
    :param model: The model of the resource.
    :raises TooManyException: When it has more operations, values, conditions in paths or written attributes than the limits.
    :raises InvalidPathException: When a path is longer than :data:`limits.MAX_FILTER_LENGTH`.
    :raises InvalidFilterException: When the filter of a path exceeds the limits of filters.
    """
    check_resource(payload, model)
    _check_operations([payload], limits.MAX_PATCH_OPERATIONS)


def check_bulk(payload: Any) -> None:
    """Check the size of a bulk request.

    :param payload: The decoded body.
    :raises PayloadTooLargeException: When it has more than :data:`limits.MAX_BULK_OPERATIONS` operations (RFC 7644 section 3.7.4).
    :raises TooManyException: When one PATCH in it, or all together, exceed a limit.
    :raises InvalidFilterException: When the filter of a path exceeds the limits of filters.
    """
    operations = member_of(payload, "operations")
    if not isinstance(operations, list):
        return
    if len(operations) > limits.MAX_BULK_OPERATIONS:
        detail = "The request has {number:,} operations; maxOperations is {limit:,}. Send several requests."
        raise PayloadTooLargeException(detail=Detail(detail, number=len(operations), limit=limits.MAX_BULK_OPERATIONS))
    check_number_of_values(*_count(payload), limits.MAX_BULK_ELEMENTS, limits.MAX_JSON_VALUES)
    _check_operations([member_of(each, "data") for each in operations], limits.MAX_BULK_PATCH_OPERATIONS)


def check_search(payload: Any) -> None:
    """Check the size of a search.

    :param payload: The query, or the decoded body.
    :raises InvalidFilterException: When the filter is too long or has too many conditions.
    :raises InvalidValueException: When a list of attributes has more than :data:`limits.MAX_ATTRIBUTES` names, or a parameter more
        than :data:`limits.MAX_FILTER_LENGTH` characters.
    """
    text = member_of(payload, "filter")
    if isinstance(text, str):
        check_filter(text)
    for name in ("attributes", "excludedAttributes", "sortBy", "cursor"):
        sent = member_of(payload, name)
        names = sent if isinstance(sent, list) else str(sent or "").split(",")
        _check_text(name, "names", len(names), limits.MAX_ATTRIBUTES)
        _check_text(name, "characters", sum(len(str(each)) for each in names), limits.MAX_FILTER_LENGTH)


def _check_text(name: str, counted: str, number: int, limit: int) -> None:
    if number > limit:
        detail = "{name} has {number:,} {counted}; the limit is {limit:,}."
        raise InvalidValueException(detail=Detail(detail, name=name, number=number, counted=counted, limit=limit))


def member_of(payload: Any, name: str) -> Any:
    """Return a member of a decoded message, whatever the case of its name; None when there is none."""
    if not isinstance(payload, dict):
        return None
    return next((value for key, value in payload.items() if str(key).lower() == name.lower()), None)


def _count(payload: Any) -> tuple[int, int]:
    """Return how many elements all lists in a body have, and how many values there are."""
    elements = values = 0
    level = [payload]
    while level:
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += each.values()
            elif isinstance(each, list):
                elements += len(each)
                below += each
        values += len(below)
        level = below
    return elements, values


def _check_operations(patches: list[Any], most: int) -> None:
    """Check the operations of PATCHes, each alone and all together.

    :param most: The largest number of all operations.
    """
    paths = conditions = number = removed = 0
    for patch in patches:
        operations = member_of(patch, "operations")
        operations = operations if isinstance(operations, list) else []
        _check_number(len(operations), limits.MAX_PATCH_OPERATIONS, OPERATIONS)
        number += len(operations)
        _check_number(number, most, ALL_OPERATIONS)
        removed += sum(map(_removed_by, operations))
        _check_number(removed, limits.MAX_PATCH_REMOVED, REMOVED)
        keys = [key for each in operations for key in _keys_in(member_of(each, "value"))]
        paths += len(keys)
        _check_number(paths, limits.MAX_PATCH_PATHS, ATTRIBUTES)
        for text in [*(member_of(each, "path") for each in operations), *keys]:
            if isinstance(text, str) and len(text) > limits.MAX_FILTER_LENGTH:
                detail = Detail(PATH, number=len(text), limit=limits.MAX_FILTER_LENGTH)
                raise (
                    InvalidFilterException(detail=detail)
                    if _MAY_SELECT.search(text)
                    else InvalidPathException(detail=detail)
                )
            if isinstance(text, str) and _MAY_SELECT.search(text):
                check_filter(text)
                conditions += count_conditions(text)
        _check_number(conditions, limits.MAX_PATCH_CONDITIONS, CONDITIONS)


def _removed_by(operation: Any) -> int:
    """Return how many values an operation lists that it removes."""
    op, value = member_of(operation, "op"), member_of(operation, "value")
    return len(value) if isinstance(value, list) and str(op).lower() == "remove" else 0


def _keys_in(value: Any) -> list[str]:
    """Return the keys of an object that a PATCH writes and of the objects in it, each of which is a path or a name."""
    if not isinstance(value, dict):
        return []
    return [*value, *(key for inner in value.values() if isinstance(inner, dict) for key in inner)]


def _check_number(number: int, limit: int, detail: str) -> None:
    if number > limit:
        raise TooManyException(detail=Detail(detail, number=number, limit=limit))
