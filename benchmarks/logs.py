"""A log group that answers in process: botocore sends and parses as it does with CloudWatch Logs, and nothing waits."""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from lambdas import records
from lambdas.records import Kind

MAX_BYTES = 1_000_000
"""Bytes of an answer (AWS limit: 1 MB), after which the next page begins."""


ID = re.compile(r"00000000-0000-0000-0000-\d{12}")
"""The ids of requests."""


class LogGroup:
    """The requests of one day, evenly spread, some of which failed."""

    def __init__(self, *, end: datetime, requests: int, failures: int, connection: str) -> None:
        """Fill the group.

        :param end: The time of the newest record.
        :param requests: The number of records of a day.
        :param failures: How many of these are of failed requests.
        :param connection: The id of the connection that all of them came through.
        """
        step = timedelta(days=1) / requests
        every = requests // failures
        events = [_event(number, end - step * number, number % every == 0, connection) for number in range(requests)]
        self._all = sorted(events)
        self._by_id = {found[0]: each for each in self._all if (found := ID.search(each[1]))}
        self._failed = [each for each in self._all if '\\"status\\":409' in each[1]]

    def client(self) -> Any:
        """Return a boto3 client of CloudWatch Logs that reads this group."""
        client = boto3.client("logs", "eu-central-1", aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106
        client.meta.events.register("before-send.logs.FilterLogEvents", self._answer)
        return client

    def _wanted(self, pattern: str) -> list[tuple[int, str]]:
        """Return the records that a filter pattern of the console matches."""
        request = ID.search(pattern)
        if request:
            return [self._by_id[request[0]]] if request[0] in self._by_id else []
        return self._failed if "$.status >= 400" in pattern else self._all

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        asked = json.loads(request.body)
        if asked.get("logStreamNamePrefix"):
            events: list[tuple[int, str]] = []
        else:
            events = self._wanted(asked.get("filterPattern", ""))
        begin = int(asked["nextToken"]) if "nextToken" in asked else bisect_left(events, (asked["startTime"], ""))
        end = bisect_right(events, (asked["endTime"], "\x7f")) if "endTime" in asked else len(events)
        size = next((at for at, total in _sizes(events, begin, end) if total > MAX_BYTES), end)
        token = f', "nextToken": "{size}"' if size < end else ""
        body = f'{{"events": [{",".join(each for _, each in events[begin:size])}]{token}}}'
        headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.1"})
        return AWSResponse(request.url, 200, headers, _Raw(body.encode()))


class _Raw:
    """The body of an answer, as urllib3 hands it over."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.content


def _sizes(events: list[tuple[int, str]], begin: int, end: int) -> Iterator[tuple[int, int]]:
    total = 0
    for at in range(begin, end):
        total += len(events[at][1])
        yield at, total


def _event(number: int, at: datetime, is_failed: bool, connection: str) -> tuple[int, str]:
    name = f"user{number % 5_000:07d}@example.com"
    outcome = (
        {"status": 409, "scim_type": "uniqueness", "detail": f'A user with the userName "{name}" exists already.'}
        if is_failed
        else {"status": 200}
    )
    record = records.record(
        Kind.REQUEST,
        environment="forms-admin",
        request_id=f"00000000-0000-0000-0000-{number:012d}",
        connection=connection,
        directory="contoso",
        method="PATCH",
        route="/v2/{connection}/Users/{id}",
        resource_type="User",
        resource_id=f"00000000-0000-0000-0001-{number % 5_000:012d}",
        resource_name=name,
        changed=["displayName", "title"],
        operations=["replace", "replace"],
        milliseconds=12.3,
        dynamodb_calls=2,
        read_units=1.0,
        write_units=2.0,
        **outcome,
    )
    milliseconds = int(at.timestamp() * 1000)
    message = json.dumps(
        {"level": "INFO", "message": Kind.REQUEST, "timestamp": at.isoformat(), "service": "scim", **record},
        separators=(",", ":"),
    )
    event = {
        "logStreamName": "2026/11/20/[1]0123456789abcdef0123456789abcdef",
        "timestamp": milliseconds,
        "message": message,
        "ingestionTime": milliseconds,
        "eventId": f"{number:056d}",
    }
    return milliseconds, json.dumps(event, separators=(",", ":"))
