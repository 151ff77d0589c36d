"""What an operation costs: the calls and capacity units of design section 5, which do not grow with the directory or the group.

Measured through the handler, on an engine that counts as AWS does, in a directory of 110 users with a group of 10 and in one of
100,100 with a group of 100,000. The numbers are exact, so a change that costs more shows here first.
"""

from typing import Any

import pytest

from benchmarks.cost import Cost, cost_of
from benchmarks.operations import OPERATIONS
from benchmarks.places import TablePlace
from support.datasets import Dataset
from support.engines import engine_name
from tests.storage.conftest import CROWDS

pytestmark = pytest.mark.skipif(
    engine_name() != "dynoxide",
    reason="no engine here that counts capacity units as AWS does, or imports so many items",
)

COSTS = {
    # a look-up is one read of the value and one of the resource
    '`GET /Users?filter=userName eq "x"`, miss': Cost(1, 1, 0),
    '`GET /Users?filter=userName eq "x"`, hit': Cost(2, 2, 0),
    '`GET /Users?filter=externalId eq "x"`, hit': Cost(2, 2, 0),
    "`GET /Users/{id}`, in no group": Cost(1, 1, 0),
    "`GET /Users/{id}`, in a group": Cost(2, 2, 0),
    # five items, 2 units each in a transaction: the user, the count, the userName, two look-ups
    "`POST /Users`": Cost(1, 0, 10),
    "`PATCH /Users/{id}`, title": Cost(2, 1, 1),
    "`PATCH /Users/{id}`, userName": Cost(2, 1, 6),
    "`DELETE /Users/{id}`, in no group": Cost(2, 1, 10),
    # and for each group, the membership and the group's version
    "`DELETE /Users/{id}`, in the large group": Cost(2, 1, 14),
    "`DELETE /Users/{id}`, in 45 groups": Cost(2, 1, 192),
    # 256 counts are 9 KB
    "`GET /Users?count=0`": Cost(1, 3, 0),
    # the counts, 89 KB of users, the names of their groups
    "`GET /Users?startIndex=1&count=100`": Cost(3, 26, 0),
    "`GET /Users?cursor&count=100`": Cost(3, 26, 0),
    "`POST /Groups`, without members": Cost(1, 0, 6),
    "`GET /Groups/{id}?excludedAttributes=members`": Cost(1, 1, 0),
    '`GET /Groups?filter=displayName eq "x"`': Cost(2, 2, 0),
    '`GET /Groups?filter=id eq "g" and members eq "u"`': Cost(2, 2, 0),
    "`PATCH /Groups/{id}`, displayName": Cost(2, 1, 6),
    # for each member, the membership and the user's groups; once, the group's version
    "`PATCH /Groups/{id}`, add 1 member": Cost(1, 0, 6),
    "`PATCH /Groups/{id}`, remove 1 member": Cost(1, 0, 6),
    "`PATCH /Groups/{id}`, add 45 members": Cost(1, 0, 182),
    "`PATCH /Groups/{id}`, remove 45 members": Cost(1, 0, 182),
    "`DELETE /Groups/{id}`": Cost(2, 1, 6),
}
"""By operation: calls, read units, write units, at any size."""

PAGE_OF_READS = 4_096
"""Bytes of a read unit."""


@pytest.fixture(scope="module", params=CROWDS, ids=lambda each: f"{each.members} members")
def crowd(request: pytest.FixtureRequest, crowds: Any) -> TablePlace:
    dataset: Dataset = request.param
    return TablePlace(crowds, dataset)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_costs_the_same_at_any_size(crowd: TablePlace, operation: str) -> None:
    assert cost_of(crowd, OPERATIONS[operation]) == COSTS[operation]


@pytest.mark.parametrize("share", [0.0, 0.13, 0.5, 0.87, 0.99])
def test_a_page_by_index_reads_itself_and_the_users_of_its_two_digits_at_most(crowd: TablePlace, share: float) -> None:
    users, count = crowd.dataset.users, 10
    crowd.send("GET", "/Users", startIndex=1 + int(users * share), count=count, attributes="userName")

    most_before = 1.3 * users / 256 + 5  # random ids: some digits have more users than others
    read = (most_before + count) * crowd.dataset.user_bytes / PAGE_OF_READS
    assert crowd.meter.calls == 2
    assert 3 < crowd.meter.read_units <= 3 + read + 1
    assert crowd.meter.write_units == 0


def test_what_is_not_there_costs_no_more(crowd: TablePlace) -> None:
    crowd.send("GET", "/Users", filter='id eq "00000000-0000-4000-8000-000000000000"')
    assert Cost.of(crowd.meter) == Cost(1, 1, 0)
