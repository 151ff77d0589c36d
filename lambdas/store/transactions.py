"""Actions on the table, alone or in transactions, and how DynamoDB refuses them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from lambdas.store.keys import Item

Action = dict[str, Any]
"""One action of a transaction: ``{"Put": {...}}``, without the table's name."""

MAX_TRANSACTION_ACTIONS = 100
"""Actions in one TransactWriteItems (AWS limit)."""

CONTENTION = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Cancellation reasons after which a retry can succeed."""

CONDITION = "ConditionalCheckFailed"
"""The cancellation reason of an action whose condition did not hold."""

ITEM_TOO_LARGE = "ValidationError"
"""The cancellation reason of an action that would make an item larger than 400 KB (AWS limit)."""

TRANSACTION_TOO_LARGE = "ItemCollectionSizeLimitExceeded"
"""The cancellation reason of a transaction of more than 4 MB (AWS limit); the table has no index that could cause it."""


class OptionalAction(dict[str, Any]):
    """An action that is left out of its transaction when its condition does not hold; the rest is written without it."""


class ConditionFailed(Exception):  # noqa: N818 -- an outcome that callers expect and decide upon
    """A conditional write found another state than it was computed from. Nothing was written.

    :ivar failed: The positions of the actions whose condition failed; ``[0]`` for a single write.
    :ivar items: By position, the item that was found instead, where DynamoDB returned it.
    """

    def __init__(self, failed: Sequence[int], items: dict[int, Item]) -> None:
        super().__init__(f"conditions failed: {list(failed)}")
        self.failed = list(failed)
        self.items = items


class TooLarge(Exception):  # noqa: N818 -- an outcome that callers expect and decide upon
    """A write exceeds a size limit of DynamoDB: 400 KB for an item, 4 MB for a transaction. Nothing was written.

    :ivar positions: The positions of the actions whose item is too large, where DynamoDB names them; empty when the transaction is.
    """

    def __init__(self, positions: Sequence[int] = ()) -> None:
        super().__init__(f"too large: {list(positions) or 'the transaction'}")
        self.positions = list(positions)


@dataclass
class PendingTransaction:
    """A transaction until it is written: the actions that are left, under a token that makes retries idempotent.

    The token stays the same while the actions do (AWS: ``ClientRequestToken``, valid for ten minutes). A retry then finds out
    whether an earlier attempt whose answer was lost took effect, even when another retry in between was cancelled.
    """

    actions: Sequence[Action]
    left: dict[int, Action] = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self._set_left(dict(enumerate(self.actions)))

    def request(self, table: str) -> dict[str, Any]:
        """Return the arguments of TransactWriteItems."""
        items = [_on_table(action, table) for action in self.left.values()]
        return {"TransactItems": items, "ClientRequestToken": self.token}

    def settle(self, error: ClientError) -> bool:
        """Decide what an error means, and leave out optional actions whose condition did not hold.

        :return: Whether to pause before the next attempt: after contention.
        :raises ConditionFailed: When the condition of an action that is not optional did not hold.
        :raises TooLarge: When an item or the transaction is too large.
        :raises ClientError: The error itself, when it is about anything else.
        """
        if is_size_error(error):
            raise TooLarge from None
        codes = cancellation_codes(error)
        if CONTENTION.intersection(codes):
            return True
        failed = self._with_code(codes, CONDITION)
        if not failed:
            raise self._size_error(codes) or error
        required = [index for index in failed if not isinstance(self.left[index], OptionalAction)]
        if required:
            reasons = dict(zip(self.left, error.response.get("CancellationReasons", []), strict=True))
            found = {index: dict(item) for index in required if (item := reasons[index].get("Item"))}
            raise ConditionFailed(required, found) from None
        self._set_left({index: action for index, action in self.left.items() if index not in failed})
        return False

    def _with_code(self, codes: Sequence[str | None], code: str) -> list[int]:
        return [index for index, each in zip(self.left, codes, strict=False) if each == code]

    def _size_error(self, codes: Sequence[str | None]) -> TooLarge | None:
        if TRANSACTION_TOO_LARGE in codes:
            return TooLarge()
        positions = self._with_code(codes, ITEM_TOO_LARGE)
        return TooLarge(positions) if positions else None

    def _set_left(self, left: dict[int, Action]) -> None:
        self.left, self.token = left, str(uuid.uuid4())


def is_size_error(error: ClientError) -> bool:
    """Return whether a request was refused as a whole for the size of an item or of the transaction.

    DynamoDB has no error code of its own for either: "Item size has exceeded the maximum allowed size", "Item size to update has
    exceeded ...", "Collection size of items exceeded, ... the 4MB limit".
    """
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    return code == "ValidationException" and "size" in message and "exceeded" in message


def cancellation_codes(error: ClientError) -> list[str | None]:
    """Return why each action of a cancelled transaction was refused; an empty list for any other error."""
    reasons: Sequence[Mapping[str, Any]] = error.response.get("CancellationReasons", [])
    return [reason.get("Code") for reason in reasons]


def _on_table(action: Action, table: str) -> dict[str, Any]:
    ((kind, request),) = action.items()
    return {kind: conditional({**request, "TableName": table})}


def conditional(request: dict[str, Any]) -> dict[str, Any]:
    """Return a write that returns the item it found when its condition does not hold."""
    if "ConditionExpression" in request:
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return request
