"""The stream of a table that an emulator has none for: each write becomes the records that DynamoDB would put on it."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

WRITES = {"transact_write_items", "put_item", "update_item", "delete_item"}

Record = dict[str, Any]


class StreamedClient:
    """A DynamoDB client that keeps the stream's records, in the order of the writes."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.records: list[Record] = []
        self._numbers = itertools.count(1)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)
        return self._streamed(name, method) if name in WRITES else method

    def take(self) -> list[Record]:
        """Return the records since the last call."""
        taken, self.records = self.records, []
        return taken

    def _streamed(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            keys = list(_keys(name, request))
            before = [self._image(*each) for each in keys]
            answer = method(**request)
            for (table, key), old in zip(keys, before, strict=True):
                self._keep(key, old, self._image(table, key))
            return answer

        return call

    def _image(self, table: str, key: dict[str, Any]) -> Any:
        return self.client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")

    def _keep(self, key: dict[str, Any], old: Any, new: Any) -> None:
        if old == new:
            return
        number = next(self._numbers)
        stream: Record = {
            "Keys": key,
            "SequenceNumber": f"{number:021d}",
            "ApproximateCreationDateTime": 1_795_729_729.0 + number,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        }
        stream |= {"OldImage": old} if old else {}
        stream |= {"NewImage": new} if new else {}
        event = "REMOVE" if not new else "INSERT" if not old else "MODIFY"
        self.records.append({"eventID": f"event-{number}", "eventName": event, "dynamodb": stream})


def _keys(name: str, request: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    writes = [(name, request)] if name != "transact_write_items" else []
    for action in request.get("TransactItems", []):
        writes += [(kind, each) for kind, each in action.items() if kind != "ConditionCheck"]
    for _, each in writes:
        key = each.get("Key") or {part: each["Item"][part] for part in ("pk", "sk")}
        yield each["TableName"], key
