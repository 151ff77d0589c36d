"""The table as the store sees it: strongly consistent reads, transactions that retry lost races, and a meter on every call.

What another attempt can cure, contention, load or silence, is tried again until a request's time is up.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as UnreachableError

from lambdas.retrying import Backoff
from lambdas.store.keys import Key

Item = dict[str, Any]
"""An item in DynamoDB's low-level form: ``{"pk": {"S": "..."}, ...}``."""

Action = dict[str, Any]
"""One action of a transaction: ``{"Put": {...}}``, without the table's name."""

MAX_TRANSACTION_ACTIONS = 100
"""Actions in one TransactWriteItems (AWS limit)."""

MAX_BATCH_KEYS = 100
"""Keys in one BatchGetItem (AWS limit)."""

CONTENTION = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
"""Cancellation reasons that another attempt can cure."""

CONDITION = "ConditionalCheckFailed"

RETRIED_ERRORS = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Errors that another attempt can cure, after botocore's own attempts."""

NO_ANSWER = (UnreachableError, HTTPClientError)
"""What botocore raises when it had no answer: no connection, a broken one, or one that stayed silent. The call may have
taken effect all the same."""

T = TypeVar("T")


class OptionalAction(dict[str, Any]):
    """An action of a transaction that is left out, and the rest written without it, when its own condition does not hold."""


class ConditionFailed(Exception):  # noqa: N818 -- an outcome that callers expect and decide upon
    """A conditional write found another state than it was computed from.

    :ivar failed: The positions of the actions whose condition failed; ``[0]`` for a single write.
    :ivar items: By position, the item that was found instead, where DynamoDB returned it.
    """

    def __init__(self, failed: Sequence[int], items: dict[int, Item]) -> None:
        super().__init__(f"conditions failed: {list(failed)}")
        self.failed = list(failed)
        self.items = items


@dataclass
class Meter:
    """What a request cost: DynamoDB calls and capacity units, exact, as DynamoDB returned them."""

    calls: int = 0
    read_units: float = 0.0
    write_units: float = 0.0

    def reset(self) -> None:
        """Start counting anew."""
        self.calls, self.read_units, self.write_units = 0, 0.0, 0.0

    def fields(self) -> dict[str, float]:
        """Return the cost as fields of a log record."""
        return {"dynamodb_calls": self.calls, "read_units": self.read_units, "write_units": self.write_units}

    def count(self, answer: dict[str, Any], *, writes: bool) -> None:
        """Count one call and the units that its answer reports."""
        self.calls += 1
        consumed = answer.get("ConsumedCapacity") or []
        for each in consumed if isinstance(consumed, list) else [consumed]:
            units = float(each.get("CapacityUnits") or 0.0)
            reads, written = each.get("ReadCapacityUnits"), each.get("WriteCapacityUnits")
            if writes:
                # A transaction that is sent again after it took effect consumes read units (AWS).
                self.write_units += float(written) if written is not None else units - float(reads or 0.0)
                self.read_units += float(reads or 0.0)
            else:
                self.read_units += float(reads) if reads is not None else units


