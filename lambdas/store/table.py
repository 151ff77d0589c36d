"""The table as the store sees it: strongly consistent reads, writes that retry lost races, and a meter on every call.

Contention, load and lost answers are retried until the request's time is up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as UnreachableError

from lambdas.retrying import Backoff
from lambdas.store.keys import Item, Key, key_of
from lambdas.store.meter import Meter
from lambdas.store.transactions import (
    CONTENTION,
    Action,
    ConditionFailed,
    PendingTransaction,
    TooLarge,
    cancellation_codes,
    conditional,
    is_size_error,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_BATCH_KEYS = 100
"""Keys in one BatchGetItem (AWS limit)."""

MAX_BATCH_WRITES = 25
"""Requests in one BatchWriteItem (AWS limit)."""

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
"""Errors after which a retry can succeed, beyond botocore's own attempts."""

NO_ANSWER = (UnreachableError, HTTPClientError)
"""What botocore raises without an answer: no connection, a broken one, or a time-out. The call may have taken effect."""

Answer = TypeVar("Answer", bound=Mapping[str, Any])


class Table:
    """One DynamoDB table, reached through a botocore client.

    :param patient: Whether a call without an answer is retried until the request's time is up. If not, it raises one of
        :data:`NO_ANSWER` after the client's own attempts, so that an operator learns of it at once.
    """

    def __init__(self, client: "DynamoDBClient", name: str, *, patient: bool = True) -> None:
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
            request |= _projection(attributes)
            answer = self._call(self.client.batch_get_item, writes=False, RequestItems={self.name: request})
            items += answer.get("Responses", {}).get(self.name, [])
            unprocessed = answer.get("UnprocessedKeys", {}).get(self.name)
            left = [dict(key) for key in unprocessed["Keys"]] if unprocessed else []
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
        :param limit: The most items to yield.
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
        """Yield all items whose ``pk`` begins with a prefix, in strongly consistent pages.

        It reads, and costs, the whole table: for operator commands, never for a request.
        """
        for page, _ in self.scan_pages(
            FilterExpression="begins_with(#pk, :prefix)",
            ExpressionAttributeNames={"#pk": "pk"},
            ExpressionAttributeValues={":prefix": {"S": prefix}},
        ):
            yield page

    def scan_pages(self, *, after: Key | None = None, **parameters: Any) -> Iterator[tuple[list[Item], Key | None]]:
        """Yield each page of a scan, strongly consistent, with the key after which the next one begins; None for the last.

        It reads, and costs, the whole table: for operator commands, never for a request.

        :param after: Where an interrupted scan resumes.
        :param parameters: Parameters of Scan, such as a filter.
        """
        request: dict[str, Any] = {"TableName": self.name, "ConsistentRead": True, **parameters}
        position = after
        while True:
            if position:
                request["ExclusiveStartKey"] = key_of(position)
            answer = self._call(self.client.scan, writes=False, **request)
            last = answer.get("LastEvaluatedKey")
            position = Key(last["pk"]["S"], last["sk"]["S"]) if last else None
            yield answer.get("Items", []), position
            if position is None:
                return

    def snapshot(self, keys: Sequence[Key], *, attributes: Sequence[str] = ()) -> list[Item | None]:
        """Return up to 100 items as of one moment, in the order of their keys; None for one that does not exist.

        :param attributes: The attributes to return; all when empty.

        :raises OutOfTimeError: When concurrent writes prevent it until the time for retries is up.
        """
        wanted = list(dict.fromkeys(keys))  # DynamoDB refuses one key twice
        get: dict[str, Any] = {"TableName": self.name, **_projection(attributes)}
        gets: list[Any] = [{"Get": {**get, "Key": key_of(key)}} for key in wanted]
        pause = Backoff()
        while True:
            try:
                answer = self._call(self.client.transact_get_items, writes=False, TransactItems=gets)
            except ClientError as error:
                if not CONTENTION.intersection(cancellation_codes(error)):
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
        """Perform one action without a transaction, for half the capacity units.

        A write without an answer is retried and can then meet its own effect, because unlike a transaction it has no token. The
        caller of a conditional write compares the item in :class:`ConditionFailed` with what it wrote.

        :raises ConditionFailed: When its condition does not hold.
        :raises TooLarge: When the item would exceed 400 KB (AWS limit).
        """
        ((kind, request),) = action.items()
        methods: Mapping[str, Callable[..., Mapping[str, Any]]] = {
            "Put": self.client.put_item,
            "Update": self.client.update_item,
            "Delete": self.client.delete_item,
        }
        try:
            self._call(methods[kind], writes=True, **conditional({**request, "TableName": self.name}))
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                found: Any = error.response.get("Item")
                raise ConditionFailed([0], {0: dict(found)} if found else {}) from None
            if is_size_error(error):
                raise TooLarge([0]) from None
            raise

    def update(self, request: Mapping[str, Any]) -> Item:
        """Update an item without a condition, and return it as it is then. The parameters are those of UpdateItem, without a table.

        An update without an answer is retried, so it may be applied twice.
        """
        answer = self._call(
            self.client.update_item, writes=True, TableName=self.name, ReturnValues="ALL_NEW", **request
        )
        return dict(answer["Attributes"])

    def transact(self, actions: Sequence[Action]) -> None:
        """Perform up to 100 actions, all or none but for each :class:`OptionalAction`; contention is retried with jitter.

        :raises ConditionFailed: When the condition of an action that is not optional does not hold; nothing was written.
        :raises TooLarge: When an item or the transaction exceeds a size limit; nothing was written.
        :raises OutOfTimeError: When contention outlives the time for retries.
        """
        pending = PendingTransaction(actions)
        pause = Backoff()
        while pending.left:
            try:
                self._call(self.client.transact_write_items, writes=True, **pending.request(self.name))
            except ClientError as error:
                if pending.settle(error):
                    pause.wait()
            else:
                return

    def batch_delete(self, keys: Iterable[Key]) -> None:
        """Delete items, whether they exist or not, for half the capacity units of transactions; contention is retried.

        It can be interrupted between two batches. IAM needs ``BatchWriteItem``: for operator commands, never for a request.

        :raises OutOfTimeError: When the table did not answer in time.
        """
        left: list[Any] = [{"DeleteRequest": {"Key": key_of(key)}} for key in dict.fromkeys(keys)]
        pause = Backoff()
        while left:
            batch, left = left[:MAX_BATCH_WRITES], left[MAX_BATCH_WRITES:]
            answer = self._call(self.client.batch_write_item, writes=True, RequestItems={self.name: batch})
            unprocessed = answer.get("UnprocessedItems", {}).get(self.name, [])
            if unprocessed:
                left = [*unprocessed, *left]
                pause.wait()
            else:
                pause = Backoff()

    def _call(self, method: Callable[..., Answer], *, writes: bool, **request: Any) -> Answer:
        """Make one call and count it; throttling and lost answers are retried after botocore's own attempts.

        :raises OutOfTimeError: When the table was too busy, or silent, until the time for retries was up.
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


def _projection(attributes: Sequence[str]) -> dict[str, Any]:
    """Return the arguments that make a read return some attributes; none when it is to return all."""
    if not attributes:
        return {}
    names = {f"#{index}": name for index, name in enumerate(attributes)}
    return {"ExpressionAttributeNames": names, "ProjectionExpression": ", ".join(names)}
