"""The function that publishes change events from the table's stream.

It is a consumer of its own beside ``changes``: a sweep that takes minutes delays no event, and a bus that refuses events delays no
sweep. Nothing here is part of a request.
"""

import json
import os
from typing import Any

from aws_lambda_powertools import Logger
from botocore.config import Config

from lambdas import records
from lambdas.clients import connector
from lambdas.environment.file import load_deployed
from lambdas.environment.product import Product
from lambdas.eventing.event import Event
from lambdas.eventing.publisher import Publisher, RejectedEntries
from lambdas.events.changes import UNREADABLE, Change, read_change
from lambdas.events.translation import Translator
from lambdas.records import Kind
from lambdas.retrying import request_time
from lambdas.store.client import open_client
from lambdas.store.schema import SchemaCheck
from lambdas.store.table import Table

AWS = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})

RESERVE_SECONDS = 20
"""Kept of the function's time for the call under way."""

SETTINGS = load_deployed()
connect = connector(AWS)
PRODUCT = Product.of(SETTINGS)
FULL = SETTINGS.events is not None and SETTINGS.events.content == "full"
ENVIRONMENT = os.environ["ENVIRONMENT"]
CLIENT, _ = open_client(AWS)
TABLE = Table(CLIENT, os.environ["TABLE_NAME"])
SCHEMA = SchemaCheck(TABLE)
PUBLISHER = Publisher.deployed(lambda: connect("events"))
QUEUE: Any = connect("sqs")
logger = Logger(use_rfc3339=True, utc=True, location=None)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Publish the events of a batch of stream records.

    A record that no attempt can read, or an event that the bus refuses for good, goes to the dead-letter queue, and the others are
    published: one record never holds up its shard.

    :return: The records whose events another attempt may publish (``batchItemFailures``); Lambda delivers the batch again from the
        first of them.
    :raises NewerSchemaError: When the table has a newer schema; likewise.
    :raises Exception: When the table or the bus does not answer; Lambda delivers the whole batch again.
    """
    logger.append_keys(function_request_id=context.aws_request_id)
    with request_time(context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS):
        SCHEMA.require()
        changes, failed = _read(event["Records"])
        assert PUBLISHER is not None  # noqa: S101 -- the function is deployed with its bus only
        translator = Translator(TABLE, PRODUCT, PUBLISHER.source, full=FULL)
        events = translator.translate(changes)
        for origin, error in translator.unreadable:
            _set_aside(origin.event_id, origin.sequence_number, type(error).__name__)
        rejected = _publish(events)
        for refused, code in rejected.refused:
            _set_aside(refused.jti, refused.txn, code)
    failed += len(translator.unreadable) + len(rejected.refused)
    _log(changes, len(events) - len(rejected.retryable) - len(rejected.refused), failed)
    return {"batchItemFailures": [{"itemIdentifier": each} for each in sorted({e.txn for e in rejected.retryable})]}


def _read(stream: list[dict[str, Any]]) -> tuple[list[Change], int]:
    """Return the changes in stream records, and how many records cannot be read."""
    changes: list[Change] = []
    failed = 0
    for record in stream:
        try:
            change = read_change(record)
        except UNREADABLE as error:
            # The text of such an exception may be a part of the item, so only its name is kept.
            failed += 1
            _set_aside(
                record.get("eventID"), (record.get("dynamodb") or {}).get("SequenceNumber"), type(error).__name__
            )
            continue
        if change is not None:
            changes.append(change)
    return changes, failed


def _publish(events: list[Event]) -> RejectedEntries:
    """Publish events, and return those that were not taken."""
    assert PUBLISHER is not None  # noqa: S101
    try:
        PUBLISHER.publish(events)
    except RejectedEntries as rejected:
        return rejected
    return RejectedEntries([], [])


def _set_aside(event_id: str | None, sequence_number: str | None, reason: str) -> None:
    """Send where an unpublished change stands in the stream, and no data of it, to the dead-letter queue."""
    place = {"event_id": event_id, "sequence_number": sequence_number, "reason": reason}
    QUEUE.send_message(QueueUrl=os.environ["DEAD_LETTERS"], MessageBody=json.dumps(place))
    logger.error("A change of the directory was not published", extra=place)


def _log(changes: list[Change], published: int, failed: int) -> None:
    counts = {"changes": len(changes), records.EVENTS_PUBLISHED: published, records.EVENTS_FAILED: failed}
    if published or failed:
        record = records.record(Kind.EVENTS, environment=ENVIRONMENT, **counts)
        logger.info("Published change events", extra=records.with_metrics(record))
