"""A walk through a directory by cursor (RFC 9865) while others create and delete users: nobody is left out, nobody comes twice."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.places import TablePlace
from lambdas.store.table import Table
from support.datasets import Dataset, engine_with, resource_id
from support.tables import TABLE_NAME
from tests.storage.builders import USER, Directory

USERS = Dataset(members=0, lone=1_900)
CHANGES = 200
"""Users deleted, and as many created, while the walk is under way."""

PAGE = 40
"""Small, so that the walk has fifty pages: their number matters, not their size."""


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with engine_with(USERS) as client:
        yield client


def walk(place: TablePlace) -> Iterator[list[str]]:
    """Yield the ids of each page, following ``nextCursor`` to the end."""
    cursor: str | None = ""
    while cursor is not None:
        body = place.send("GET", "/Users", cursor=cursor, count=PAGE, attributes="userName").body or {}
        yield [each["id"] for each in body["Resources"]]
        cursor = body.get("nextCursor")


class Turmoil:
    """Users that come and go in a thread of their own, until all changes are made."""

    def __init__(self, client: Any, leave: list[str]) -> None:
        self.client = client
        self.leave = leave
        self.pages = threading.Semaphore(0)
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        directory = Directory(Table(self.client, TABLE_NAME), USERS.directory)
        for number, each in enumerate(self.leave):
            if number % 4 == 0:
                self.pages.acquire()  # some changes for every page: they last as long as the walk
            directory.storage.delete(USER, each)
            directory.user(f"newcomer{number}")


def test_everyone_who_stays_is_returned_exactly_once_while_200_come_and_200_go(client: Any) -> None:
    everyone = [resource_id(number) for number in range(USERS.users)]
    at_the_cut = set(sorted(everyone)[PAGE - 1 :: 2 * PAGE])  # among them the very users that cursors point at
    chance = random.Random(9865)  # noqa: S311 -- the same at every run, not a secret
    others = chance.sample(sorted(set(everyone) - at_the_cut), CHANGES - len(at_the_cut))
    leave = chance.sample([*sorted(at_the_cut), *others], CHANGES)
    turmoil = Turmoil(client, leave)

    place = TablePlace(client, USERS)
    seen: Counter[str] = Counter()
    turmoil.thread.start()
    for page in walk(place):
        assert page == sorted(page)
        seen.update(page)
        turmoil.pages.release()
    turmoil.pages.release(CHANGES)
    turmoil.thread.join(timeout=60)

    assert {each: seen[each] for each in set(everyone) - set(leave)} == dict.fromkeys(set(everyone) - set(leave), 1)
    assert set(seen.values()) == {1}
    assert (place.send("GET", "/Users", count=0).body or {})["totalResults"] == USERS.users


def test_the_user_that_a_cursor_points_at_may_be_deleted(client: Any) -> None:
    place = TablePlace(client, USERS)
    directory = Directory(Table(client, TABLE_NAME), USERS.directory)
    pages = walk(place)
    first = next(pages)
    directory.storage.delete(USER, first[-1])
    second = next(pages)

    rest = sorted(each for each in _ids(client) if each > first[-1])
    assert second == rest[:PAGE]


def _ids(client: Any) -> list[str]:
    table = Table(client, TABLE_NAME)
    return [item["sk"]["S"] for item in table.query(f"{USERS.directory}#USER", attributes=("sk",))]
