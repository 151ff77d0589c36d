"""The function that EventBridge Scheduler calls twice an hour."""

import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from botocore.config import Config

from lambdas.clients import connector
from lambdas.environment.file import load_deployed
from lambdas.environment.file.watch import Watch
from lambdas.eventing.publisher import Publisher
from lambdas.operations.log.reader import LogReader
from lambdas.store.table import Table
from lambdas.watch.notices import Notices
from lambdas.watch.watch import ProvisioningWatch

AWS = Config(connect_timeout=1, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})

connect = connector(AWS)
TABLE = Table(connect("dynamodb"), os.environ["TABLE_NAME"])
READER = LogReader(connect("logs"), os.environ["LOG_GROUP_NAME"], "the log group", "The next run retries.")
logger = Logger(use_rfc3339=True, utc=True, location=None)
NOTICES = Notices(logger, os.environ["ENVIRONMENT"], Publisher.deployed(lambda: connect("events")))


def handler(event: dict[str, Any], context: Any) -> None:
    """Report what changed since the last run.

    :param event: What the schedule sends; nothing of it is used.
    :raises Exception: Whatever kept the run from its end. The alarm on missing metrics then notices.
    """
    logger.append_keys(function_request_id=context.aws_request_id)
    settings = load_deployed().watch or Watch()
    ProvisioningWatch(TABLE, READER, settings, NOTICES).run(datetime.now(UTC))
