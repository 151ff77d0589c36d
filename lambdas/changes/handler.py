"""What the table's stream triggers: sweeping what a deleted group left behind.

The group itself, its name and its own memberships went in one transaction, so no read shows any of it. Left are its member items
and its id in its members' ``groups`` sets: with 100,000 members more than a request has time for. A batch that fails is delivered
again from the first record that failed; the sweep goes on where it ended.
"""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecord,
    DynamoDBRecordEventName,
)
from botocore.config import Config

from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table

GROUPS = "#GROUP"
"""How the partition of a directory's groups ends."""

AWS = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})

# The stream's event source retries a batch from its first failure, so one failure must not stop the records after it.
PROCESSOR = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
TABLE = Table(boto3.client("dynamodb", config=AWS), os.environ["TABLE_NAME"])
logger = Logger(use_rfc3339=True, utc=True, location=None)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Sweep after the groups that a batch of stream records tells were deleted.

    :param event: A batch of DynamoDB stream records; others than removals of groups are passed over.
    :return: Which records failed (``batchItemFailures``), so that only they are delivered again.
    """
    return process_partial_response(event, sweep, PROCESSOR, context)


def sweep(record: DynamoDBRecord) -> None:
    """Sweep after one deleted group, and leave one record in the log.

    :raises Exception: Whatever kept the sweep from ending; the record is then delivered again.
    """
    keys = (record.dynamodb and record.dynamodb.keys) or {}
    partition, group_id = str(keys.get("pk", "")), str(keys.get("sk", ""))
    if record.event_name is not DynamoDBRecordEventName.REMOVE or not partition.endswith(GROUPS):
        return
    directory = partition.removesuffix(GROUPS)
    try:
        swept = sweep_group(TABLE, directory, group_id)
    except Exception:
        logger.exception(
            "The memberships of a deleted group were not all swept; the record will be delivered again",
            extra={"event": "scim.sweep", "directory": directory, "group": group_id, "failed": 1},
        )
        raise
    logger.info(
        "Swept the memberships of a deleted group",
        extra={"event": "scim.sweep", "directory": directory, "group": group_id, "swept": swept, "failed": 0},
    )