class Table:
    """One DynamoDB table, reached through a boto3 low-level client."""

    def __init__(self, client: Any, name: str, *, patient: bool = True) -> None:
        """Take a ``boto3.client("dynamodb")`` and the table's name.

        :param patient: Whether a call that the client had no answer to is sent again, as for a request; an operator would
            rather know at once, and gets one of :data:`NO_ANSWER`.
        """
        self.client = client
        self.name = name
        self.patient = patient
        self.meter = Meter()

    def get(self, key: Key) -> Item | None:
        """Return one item, strongly consistent, or None."""
        answer = self._call(
            self.client.get_item, writes=False, TableName=self.name, Key=key_of(key), ConsistentRead=True
        )
        return answer.get("Item")

    def batch_get(self, keys: Iterable[Key], *, attributes: Sequence[str] = ()) -> list[Item]:
        """Return the items that exist among these keys, strongly consistent, in no order.

        :param attributes: The attributes to return; all when empty. It saves transfer, not capacity units.
        """
        wanted = [key_of(key) for key in dict.fromkeys(keys)]
        items: list[Item] = []
        pause = Backoff()
        while wanted:
            batch, wanted = wanted[:MAX_BATCH_KEYS], wanted[MAX_BATCH_KEYS:]
            request: dict[str, Any] = {"Keys": batch, "ConsistentRead": True}
            if attributes:
                request["ExpressionAttributeNames"] = {f"#{i}": name for i, name in enumerate(attributes)}
                request["ProjectionExpression"] = ", ".join(request["ExpressionAttributeNames"])
            answer = self._call(self.client.batch_get_item, writes=False, RequestItems={self.name: request})
            items += answer.get("Responses", {}).get(self.name, [])
            left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            if left:
                wanted = left + wanted
                pause.wait()
        return items

    def query(
        self,
        pk: str,
        *,
        after: str | None = None,
        start: str | None = None,
        limit: int | None = None,
        backwards: bool = False,
        attributes: Sequence[str] = (),
    ) -> Iterator[Item]:
        """Yield the items of a partition in the order of their sort keys, page by page as they are consumed.

        :param after: Yield only sort keys beyond this one (before it, when ``backwards``).
        :param start: Yield only sort keys from this one on (up to it, when ``backwards``).
        :param limit: The most items to yield. What a filter leaves out belongs to the caller.
        """
        for page in self.pages(pk, after=after, start=start, limit=limit, backwards=backwards, attributes=attributes):
            yield from page

    def pages(
        self,
        pk: str,
        *,
        after: str | None = None,
        start: str | None = None,
        limit: int | None = None,
        backwards: bool = False,
        attributes: Sequence[str] = (),
    ) -> Iterator[list[Item]]:
        """Yield the pages of :meth:`query`: each is one call and at most 1 MB (AWS limit)."""
        request = self._query_request(pk, after, start, backwards, attributes)
        left = limit
        while left is None or left > 0:
            if left is not None:
                request["Limit"] = left
            answer = self._call(self.client.query, writes=False, **request)
            items = answer.get("Items", [])
            if left is not None:
                left -= len(items)
            yield items
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def scan(self, prefix: str) -> Iterator[list[Item]]:
        """Yield all items whose ``pk`` begins with a prefix, in pages, each strongly consistent.

        It reads, and costs, the whole table: for operators, never for a request.
        """
        request: dict[str, Any] = {
            "TableName": self.name,
            "ConsistentRead": True,
            "FilterExpression": "begins_with(#pk, :prefix)",
            "ExpressionAttributeNames": {"#pk": "pk"},
            "ExpressionAttributeValues": {":prefix": {"S": prefix}},
        }
        while True:
            answer = self._call(self.client.scan, writes=False, **request)
            yield answer.get("Items", [])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def snapshot(self, keys: Sequence[Key]) -> list[Item | None]:
        """Return up to 100 items as they were at one moment, in the order of their keys; None for one that was not there.

        :raises OutOfTimeError: When writes under way keep it from one moment until the time for attempts is up.
        """
        wanted = list(dict.fromkeys(keys))  # one item twice is refused
        gets = [{"Get": {"TableName": self.name, "Key": key_of(key)}} for key in wanted]
        pause = Backoff()
        while True:
            try:
                answer = self._call(self.client.transact_get_items, writes=False, TransactItems=gets)
            except ClientError as error:
                if not CONTENTION.intersection(_reasons(error)):
                    raise
                pause.wait()
            else:
                found = dict(zip(wanted, (each.get("Item") for each in answer["Responses"]), strict=True))
                return [found[key] for key in keys]

    def _query_request(
        self, pk: str, after: str | None, start: str | None, backwards: bool, attributes: Sequence[str]
    ) -> dict[str, Any]:
        names = {"#pk": "pk"}
        request: dict[str, Any] = {
            "TableName": self.name,
            "ConsistentRead": True,
            "ScanIndexForward": not backwards,
            "KeyConditionExpression": "#pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
        }
        if after is not None or start is not None:
            sign = ("<" if backwards else ">") + ("" if after is not None else "=")
            names["#sk"] = "sk"
            request["KeyConditionExpression"] += f" AND #sk {sign} :sk"
            request["ExpressionAttributeValues"][":sk"] = {"S": after if after is not None else start}
        if attributes:
            names |= {f"#{i}": name for i, name in enumerate(attributes)}
            request["ProjectionExpression"] = ", ".join(f"#{i}" for i in range(len(attributes)))
        request["ExpressionAttributeNames"] = names
        return request

    def write(self, action: Action) -> None:
        """Perform one action alone: half the capacity units of a transaction.

        Without an answer it is sent again, and may then meet its own effect: unlike a transaction it has no token that would
        tell. Who sends a conditional action compares what was found with what it wrote.

        :raises ConditionFailed: When its condition does not hold.
        """
        ((kind, request),) = action.items()
        method = {
            "Put": self.client.put_item,
            "Update": self.client.update_item,
            "Delete": self.client.delete_item,
        }[kind]
        request = {**request, "TableName": self.name}
        if "ConditionExpression" in request:
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            self._call(method, writes=True, **request)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                found = error.response.get("Item")
                raise ConditionFailed([0], {0: found} if found else {}) from None
            raise

    def transact(self, actions: Sequence[Action]) -> None:
        """Perform up to 100 actions, all or none but for each :class:`OptionalAction`; a lost race is tried again with jitter.

        A transaction that stays without an answer is sent again under the same token, so that it takes effect once at most
        (AWS: ``ClientRequestToken``, for ten minutes). A cancelled one wrote nothing: its next attempt has a new token.

        :raises ConditionFailed: When the condition of an action that is not optional does not hold; nothing was written.
        :raises OutOfTimeError: When contention outlives the time for attempts.
        """
        left = dict(enumerate(actions))
        pause = Backoff()
        while left:
            items = [self._transacted(action) for action in left.values()]
            try:
                self._call(
                    self.client.transact_write_items,
                    writes=True,
                    TransactItems=items,
                    ClientRequestToken=str(uuid.uuid4()),
                )
            except ClientError as error:
                failed = _failed_conditions(error, list(left))
                if failed is None:
                    pause.wait()
                    continue
                needed = {index: item for index, item in failed.items() if not isinstance(left[index], OptionalAction)}
                if needed:
                    raise ConditionFailed(list(needed), {i: item for i, item in needed.items() if item}) from None
                left = {index: action for index, action in left.items() if index not in failed}
            else:
                return

    def _transacted(self, action: Action) -> dict[str, Any]:
        """Return an action as an item of a transaction on the table."""
        ((kind, request),) = action.items()
        request = {**request, "TableName": self.name}
        if "ConditionExpression" in request:
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return {kind: request}

    def _call(self, method: Callable[..., dict[str, Any]], *, writes: bool, **request: Any) -> dict[str, Any]:
        """Make one call, counted; what botocore gave up on, for load or without an answer, is tried again in time.

        :raises OutOfTimeError: When the table was too busy, or silent, until the time for attempts was up.
        """
        pause = Backoff()
        while True:
            try:
                answer = method(ReturnConsumedCapacity="TOTAL", **request)
            except ClientError as error:
                self.meter.calls += 1
                if error.response["Error"]["Code"] not in RETRIED_ERRORS:
                    raise
                pause.wait()
            except NO_ANSWER:
                self.meter.calls += 1
                if not self.patient:
                    raise
                pause.wait()
            else:
                self.meter.count(answer, writes=writes)
                return answer


def _failed_conditions(error: ClientError, indexes: Sequence[int]) -> dict[int, Item | None] | None:
    """Return the actions of a cancelled transaction whose conditions did not hold, each with the item that was found.

    :param indexes: What the transaction's actions are known by, in their order.
    :return: None when it lost a race, and may be tried again.
    :raises ClientError: The error itself, when it is about anything else.
    """
    if error.response["Error"]["Code"] != "TransactionCanceledException":
        raise error
    codes = _reasons(error)
    if CONTENTION.intersection(codes):
        return None
    reasons = error.response.get("CancellationReasons", [])
    failed = {
        index: reason.get("Item") or None
        for index, reason, code in zip(indexes, reasons, codes, strict=True)
        if code == CONDITION
    }
    if not failed:
        raise error
    return failed


def _reasons(cancelled: ClientError) -> list[str | None]:
    """Return why each action of a transaction was cancelled; nothing for any other error."""
    return [reason.get("Code") for reason in cancelled.response.get("CancellationReasons", [])]


def key_of(key: Key) -> Item:
    """Return a key in DynamoDB's low-level form."""
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
