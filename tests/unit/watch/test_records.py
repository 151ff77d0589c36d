"""The watch's records have the fields of their kinds, operators read them as sentences, and the function writes them."""

import importlib
import io
import json
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import jsonschema
import pytest
from aws_lambda_powertools import Logger

from lambdas import records
from lambdas.environment.event_types import EventType
from lambdas.environment.file import load_deployed
from lambdas.eventing.event import Source
from lambdas.eventing.publisher import Publisher
from lambdas.eventing.schemas import schema_of
from lambdas.operations.log import descriptions
from lambdas.operations.log.causes import cause_of
from lambdas.operations.log.events import is_failure, is_shown
from lambdas.records import Kind
from lambdas.watch.notices import Notices
from tests.unit.watch.conftest import GROUP, TABLE, Clock


class Bus:
    """A client of EventBridge that keeps what it is given."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 -- AWS's name
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "e"} for _ in Entries]}


BY_LOGGER = {"level", "location", "message", "service", "timestamp", "xray_trace_id"}
OF_EVERY_RECORD = {"_aws", "event", "environment", "version"}


@pytest.fixture
def notices(clock: Clock) -> dict[str, dict[str, Any]]:
    """One record of each kind, by kind."""
    clock.pass_by(hours=-10)
    _, token = clock.connect(days=20)
    clock.use(token)
    clock.pass_by(hours=8)
    clock.refuse("ada@example.com", times=3, request_id="r-1", scim_type="invalidValue", resource_id="4f96")
    clock.run()
    clock.use(token)
    clock.run()
    return {each["event"]: each for each in clock.records()}


def test_each_record_has_the_fields_of_its_kind(notices: dict[str, dict[str, Any]]):
    kinds = [Kind.WATCHED, Kind.STALLED, Kind.RESUMED, Kind.USER_FAILING, Kind.CREDENTIAL_EXPIRING]
    assert set(notices) == set(kinds)
    for kind in kinds:
        assert set(notices[kind]) - BY_LOGGER - OF_EVERY_RECORD == records.FIELDS[kind], kind


def test_an_operator_reads_what_happened_and_what_to_do(notices: dict[str, dict[str, Any]]):
    def line(kind: Kind) -> str:
        record = notices[kind]
        return f"{descriptions.action(record)} | {descriptions.subject_of(record)} | {descriptions.outcome_of(record)}"

    connection, since = (notices[Kind.STALLED][name] for name in ("connection", "since"))
    assert line(Kind.STALLED) == (f"provisioning stalled | connection {connection} | silent for 8 hours  since {since}")
    assert line(Kind.RESUMED).startswith(f"provisioning resumed | connection {connection} | silent since {since}  used")
    assert line(Kind.USER_FAILING) == (
        "user keeps failing | ada@example.com | 3 refused requests  userName is required"
    )
    assert line(Kind.CREDENTIAL_EXPIRING).startswith(f"token expires | connection {connection} | id ")
    assert {kind for kind in notices if is_failure(notices[kind])} == {Kind.STALLED, Kind.USER_FAILING}
    assert {kind for kind in notices if not is_shown(notices[kind])} == {Kind.WATCHED}
    assert all(cause_of(notices[kind]) for kind in (Kind.STALLED, Kind.USER_FAILING))


def test_the_notices_about_connections_are_events_that_follow_their_schemas(clock: Clock):
    bus = Bus()
    clock.publisher = Publisher(bus, "scim-acme", Source("acme", "https://scim.example.com/v2"))
    clock.pass_by(hours=-10)
    connection, token = clock.connect(days=20)
    clock.use(token)
    used = clock.now
    clock.pass_by(hours=8)
    clock.run()
    clock.run()
    clock.use(token)
    clock.run()
    claims = {each["DetailType"]: json.loads(each["Detail"]) for each in bus.entries}
    assert list(claims) == [
        EventType.PROVISIONING_STALLED,
        EventType.CREDENTIAL_EXPIRING,
        EventType.PROVISIONING_RESUMED,
    ]
    assert len(bus.entries) == len(claims)
    for event_type, detail in claims.items():
        jsonschema.validate(detail, schema_of(EventType(event_type)))
        assert detail["sub_id"] == {"format": "opaque", "id": connection.id}
    stalled = claims[EventType.PROVISIONING_STALLED]["events"][EventType.PROVISIONING_STALLED]
    assert stalled == {"last_request": used.isoformat(), "hours": 8}


def test_a_failing_user_is_an_event_about_the_connection_that_names_nobody(clock: Clock):
    bus = Bus()
    clock.publisher = Publisher(bus, "scim-acme", Source("acme", "https://scim.example.com/v2"))
    user = {"resource_id": "2819c223", "scim_type": "uniqueness", "request_id": "r-1", "method": "PATCH"}
    clock.refuse("ada@example.com", times=3, **user)
    clock.refuse("bob@example.com", times=4)
    for _ in range(3):
        clock.run()
    claims = [json.loads(each["Detail"]) for each in bus.entries]
    for each in claims:
        jsonschema.validate(each, schema_of(EventType.PROVISIONING_FAILING), jsonschema.Draft202012Validator)
    assert [each["events"][EventType.PROVISIONING_FAILING] for each in claims] == [
        {"failures": 4},
        {"failures": 3, "user": "/Users/2819c223", "scim_type": "uniqueness"},
    ]
    assert claims[0]["sub_id"]["id"] == "k3x7m2qwertyuiop"
    assert "example.com" not in json.dumps([each["events"] for each in claims])


def test_a_notice_whose_event_is_not_published_is_repeated_with_the_same_id(clock: Clock):
    bus = Bus()
    clock.publisher = Publisher(bus, "scim-acme", Source("acme", "https://scim.example.com/v2"))
    _, token = clock.connect()
    clock.use(token)
    clock.pass_by(hours=8)
    accepted = bus.put_events
    bus.put_events = Mock(side_effect=OSError("the bus does not answer"))
    with pytest.raises(OSError, match="does not answer"):
        clock.run()
    bus.put_events = accepted
    clock.run()
    assert [each["DetailType"] for each in bus.entries] == [EventType.PROVISIONING_STALLED]
    assert len([each for each in clock.records() if each["event"] == Kind.STALLED]) == 1


def test_the_function_runs_by_the_present_time_and_the_environment_s_file(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, context: Callable[[], Any]
):
    clock.pass_by(hours=-8)
    connection, token = clock.connect()
    clock.use(token)
    for name, value in {"TABLE_NAME": TABLE, "LOG_GROUP_NAME": GROUP, "ENVIRONMENT": "forms-admin"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    load_deployed.cache_clear()
    handler = importlib.reload(importlib.import_module("lambdas.watch.handler"))
    stream = io.StringIO()
    handler.NOTICES = Notices(Logger(service="watch-handler", stream=stream), "forms-admin")
    handler.handler({}, context())
    load_deployed.cache_clear()  # the next function reads its own environment
    made = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(each["event"], each["environment"]) for each in made] == [
        ("scim.provisioning.stalled", "forms-admin"),
        ("scim.watch", "forms-admin"),
    ]
    assert made[0]["connection"] == connection.id
