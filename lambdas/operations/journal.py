"""What operators change, kept in the environment's log beside what identity providers change."""

import json
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lambdas.operations.problems import Problem
from lambdas.operations.target import Target

STREAMS = "operators"
"""How the log streams of operators' changes begin: one for each day, ``operators/2027/01/31``."""


class Journal:
    """Writes records into an environment's log group, under the operator's name.

    It is opened before anything is changed: who may not be known, or may not write to the log, changes nothing.
    """

    def __init__(self, target: Target) -> None:
        """Find out who the operator is, and make sure of the log stream.

        :raises Problem: When the operator's name cannot be found out, or the log stream cannot be created.
        """
        self.target = target
        self.stream = f"{STREAMS}/{datetime.now(UTC):%Y/%m/%d}"
        with target.readable():
            self.operator = target.operator_name()
            self.client = target.client("logs")
            try:
                self.client.create_log_stream(logGroupName=target.log_group, logStreamName=self.stream)
            except ClientError as error:
                if error.response["Error"].get("Code") != "ResourceAlreadyExistsException":
                    raise

    def write(self, record: dict[str, Any]) -> None:
        """Write one record, in the form that the functions' logger gives theirs.

        :raises Problem: When it cannot be written; the text holds the record, because what it tells of has happened.
        """
        now = datetime.now(UTC)
        head = {"level": "INFO", "message": record["event"], "timestamp": now.isoformat(timespec="milliseconds")}
        message = json.dumps(
            {**head, "service": self.target.service.value, **record}, ensure_ascii=False, separators=(",", ":")
        )
        event = {"timestamp": int(now.timestamp() * 1000), "message": message}
        try:
            with self.target.readable():
                self.client.put_log_events(
                    logGroupName=self.target.log_group, logStreamName=self.stream, logEvents=[event]
                )
        except Problem as problem:
            raise Problem(
                f"It was done, and could not be kept in the log. {problem}\nKeep this record: {message}"
            ) from problem
