"""The size limits of DynamoDB, checked before a write: 400 KB for an item, shared by all that it holds."""

from collections.abc import Callable

from scim2_models import InvalidValueException

from lambdas.scim.detail import Detail
from lambdas.store.items import Stored

MAX_ITEM_BYTES = 409_600 - 1_024
"""Bytes of an item: 400 KB (AWS limit), less a reserve for the numbers and names of its attributes."""

MAX_NAME_BYTES = 4_096
"""Bytes of a ``userName``, a group's ``displayName`` or a member's ``display``. They are stored beside the document and shown with
every reference, up to 2,500 times in one user's ``groups``."""

BYTES_OF_ELEMENT = 1
"""Bytes that DynamoDB adds for each element of a set."""


def check_text(attribute: str, value: str | None) -> None:
    """Refuse a name that is too long to be stored beside a document.

    :param attribute: The attribute's path, such as ``userName``, for the error.
    :raises InvalidValueException: When it exceeds :data:`MAX_NAME_BYTES`.
    """
    size = len(value.encode("utf-8", "surrogatepass")) if value else 0
    if size > MAX_NAME_BYTES:
        raise InvalidValueException(
            detail=Detail(
                "{attribute}: the value takes {size:,} bytes; up to {limit:,} are stored. Send a shorter one.",
                attribute=attribute,
                size=size,
                limit=MAX_NAME_BYTES,
            )
        )


def item_bytes(stored: Stored) -> int:
    """Return the size of a resource's item in bytes: the document, the name, the groups and what an operator assigned."""
    texts = [stored.document, stored.name or "", stored.login or ""]
    sets = [*stored.groups, *stored.assigned]
    return sum(len(each.encode()) for each in texts) + sum(len(each.encode()) + BYTES_OF_ELEMENT for each in sets)


def check_item(stored: Stored, before: Stored, attribute: Callable[[], str]) -> None:
    """Refuse a change that makes a resource's item larger than DynamoDB stores.

    :param before: The state before the change, which may be too large already.
    :param attribute: Returns the path of the attribute that takes the most, for the error.
    :raises InvalidValueException: When the item exceeds :data:`MAX_ITEM_BYTES`.
    """
    size = item_bytes(stored)
    if size > MAX_ITEM_BYTES and size > item_bytes(before):
        raise InvalidValueException(
            detail=Detail(
                "{attribute}: the resource takes {size:,} bytes with the {groups:,} groups it is in, and of its values this "
                "attribute takes the most; up to {limit:,} are stored. Send fewer or shorter values, or remove it from groups.",
                attribute=attribute(),
                size=size,
                groups=len(stored.groups),
                limit=MAX_ITEM_BYTES,
            )
        )
