"""The counter of disabled and deleted users on the table: what it costs, its window, and parallel requests."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from lambdas.environment.file.guard import Guard
from lambdas.retrying import request_time
from lambdas.store import keys
from lambdas.store.guard import KEPT_SECONDS, GuardCounter, read_count
from lambdas.store.table import Table
from tests.storage.faults import KINDS, Fault, FaultyClient

NOON = 1_800_000_000.0
CONNECTION = "k3x7m2qwertyuiop"


@dataclass
class Clock:
    now: float = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def counter(table: Table, clock: Clock, **settings: Any) -> GuardCounter:
    return GuardCounter(table, Guard(**{"users": 3, "percent": 0, **settings}), clock)


def users(table: Table, number: int) -> None:
    """Let the directory have so many users, by their counts alone."""
    for prefix, share in (("00", number // 2), ("ff", number - number // 2)):
        key = keys.Key(keys.counts("acme", "User"), prefix)
        table.write({"Put": {"Item": {**keys.key_of(key), "n": {"N": str(share)}}}})


def test_a_user_below_the_limit_costs_one_call_and_one_write_unit(table: Table, clock: Clock) -> None:
    guard = counter(table, clock)
    for number in (1, 2, 3):
        table.meter.reset()
        result = guard.count("acme", CONNECTION)
        assert (result.count, result.held, result.is_first) == (number, False, False)
        assert (table.meter.calls, table.meter.fields()["write_units"]) == (1, 1.0)


def test_beyond_the_limit_one_request_an_hour_reports_it(table: Table, clock: Clock) -> None:
    guard = counter(table, clock)
    results = [guard.count("acme", CONNECTION) for _ in range(7)]
    assert [each.is_first for each in results] == [False] * 3 + [True] + [False] * 3
    assert not any(each.held for each in results)
    clock.now += 3_600
    again = [guard.count("acme", CONNECTION) for _ in range(7)]
    assert sum(each.is_first for each in again) == 1


@pytest.mark.parametrize("kind", range(KINDS))
@pytest.mark.parametrize("action", ["report", "hold"])
def test_a_report_whose_answer_was_lost_is_the_first_and_the_only_one(
    table: Table, clock: Clock, action: str, kind: int
) -> None:
    client = FaultyClient(table.client, Fault.SILENT_ONCE, 5, kind)
    guard = counter(Table(client, table.name), clock, action=action)
    results = [guard.count("acme", CONNECTION) for _ in range(5)]
    assert client.calls == 7, "five counts, and a report that is sent twice"
    assert [each.is_first for each in results] == [False] * 3 + [True, False]


def test_what_exceeds_the_limit_is_held_until_it_is_released_and_then_again(table: Table, clock: Clock) -> None:
    guard = counter(table, clock, action="hold")
    assert [guard.count("acme", CONNECTION).held for _ in range(5)] == [False, False, False, True, True]
    key = keys.key_of(keys.guard("acme", CONNECTION))
    released = {":end": {"N": str(int(clock.now) + 600)}}
    table.update({"Key": key, "UpdateExpression": "SET released = :end", "ExpressionAttributeValues": released})
    assert not guard.count("acme", CONNECTION).held
    clock.now += 601
    assert guard.count("acme", CONNECTION).held


def test_what_is_held_is_reported_though_what_a_release_allowed_was_reported_within_the_hour(
    table: Table, clock: Clock
) -> None:
    guard = counter(table, clock, action="hold")
    key = keys.key_of(keys.guard("acme", CONNECTION))
    released = {":end": {"N": str(int(clock.now) + 600)}}
    table.update({"Key": key, "UpdateExpression": "SET released = :end", "ExpressionAttributeValues": released})
    allowed = [guard.count("acme", CONNECTION) for _ in range(5)]
    assert [(each.held, each.is_first) for each in allowed[3:]] == [(False, True), (False, False)]
    clock.now += 601
    held = [guard.count("acme", CONNECTION) for _ in range(3)]
    assert [(each.held, each.is_first) for each in held] == [(True, True), (True, False), (True, False)]


def test_several_users_are_one_call_and_count_each(table: Table, clock: Clock) -> None:
    guard = counter(table, clock, action="hold")
    table.meter.reset()
    assert guard.count("acme", CONNECTION, 3).held is False
    assert (table.meter.calls, table.meter.fields()["write_units"]) == (1, 1.0)
    assert guard.count("acme", CONNECTION, 2).count == 5


@pytest.mark.parametrize("kind", range(KINDS))
def test_users_who_were_not_deprovisioned_after_all_are_subtracted_once_where_they_were_counted(
    table: Table, clock: Clock, kind: int
) -> None:
    client = FaultyClient(table.client, Fault.SILENT_ONCE, 3, kind)
    guard = counter(Table(client, table.name), clock, users=10)
    counted = [guard.count("acme", CONNECTION, number) for number in (4, 5)]
    clock.now += 300
    guard.give_back("acme", CONNECTION, 5, counted[1].counted_at)
    assert client.calls == 4, "two counts, and a subtraction that is sent twice"
    assert guard.count("acme", CONNECTION).count == 5
    clock.now += 3_900
    assert guard.count("acme", CONNECTION).count == 1


def test_no_more_users_are_subtracted_than_were_counted(table: Table, clock: Clock) -> None:
    guard = counter(table, clock)
    counted = guard.count("acme", CONNECTION, 2)
    guard.give_back("acme", CONNECTION, 3, counted.counted_at)
    assert guard.count("acme", CONNECTION).count == 3


def test_users_stay_counted_where_the_table_does_not_answer_in_time(table: Table, clock: Clock) -> None:
    guard = counter(table, clock)
    counted = guard.count("acme", CONNECTION, 2)
    client = FaultyClient(table.client, Fault.LOST, 1)
    with request_time(0):
        counter(Table(client, table.name), clock).give_back("acme", CONNECTION, 2, counted.counted_at)
    assert guard.count("acme", CONNECTION).count == 3


def test_users_of_more_than_an_hour_ago_do_not_count_and_leave_the_item(table: Table, clock: Clock) -> None:
    guard = counter(table, clock)
    for _ in range(12):
        guard.count("acme", CONNECTION)
        clock.now += 300
    assert guard.count("acme", CONNECTION).count == 13
    clock.now += 3_900
    assert guard.count("acme", CONNECTION).count == 1
    guard.count("acme", CONNECTION)
    item = table.get(keys.guard("acme", CONNECTION))
    assert item is not None
    assert len(read_count(item).slots) == 1
    assert int(item["expires_at"]["N"]) == int(clock.now) + KEPT_SECONDS


def test_the_limit_is_the_larger_one_of_a_number_and_a_share_of_the_users(table: Table, clock: Clock) -> None:
    users(table, 101)
    guard = counter(table, clock, percent=5, action="hold")
    assert [guard.count("acme", CONNECTION).held for _ in range(7)] == [False] * 5 + [True] * 2
    small = counter(table, clock, percent=1, action="hold")
    assert [small.count("acme", "another2connectio").held for _ in range(5)] == [False] * 3 + [True] * 2


def test_the_number_of_users_is_read_once_in_ten_minutes_and_only_beyond_the_smaller_limit(
    table: Table, clock: Clock
) -> None:
    users(table, 1_000)
    guard = counter(table, clock, percent=50)
    calls = []
    for _ in range(6):
        table.meter.reset()
        guard.count("acme", CONNECTION)
        calls.append(table.meter.calls)
    assert calls == [1, 1, 1, 2, 1, 1]
    clock.now += 601
    table.meter.reset()
    guard.count("acme", CONNECTION)
    assert table.meter.calls == 2


def test_connections_and_directories_are_counted_apart(table: Table, clock: Clock) -> None:
    guard = counter(table, clock)
    for _ in range(5):
        guard.count("acme", CONNECTION)
    assert guard.count("acme", "another2connectio").count == 1
    assert guard.count("globex", CONNECTION).count == 1


def test_of_parallel_requests_each_is_counted_as_many_are_held_as_exceed_and_one_reports(
    table: Table, clock: Clock
) -> None:
    processes = [counter(table, clock, users=10, action="hold") for _ in range(5)]
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda number: processes[number % 5].count("acme", CONNECTION), range(30)))
    assert sorted(each.count for each in results) == list(range(1, 31))
    assert sum(each.held for each in results) == 20
    assert sum(each.is_first for each in results) == 1
