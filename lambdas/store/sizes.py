"""The size limits of DynamoDB, checked before a write: 400 KB for an item, shared by all that it holds."""

from collections.abc import Callable

from scim2_models import InvalidValueException

from lambdas.scim.detail import Detail
from lambdas.store import limits
from lambdas.store.items import Stored

BYTES_OF_ELEMENT = 1
"""Bytes that DynamoDB adds for each element of a set."""


def check_text(attribute: str, value: str | None) -> None:
    """Raise an error for a name that is too long to be stored beside a document.

    :param attribute: The attribute's path, such as ``userName``, for the error.
    :raises InvalidValueException: When it exceeds :data:`~lambdas.store.limits.MAX_NAME_BYTES`.
    """
    size = len(value.encode("utf-8", "surrogatepass")) if value else 0
    if size > limits.MAX_NAME_BYTES:
        raise InvalidValueException(
            detail=Detail(
                "{attribute}: the value takes {size:,} bytes; up to {limit:,} are stored. Send a shorter one.",
                attribute=attribute,
                size=size,
                limit=limits.MAX_NAME_BYTES,
            )
        )


def item_bytes(stored: Stored) -> int:
    """Return the size of a resource's item in bytes: the document, the name, the groups and what an operator assigned."""
    texts = [stored.document, stored.name or "", stored.login or ""]
    sets = [*stored.groups, *stored.assigned]
    return sum(len(each.encode()) for each in texts) + sum(len(each.encode()) + BYTES_OF_ELEMENT for each in sets)


def check_item(stored: Stored, before: Stored, attribute: Callable[[], str]) -> None:
    """Raise an error for a change that makes a resource's item larger than DynamoDB stores.

    :param before: The state before the change, which may be too large already.
    :param attribute: Returns the path of the attribute that takes the most, for the error.
    :raises InvalidValueException: When the item exceeds :data:`~lambdas.store.limits.MAX_ITEM_BYTES`.
    """
    size = item_bytes(stored)
    if size > limits.MAX_ITEM_BYTES and size > item_bytes(before):
        raise InvalidValueException(
            detail=Detail(
                "{attribute}: the resource takes {size:,} bytes with the {groups:,} groups it is in, and of its values this "
                "attribute takes the most; up to {limit:,} are stored. Send fewer or shorter values, or remove it from groups.",
                attribute=attribute(),
                size=size,
                groups=len(stored.groups),
                limit=limits.MAX_ITEM_BYTES,
            )
        )
