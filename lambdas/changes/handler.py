"""The function that the table's stream triggers: it completes work that a request leaves behind.

A batch is delivered again from the first record that failed, so everything done here can be repeated.
"""

import os
from typing import Any

from aws_lambda_powertools import Logger
from botocore.config import Config

from lambdas import records
from lambdas.changes.permissions import PermissionLog, changed_user
from lambdas.changes.sweep import Sweeper, deleted_group
from lambdas.environment.file import load_deployed
from lambdas.environment.product import Product
from lambdas.records import Kind
from lambdas.retrying import request_time
from lambdas.store.client import open_client
from lambdas.store.schema import SchemaCheck
from lambdas.store.table import Table

AWS = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})

RESERVE_SECONDS = 20
"""Seconds of the function's time reserved for the call under way, which may take three attempts, and for writing log records:
a function that Lambda stops writes none."""

CLIENT, _ = open_client(AWS)
TABLE = Table(CLIENT, os.environ["TABLE_NAME"])
SCHEMA = SchemaCheck(TABLE)
logger = Logger(use_rfc3339=True, utc=True, location=None)
SWEEPER = Sweeper(TABLE, logger, os.environ["ENVIRONMENT"])
PERMISSIONS = PermissionLog(TABLE, logger, os.environ["ENVIRONMENT"], Product.of(load_deployed()))


def handler(event: dict[str, Any], context: Any) -> Any:
    """Complete the changes in a batch of stream records.

    :param event: A batch of DynamoDB stream records; records that need no completion are skipped.
    :return: The records that failed (``batchItemFailures``), so that only they are delivered again.
    :raises NewerSchemaError: When the table has a newer schema; the whole batch is then delivered again.
    """
    logger.append_keys(function_request_id=context.aws_request_id)
    with request_time(context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS):
        SCHEMA.require()
        # Lambda delivers the batch again from the first failure, so one failure must not stop the records after it.
        failed = [each for each in event["Records"] if not _completed(each)]
    return {"batchItemFailures": [{"itemIdentifier": each["dynamodb"]["SequenceNumber"]} for each in failed]}


def _completed(record: dict[str, Any]) -> bool:
    """Complete one change, and return whether that succeeded; what prevented it is logged."""
    try:
        complete(record)
    except Exception:
        return False
    return True


def complete(record: dict[str, Any]) -> None:
    """Complete the change in one record of the stream.

    :raises Exception: Any error that prevented it; the record is then delivered again.
    """
    try:
        user, group = changed_user(record), deleted_group(record)
        if user:
            PERMISSIONS.record(user)
    except Exception:
        logger.exception("A record of the table's stream cannot be read", extra=_failure(record))
        raise
    if group:
        SWEEPER.sweep(group)


def _failure(record: dict[str, Any]) -> dict[str, Any]:
    """Return the log record of a change that cannot be completed: its place in the stream, without its values."""
    stream: dict[str, Any] = record.get("dynamodb") or {}
    return records.with_metrics(
        records.record(
            Kind.CHANGE_FAILED,
            environment=os.environ["ENVIRONMENT"],
            sequence_number=stream.get("SequenceNumber"),
            change=record.get("eventName"),
            **{records.CHANGES_FAILED: 1},
        )
    )
