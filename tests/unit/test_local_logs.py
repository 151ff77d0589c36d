"""The SCIM log, told for people, and every event of it once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from scimctl.local import logs
from scimctl.local.logs import LogEvent, LogReader
from scimctl.local.state import LocalState
from scimctl.problems import Problem

NOON = datetime(2027, 1, 31, 12, tzinfo=UTC)
GROUP = "/scim/local"


def told(record: dict[str, Any] | str, **options: bool) -> str | None:
    message = record if isinstance(record, str) else json.dumps(record)
    line = logs.told(LogEvent(NOON, message), **options)
    return None if line is None else line.plain.partition("  ")[2]


def request(**fields: Any) -> dict[str, Any]:
    usual = {"event": "scim.request", "method": "POST", "route": "/v2/{connection}/Users", "status": 201}
    return usual | {"milliseconds": 9.1, "dynamodb_calls": 1} | fields


def test_a_request_is_told_with_whom_it_was_about_and_what_changed():
    record = request(resource_name="ada@example.com", resource_id="4f96", changed=["userName", "emails"])
    expected = "201  POST   /Users  ada@example.com  changed userName, emails  9.1 ms, 1 calls"
    assert told(record) == expected


def test_a_refused_request_is_told_with_the_reason():
    record = request(status=409, scim_type="uniqueness", detail="userName is taken.")
    assert told(record) == "409  POST   /Users  uniqueness userName is taken.  9.1 ms, 1 calls"


def test_a_search_is_told_with_its_filter_and_how_much_it_found():
    record = request(method="GET", status=200, filter="userName eq …", results=0)
    assert told(record) == "200  GET    /Users  filter userName eq …  0 results  9.1 ms, 1 calls"


def test_refused_credentials_are_told():
    record = {"event": "scim.refused", "status": 401, "reason": "expired", "connection": "k3x7", "token": "ab12"}
    assert told(record) == "401  credentials refused: expired  connection k3x7  token ab12"


def test_credentials_that_could_not_be_checked_are_told():
    assert told({"event": "scim.refused", "reason": "unchecked"}) == "5xx  credentials refused: unchecked"


def test_a_failure_is_told_with_its_trace():
    record = {"event": "scim.failure", "request_id": "r1", "exception_name": "KeyError", "exception": "Traceback ..."}
    assert told(record) == "failure  KeyError: request r1\nTraceback ..."


@pytest.mark.parametrize("line", ["START RequestId: 1 Version: 3", '{"message": "swept"}', "[1]", "3"])
def test_what_is_no_request_is_told_only_when_everything_is_asked_for(line: str):
    assert told(line) is None
    assert told(line, everything=True) == line


def test_markup_in_a_name_is_text():
    assert "[red]ada[/red]" in str(told(request(resource_name="[red]ada[/red]")))


@pytest.mark.parametrize(
    ("since", "ago"), [("90s", timedelta(seconds=90)), ("10m", timedelta(minutes=10)), ("1d", timedelta(days=1))]
)
def test_since_may_say_how_long_ago(since: str, ago: timedelta):
    assert logs.moment(since, NOON) == NOON - ago


def test_since_may_be_a_time():
    assert logs.moment("2027-01-31T10:00:00+00:00", NOON) == NOON - timedelta(hours=2)


@pytest.mark.parametrize("since", ["", "yesterday", "10", "-1h", "10 m", "99999999999d"])
def test_anything_else_as_since_is_refused_with_an_example(since: str):
    with pytest.raises(Problem, match="as in 10m or 2h"):
        logs.moment(since, NOON)


def test_a_stack_without_a_log_group_is_told():
    with pytest.raises(Problem, match="scimctl local up"):
        LogReader(LocalState("local", 4600, "us-east-1"))


@pytest.fixture
def group():
    """A log group on moto, and the reader of it."""
    with mock_aws():
        client = boto3.client("logs", region_name="us-east-1")
        client.create_log_group(logGroupName=GROUP)
        client.create_log_stream(logGroupName=GROUP, logStreamName="scim")
        reader = LogReader(LocalState("local", 4600, "us-east-1", {"LogGroupName": GROUP}))
        reader.client = client
        yield client, reader


def put(client: Any, at: datetime, *messages: str) -> None:
    events = [{"timestamp": int(at.timestamp() * 1000), "message": message} for message in messages]
    client.put_log_events(logGroupName=GROUP, logStreamName="scim", logEvents=events)


def test_events_are_given_once_and_in_order(group):
    client, reader = group
    now = datetime.now(UTC)
    put(client, now - timedelta(seconds=5), "first", "second")
    assert [event.message for event in reader.read(now - timedelta(hours=1))] == ["first", "second"]
    put(client, now - timedelta(seconds=4), "third")
    assert [event.message for event in reader.read(now - timedelta(hours=1))] == ["third"]


def test_events_before_the_moment_are_not_given(group):
    client, reader = group
    now = datetime.now(UTC)
    put(client, now - timedelta(hours=2), "old")
    put(client, now, "new")
    assert [event.message for event in reader.read(now - timedelta(hours=1))] == ["new"]


def test_following_gives_what_comes_later_even_when_it_comes_late(group, monkeypatch):
    client, reader = group
    now = datetime.now(UTC)
    late = iter([(now, "second"), (now - timedelta(seconds=3), "late")])
    monkeypatch.setattr(logs.time, "sleep", lambda _: put(client, *next(late)))
    put(client, now, "first")
    following = reader.follow(now - timedelta(hours=1))
    assert [next(following).message for _ in range(3)] == ["first", "second", "late"]


def test_more_events_than_one_answer_holds_are_all_read(group, monkeypatch):
    client, reader = group
    monkeypatch.setattr(logs, "_PAGE", 3)
    now = datetime.now(UTC)
    for second in range(8, 0, -1):
        put(client, now - timedelta(seconds=second), f"{second}")
    assert [event.message for event in reader.read(now - timedelta(hours=1))] == list("87654321")
