"""What an operation costs: the calls and capacity units of design section 5, which do not grow with the directory or the group.

Measured on an engine that counts as AWS does. The numbers are exact, so a change that costs more shows here first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lambdas.store.table import Table
from tests.engines import client_for, engine_name, running_engine
from tests.storage.builders import GROUP, NOBODY, USER, Directory
from tests.storage.seeding import seed_members, seed_users
from tests.tables import create_table

pytestmark = pytest.mark.skipif(
    engine_name() != "dynoxide", reason="no engine here that counts capacity units as AWS does"
)

SIZES = (100, 2_000)
"""Users in the directory, and members in its large group."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_engine() as url:
        yield url


@dataclass
class Crowd:
    """A directory, its first users, a large group of everyone else and an empty one."""

    directory: Directory
    spare: list[str]
    large: str


@pytest.fixture(scope="module", params=SIZES)
def crowd(request: pytest.FixtureRequest, url: str) -> Crowd:
    client = client_for(url)
    directory = Directory(Table(client, create_table(client, f"scim-{request.param}")))
    users = seed_users(directory, request.param)
    large = directory.group("Everyone")
    seed_members(directory, large, users[50:])
    directory.cost()
    return Crowd(directory, users[:50], large)


def cost(directory: Directory, operation: Any) -> tuple[int, float, float]:
    """Return the calls, read units and write units of one operation."""
    directory.cost()
    operation()
    return directory.cost()


def test_reading_a_user_in_no_group_is_one_read(crowd: Crowd) -> None:
    assert cost(crowd.directory, lambda: crowd.directory.get(USER, crowd.spare[0])) == (1, 1.0, 0.0)


def test_matching_a_user_that_is_not_there_is_one_read(crowd: Crowd) -> None:
    assert cost(crowd.directory, lambda: crowd.directory.search(USER, filter='userName eq "nobody"', count=10)) == (
        1,
        1.0,
        0.0,
    )


def test_matching_a_user_that_is_there_is_two_reads(crowd: Crowd) -> None:
    scim_filter = 'userName eq "user3@example.com"'
    assert cost(crowd.directory, lambda: crowd.directory.search(USER, filter=scim_filter, count=10)) == (2, 2.0, 0.0)


def test_reading_a_group_without_its_members_is_one_read(crowd: Crowd) -> None:
    assert cost(crowd.directory, lambda: crowd.directory.storage.get_head(GROUP, crowd.large)) == (1, 1.0, 0.0)


def test_adding_and_removing_one_member_is_one_transaction_without_a_read(crowd: Crowd) -> None:
    one = [crowd.spare[1]]
    assert cost(crowd.directory, lambda: crowd.directory.change(crowd.large, add=one)) == (1, 0.0, 6.0)
    assert cost(crowd.directory, lambda: crowd.directory.change(crowd.large, remove=one)) == (1, 0.0, 6.0)


def test_adding_and_removing_45_members_is_one_transaction_without_a_read(crowd: Crowd) -> None:
    many = crowd.spare[2:47]
    assert len(many) == 45
    assert cost(crowd.directory, lambda: crowd.directory.change(crowd.large, add=many)) == (1, 0.0, 182.0)
    assert cost(crowd.directory, lambda: crowd.directory.change(crowd.large, remove=many)) == (1, 0.0, 182.0)


def test_asking_whether_a_user_is_a_member_is_two_reads(crowd: Crowd) -> None:
    scim_filter = f'id eq "{crowd.large}" and members eq "{crowd.spare[0]}"'
    search = lambda: crowd.directory.search(GROUP, filter=scim_filter, excludedAttributes=["members"], count=10)  # noqa: E731
    assert cost(crowd.directory, search)[0] == 2


def test_creating_changing_and_deleting_a_user(crowd: Crowd) -> None:
    directory = crowd.directory
    made: list[str] = []
    values = {"externalId": "e", "emails": [{"value": "new@x", "type": "work"}]}

    # 5 items, 2 units each in a transaction: the user, the count, the userName, two look-ups
    assert cost(directory, lambda: made.append(directory.user("new", **values))) == (1, 0.0, 10.0)

    def retitle() -> None:
        storage = directory.storage
        user: Any = storage.get(USER, made[0])
        user.title = "Chief"
        storage.update(USER, user, expected_version=user.meta.version)

    assert cost(directory, retitle) == (2, 1.0, 1.0)

    def rename() -> None:
        storage = directory.storage
        user: Any = storage.get(USER, made[0])
        user.user_name = "newer"
        storage.update(USER, user, expected_version=user.meta.version)

    assert cost(directory, rename) == (2, 1.0, 6.0)
    assert cost(directory, lambda: directory.storage.delete(USER, made[0])) == (2, 1.0, 10.0)


def test_creating_a_group_without_members_is_one_transaction(crowd: Crowd) -> None:
    made: list[str] = []
    assert cost(crowd.directory, lambda: made.append(crowd.directory.group("Empty"))) == (1, 0.0, 6.0)
    crowd.directory.storage.delete(GROUP, made[0])


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_any_page_by_index_is_two_queries_and_at_most_one_batch_for_the_groups(crowd: Crowd, share: float) -> None:
    total = crowd.directory.search(USER, count=0).total
    page = lambda: crowd.directory.search(USER, startIndex=1 + int(total * share), count=5)  # noqa: E731
    calls, _, written = cost(crowd.directory, page)
    assert calls in (2, 3)
    assert written == 0.0


def test_what_is_not_there_costs_no_more(crowd: Crowd) -> None:
    assert cost(crowd.directory, lambda: crowd.directory.search(USER, filter=f'id eq "{NOBODY}"', count=1)) == (
        1,
        1.0,
        0.0,
    )
