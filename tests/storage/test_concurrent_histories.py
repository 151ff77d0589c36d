"""Whatever changes of one group run in parallel, some serial order of them explains what the group ends as.

Each example runs two or three changes call by call, in an order that hypothesis chooses, with batches of two members, so that a
change is one transaction or several.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas import retrying
from lambdas.scim.members_in_requests import Member, MemberChange
from lambdas.store import group_updates, memberships
from lambdas.store.storage import DynamoStorage
from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from tests.examples import examples
from tests.storage.builders import GROUP, PROVIDER, USER, Directory
from tests.storage.histories import Request, run, serial_orders

USERS = 5
BATCH = 2


@dataclass(frozen=True)
class Change:
    """A change of a group's members, by the numbers of users."""

    verb: str
    members: frozenset[int]

    def apply(self, before: frozenset[int]) -> frozenset[int]:
        return {
            "add": before | self.members,
            "remove": before - self.members,
            "replace": self.members,
        }[self.verb]

    def of(self, ids: list[str]) -> MemberChange:
        named = [ids[each] for each in sorted(self.members)]
        if self.verb == "remove":
            return MemberChange(removed=set(named))
        return MemberChange(replaces=self.verb == "replace", added={each: Member(each) for each in named})


members = st.frozensets(st.integers(0, USERS - 1), max_size=USERS)
changes = st.builds(Change, st.sampled_from(["add", "remove", "replace"]), members)
orders = st.lists(st.integers(0, 2), max_size=40)


class Instant:
    """Stands for the module ``time`` where pauses between attempts are made: none takes any time."""

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        return


@pytest.fixture(autouse=True)
def small_batches_and_no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (memberships, group_updates):
        monkeypatch.setattr(module, "BATCH", BATCH)
    monkeypatch.setattr(retrying, "time", Instant())


@dataclass(frozen=True)
class Place:
    """A directory of some users, in which each example has a group of its own."""

    directory: Directory
    ids: list[str]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def group(self, members: frozenset[int]) -> str:
        return self.directory.group(f"Group {next(self.numbers)}", *(self.ids[each] for each in sorted(members)))

    def members(self, group: str) -> frozenset[int]:
        """Return the numbers of a group's members, which agree with the users' groups."""
        found = self.directory.members(group)
        stored = self.directory.storage.reader.stored_many(USER, self.ids)
        assert {each.id for each in stored if group in each.groups} == found
        return frozenset(self.ids.index(each) for each in found)

    def request(self, group: str, change: Change) -> Request:
        def work(request: Request) -> Any:
            table = Table(request.client(self.directory.table.client), self.directory.table.name)
            storage = DynamoStorage(table, self.directory.id, PROVIDER)
            return storage.update_group(GROUP, group, None, change.of(self.ids))

        return Request(work)


@pytest.fixture(scope="module")
def place(new_table: Callable[[], Table]) -> Place:
    directory = Directory(new_table())
    return Place(directory, [directory.user(f"user{each}") for each in range(USERS)])


def result(before: frozenset[int], parallel: list[Change], serial: tuple[int, ...]) -> frozenset[int]:
    for each in serial:
        before = parallel[each].apply(before)
    return before


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=members, parallel=st.lists(changes, min_size=2, max_size=3), order=orders)
def test_some_serial_order_of_parallel_changes_explains_the_members(
    place: Place, before: frozenset[int], parallel: list[Change], order: list[int]
) -> None:
    group = place.group(before)
    requests = [place.request(group, each) for each in parallel]

    run(requests, order)

    assert place.members(group) in {result(before, parallel, serial) for serial in serial_orders(requests)}
    place.directory.storage.delete(GROUP, group)
    sweep_group(place.directory.table, place.directory.id, group)


@pytest.mark.parametrize("order", [[], [0, 1, 0, 1], [1, 0, 0, 1, 1, 0], [0, 0, 1, 1, 1, 0]])
def test_two_parallel_replacements_end_as_one_of_them(place: Place, order: list[int]) -> None:
    group = place.group(frozenset({2}))
    run([place.request(group, Change("replace", frozenset({each}))) for each in range(2)], order)
    assert place.members(group) in ({0}, {1})


# Histories that ended as no serial order explains, before the rules of lambdas.store.group_updates held.
FOUND = {
    "a replacement between two attempts of an addition": (
        {0},
        [Change("add", frozenset({0, 1})), Change("replace", frozenset())],
        [0, 1, 1, 1, 0],
    ),
    "a replacement between two batches of an addition": (
        set(),
        [Change("add", frozenset({0, 1, 2, 3})), Change("replace", frozenset({4}))],
        [0, 0, 0, 1, 1, 1, 1, 1, 0],
    ),
    "an addition between two batches of a replacement": (
        {0, 1, 2},
        [Change("replace", frozenset({3, 4})), Change("add", frozenset({0}))],
        [0, 0, 0, 0, 1, 1, 0],
    ),
}


@pytest.mark.parametrize("history", FOUND.values(), ids=FOUND)
def test_a_request_that_meets_another_between_its_calls_ends_as_if_one_came_first(place: Place, history: Any) -> None:
    before, parallel, order = history
    group = place.group(frozenset(before))
    requests = [place.request(group, each) for each in parallel]
    run(requests, order)
    assert place.members(group) in {result(frozenset(before), parallel, each) for each in serial_orders(requests)}
