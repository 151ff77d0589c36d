"""The log group, read page by page, and each event of a followed log once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lambdas.operations.log import reader as reading
from lambdas.operations.log.reader import LogReader, LogUnavailable
from lambdas.operations.problems import Problem
from scimctl.log.moments import moment

NOON = datetime(2027, 1, 31, 12, tzinfo=UTC)
GROUP = "/scim/local"


class WithoutTokens:
    """A client of a log group that gives no `nextToken`, as the local cloud's."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def filter_log_events(self, **request: Any) -> Any:
        answer = self.client.filter_log_events(**request)
        return {"events": answer["events"]}


@pytest.fixture
def logs() -> Iterator[Any]:
    """A client of CloudWatch Logs, with one log group."""
    with mock_aws():
        client = boto3.client("logs", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
        client.create_log_group(logGroupName=GROUP)
        client.create_log_stream(logGroupName=GROUP, logStreamName="scim")
        yield client
        client.delete_log_group(logGroupName=GROUP)  # moto keeps it while any test's mock is active


def reader(client: Any) -> LogReader:
    return LogReader(client, GROUP, "the test", "Start it.")


def put(client: Any, at: datetime, *messages: str) -> None:
    events = [{"timestamp": int(at.timestamp() * 1000), "message": message} for message in messages]
    client.put_log_events(logGroupName=GROUP, logStreamName="scim", logEvents=events)


@pytest.mark.parametrize(
    ("since", "ago"), [("90s", timedelta(seconds=90)), ("10m", timedelta(minutes=10)), ("1d", timedelta(days=1))]
)
def test_since_may_say_how_long_ago(since: str, ago: timedelta) -> None:
    assert moment(since, NOON) == NOON - ago


def test_since_may_be_a_time() -> None:
    assert moment("2027-01-31T10:00:00+00:00", NOON) == NOON - timedelta(hours=2)


@pytest.mark.parametrize("since", ["", "yesterday", "10", "-1h", "10 m", "99999999999d", "999999d"])
def test_anything_else_as_since_is_refused_with_an_example(since: str) -> None:
    with pytest.raises(Problem, match="as in 10m or 2h"):
        moment(since, NOON)


def test_events_are_given_in_the_order_of_their_time(logs: Any) -> None:
    now = datetime.now(UTC)
    put(logs, now - timedelta(seconds=5), "first", "second")
    put(logs, now - timedelta(seconds=4), "third")
    assert [event.message for event in reader(logs).read(now - timedelta(hours=1))] == ["first", "second", "third"]


def test_events_before_and_after_the_moments_are_not_given(logs: Any) -> None:
    now = datetime.now(UTC)
    put(logs, now - timedelta(hours=3), "old")
    put(logs, now - timedelta(hours=1), "between")
    put(logs, now, "new")
    since, until = now - timedelta(hours=2), now - timedelta(minutes=30)
    assert [event.message for event in reader(logs).read(since, until)] == ["between"]


@pytest.mark.parametrize("wrapped", [lambda client: client, WithoutTokens])
def test_more_events_than_one_answer_holds_are_all_read_once(
    logs: Any, monkeypatch: pytest.MonkeyPatch, wrapped: Any
) -> None:
    monkeypatch.setattr(reading, "PAGE", 3)
    now = datetime.now(UTC)
    for second in range(8, 0, -1):
        put(logs, now - timedelta(seconds=second), f"{second}")
    pages = list(reader(wrapped(logs)).pages(now - timedelta(hours=1)))
    assert len(pages) >= 3
    assert [event.message for page in pages for event in page] == list("87654321")


def test_who_waits_is_told_how_far_it_is(logs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    now = datetime.now(UTC)
    for second in range(4, 0, -1):
        put(logs, now - timedelta(seconds=second), f"{second}")
    told: list[tuple[int, datetime | None]] = []
    list(reader(logs).pages(now - timedelta(hours=1), progress=lambda number, last: told.append((number, last))))
    assert [number for number, _ in told] == [0, 2]
    assert told[0][1] is None
    assert told[1][1] is not None


def test_following_gives_what_comes_later_even_when_it_comes_late(logs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    late = iter([(now, "second"), (now - timedelta(seconds=3), "late")])
    monkeypatch.setattr(reading.time, "sleep", lambda _: put(logs, *next(late)))
    put(logs, now, "first")
    following = (event for page in reader(logs).follow(now - timedelta(hours=1)) for event in page)
    assert [next(following).message for _ in range(3)] == ["first", "second", "late"]


def test_a_log_group_that_is_not_there_is_told(logs: Any) -> None:
    with pytest.raises(Problem, match="ResourceNotFoundException"):
        list(LogReader(logs, "/other", "the test", "").read(NOON))


def test_a_log_that_does_not_answer_is_told_with_what_to_do() -> None:
    client = boto3.client(
        "logs",
        "us-east-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    with pytest.raises(LogUnavailable, match=r"No answer from the test\. Start it\."):
        list(reader(client).read(NOON))
