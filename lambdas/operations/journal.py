"""Records of what operators change, written beside those of identity providers' requests."""

import json
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lambdas.operations.problems import Problem
from lambdas.operations.target import Target

STREAMS = "operators"
"""The beginning of the log streams of operators' changes: one for each day, ``operators/2027/01/31``."""


class Journal:
    """Writes records into an environment's log group, under the operator's name.

    Open it before a change: an operator who cannot be identified, or may not write to the log, changes nothing.
    """

    def __init__(self, target: Target) -> None:
        """Find out who the operator is, and create the day's log stream if it does not exist.

        :raises Problem: When the operator cannot be identified, or the log stream cannot be created.
        """
        self.target = target
        self.stream = f"{STREAMS}/{datetime.now(UTC):%Y/%m/%d}"
        with target.aws_errors_as_problems():
            self.operator = target.operator_name()
            self.client = target.client("logs")
            try:
                self.client.create_log_stream(logGroupName=target.log_group, logStreamName=self.stream)
            except ClientError as error:
                if error.response["Error"].get("Code") != "ResourceAlreadyExistsException":
                    raise

    def write(self, record: dict[str, Any]) -> None:
        """Write one record, in the form of the functions' logger.

        :raises Problem: When it cannot be written. The text holds the record, because the change has been made.
        """
        now = datetime.now(UTC)
        head = {"level": "INFO", "message": record["event"], "timestamp": now.isoformat(timespec="milliseconds")}
        line = {**head, "service": self.target.service.value, **record}
        message = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        event = {"timestamp": int(now.timestamp() * 1000), "message": message}
        try:
            with self.target.aws_errors_as_problems():
                self.client.put_log_events(
                    logGroupName=self.target.log_group, logStreamName=self.stream, logEvents=[event]
                )
        except Problem as problem:
            raise Problem(f"The change was made, but not recorded. {problem}\nKeep this record: {message}") from problem
