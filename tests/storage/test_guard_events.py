"""The guard's events: once for each window and connection, from the stream of its counter, as its schemas say."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from lambdas.environment.event_types import EventType
from lambdas.environment.file.guard import Guard
from lambdas.eventing.event import Event
from lambdas.eventing.schemas import schema_of
from lambdas.store import keys
from lambdas.store.guard import HOUR, GuardCounter
from lambdas.store.table import Table
from tests.storage.product import SOURCE, ProductDirectory

NOON = 1_800_000_000.0
ONE, OTHER = "k3x7m2qwertyuiop", "b3x7m2qwertyuiop"


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def acme(new_table: Callable[[], Table]) -> ProductDirectory:
    return ProductDirectory.on(new_table())


def counter(acme: ProductDirectory, clock: Clock, action: str) -> GuardCounter:
    return GuardCounter(acme.table, Guard.model_validate({"users": 3, "percent": 0, "action": action}), clock)


def count(guard: GuardCounter, number: int, connection: str = ONE) -> None:
    for _ in range(number):
        guard.count("acme", connection)


def claims_of(events: list[Event]) -> list[dict[str, Any]]:
    """The claims sets of events, each valid by its schema."""
    found = [json.loads(json.dumps(each.claims(SOURCE))) for each in events]
    for event, claims in zip(events, found, strict=True):
        jsonschema.validate(claims, schema_of(event.type), jsonschema.Draft202012Validator)
    return found


@pytest.mark.parametrize(
    ("action", "kind"), [("report", EventType.DEPROVISIONING_UNUSUAL), ("hold", EventType.DEPROVISIONING_HELD)]
)
def test_the_first_user_above_the_limit_publishes_one_event_an_hour_about_the_connection(
    acme: ProductDirectory, clock: Clock, action: str, kind: EventType
) -> None:
    guard = counter(acme, clock, action)
    count(guard, 3)
    assert acme.events() == []
    count(guard, 20)
    (claims,) = claims_of(acme.events())
    assert claims["sub_id"] == {"format": "opaque", "id": ONE}
    assert claims["directory"] == "acme"
    assert claims["events"] == {kind.value: {"count": 4, "limit": 3}}
    clock.now += HOUR
    count(guard, 20)
    assert len(acme.events()) == 1


def test_connections_report_each_for_itself(acme: ProductDirectory, clock: Clock) -> None:
    guard = counter(acme, clock, "report")
    count(guard, 5)
    count(guard, 5, OTHER)
    assert [each["sub_id"]["id"] for each in claims_of(acme.events())] == [ONE, OTHER]


def test_a_repeated_record_repeats_its_event(acme: ProductDirectory, clock: Clock) -> None:
    count(counter(acme, clock, "hold"), 5)
    records = acme.stream()
    assert acme.translate(records) == acme.translate(records)
    (event,) = acme.translate(records)
    assert event.txn in {each["dynamodb"]["SequenceNumber"] for each in records}, "a refused event returns its record"


def test_what_a_release_allows_is_unusual_and_what_follows_it_is_held(acme: ProductDirectory, clock: Clock) -> None:
    guard = counter(acme, clock, "hold")
    released = {":end": {"N": str(int(clock.now) + 600)}}
    key = keys.key_of(keys.guard("acme", ONE))
    acme.table.update({"Key": key, "UpdateExpression": "SET released = :end", "ExpressionAttributeValues": released})
    count(guard, 5)
    clock.now += 601
    count(guard, 5)
    kinds = [each.type for each in acme.events()]
    assert kinds == [EventType.DEPROVISIONING_UNUSUAL, EventType.DEPROVISIONING_HELD]


def test_a_counter_that_ends_or_is_restored_reports_nothing(acme: ProductDirectory, clock: Clock) -> None:
    count(counter(acme, clock, "hold"), 5)
    (item,) = [each for page in acme.table.scan("acme#GUARD#") for each in page]
    acme.stream()
    acme.table.write({"Delete": {"Key": keys.key_of(keys.guard("acme", ONE))}})
    acme.table.write({"Put": {"Item": item}})
    assert acme.events() == []
