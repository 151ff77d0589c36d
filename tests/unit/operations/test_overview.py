"""What the console's first page shows: the last cycle, the failures of a day, tokens that expire."""

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.credentials.connections import State
from lambdas.credentials.scopes import Scope
from lambdas.operations.connections import Connections
from lambdas.operations.log.pages import activity, newest
from lambdas.operations.log.reader import LogReader
from lambdas.operations.log.selection import Selection
from lambdas.operations.overview import Cycle, Failing, attention, read_activity
from scimctl.targets import resolve
from tests.unit.operations.log.records import operation, refused, request
from tests.unit.scimctl.operators import LOG_GROUP

NOW = datetime.now(UTC).replace(microsecond=0)
OLDEST = NOW - timedelta(days=7)
MONTH = timedelta(days=30)

CREDENTIALS = {"fine": 90, "ending": 20, "off": 90}
"""Connections by label, with the days that their tokens are valid."""

pytestmark = pytest.mark.usefixtures("deployed")


def put(ago: timedelta, *records: dict, stream: str = "scim") -> None:
    """Write records, a millisecond apart."""
    logs = resolve("acme").client("logs")
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=stream)
    at = int((NOW - ago).timestamp() * 1000)
    events = [{"timestamp": at + number, "message": json.dumps(each)} for number, each in enumerate(records)]
    logs.put_log_events(logGroupName=LOG_GROUP, logStreamName=stream, logEvents=events)


def test_the_last_cycle_is_the_requests_of_a_connection_without_a_long_pause():
    put(timedelta(minutes=50), request())
    put(timedelta(minutes=9), request(connection="other"), request(), request(status=409))
    put(timedelta(minutes=2), request())
    put(timedelta(minutes=1), operation())
    found = read_activity(resolve("acme"), NOW)
    ended = NOW - timedelta(minutes=2)
    began = NOW - timedelta(minutes=9) + timedelta(milliseconds=1)
    assert found.last_cycle == Cycle("k3x7m2qwertyuiop", began, ended, 3, 1)


def test_a_cycle_with_more_requests_than_are_counted_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lambdas.operations.overview.MOST", 2)
    put(timedelta(minutes=9), request(), request(), request())
    cycle = read_activity(resolve("acme"), NOW).last_cycle
    assert cycle
    assert cycle.has_more
    assert cycle.requests == 2


def test_failures_of_a_day_are_counted_by_the_hour():
    put(timedelta(hours=25), request(status=500))
    put(timedelta(hours=23, minutes=30), request(status=500))
    put(timedelta(minutes=5), request(), request(status=400), refused())
    assert read_activity(resolve("acme"), NOW).failures == [1, *[0] * 22, 2]


def test_without_a_request_there_is_no_cycle():
    put(timedelta(hours=1), operation())
    assert read_activity(resolve("acme"), NOW).last_cycle is None


def test_a_token_that_is_being_replaced_needs_no_attention_and_one_of_another_scope_replaces_none():
    connections = Connections(resolve("acme"))
    generated = connections.generate(label="Entra", lifetime_days=10)
    held = connections.connection(generated.connection.id)
    connections.add_token(held, scope=Scope.READ)
    (line,) = attention(connections.all(), [], NOW, within=MONTH)
    assert line.why == f"has a token that expires on {generated.token.expires:%Y-%m-%d}, and no newer one"
    connections.add_token(connections.connection(held.connection.id), scope=Scope.PROVISION)
    assert attention(connections.all(), [], NOW, within=MONTH) == []


def test_pages_of_the_log_are_the_newest_first_and_together_miss_and_repeat_nothing():
    for ago in (timedelta(days=3), timedelta(hours=5), timedelta(minutes=20), timedelta(minutes=1)):
        put(ago, *[request(status=200 + number) for number in range(3)])
    reader, until, seen = LogReader.of(resolve("acme")), NOW, []
    while until is not None:
        page = newest(reader, Selection(), until=until, oldest=OLDEST, limit=2)
        seen += [event.at for event in page.events]
        assert len(page.events) <= 3
        until = page.before
    assert len(seen) == len(set(seen)) == 12
    assert seen == sorted(seen, reverse=True)


def test_records_of_one_millisecond_are_on_one_page():
    logs = resolve("acme").client("logs")
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="same")
    at = int((NOW - timedelta(minutes=1)).timestamp() * 1000)
    events = [{"timestamp": at, "message": json.dumps(request(status=200 + number))} for number in range(5)]
    logs.put_log_events(logGroupName=LOG_GROUP, logStreamName="same", logEvents=events)
    page = newest(LogReader.of(resolve("acme")), Selection(), until=NOW, oldest=OLDEST, limit=2)
    assert len(page.events) == 5


def test_the_activity_of_operators_is_their_changes_whatever_they_used():
    put(timedelta(hours=3), operation(operator="Ann Example"), stream="operators/2027/01/31")
    put(timedelta(minutes=3), request(operator="arn:aws:iam::1:user/bob"), stream="operators/2027/02/01")
    put(timedelta(minutes=2), request())
    page = activity(LogReader.of(resolve("acme")), until=NOW, oldest=OLDEST)
    assert [event.record["operator"] for event in page.events] == ["arn:aws:iam::1:user/bob", "Ann Example"]
    assert page.before is None


def test_those_whose_requests_fail_most_are_named():
    grace, ada = ({"resource_type": "User", "resource_name": f"{name}@example.com"} for name in ("grace", "ada"))
    put(timedelta(minutes=5), request(status=409, **ada), request(status=400, **grace), request(status=400, **grace))
    put(timedelta(minutes=4), request(status=201, **ada), request(status=201, **ada))
    failing = read_activity(resolve("acme"), NOW).failing
    assert failing == [Failing("User", "grace@example.com", 2), Failing("User", "ada@example.com", 1)]


def test_a_page_of_the_log_ends_after_its_time_and_the_next_one_continues():
    for ago in (timedelta(hours=5), timedelta(minutes=20), timedelta(minutes=1)):
        put(ago, request())
    reader = LogReader.of(resolve("acme"))
    first = newest(reader, Selection(), until=NOW, oldest=OLDEST, seconds=0)
    assert (first.events, first.before) == ([], NOW)
    assert len(newest(reader, Selection(), until=first.before, oldest=OLDEST, seconds=60).events) == 3


def test_connections_without_valid_credentials_or_requests_need_attention():
    connections = Connections(resolve("acme"))
    fine, ending, off = (connections.generate(label=name, lifetime_days=days) for name, days in CREDENTIALS.items())
    connections.set_state(off.connection, State.DISABLED)
    lines = sorted((each.name, each.why) for each in attention(connections.all(), [], NOW, within=MONTH))
    last = f"{ending.token.expires:%Y-%m-%d}"
    assert lines == [
        ("ending", f"has a token that expires on {last}, and no newer one"),
        ("off", "is disabled: its identity provider is refused"),
    ]
    connections.revoke(connections.connection(fine.connection.id).connection, fine.token)
    assert ("fine", "has no valid credentials") in [
        (each.name, each.why) for each in attention(connections.all(), [], NOW, within=MONTH)
    ]
    connection = connections.connection(ending.connection.id)
    used = replace(connection, tokens=[replace(connection.tokens[0], last_used=NOW - timedelta(days=3))])
    assert any("has sent nothing since" in each.why for each in attention([used], [], NOW, within=MONTH))
