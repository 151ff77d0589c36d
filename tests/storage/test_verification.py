"""Verifying a directory: each kind of disagreement is found and repaired, and nothing else is reported."""

import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lambdas.store import keys
from lambdas.store.keys import Key, key_of
from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from scimctl.maintenance.verification import Difference, Kind, repair, verify
from tests.storage.builders import GROUP, NOBODY, PROVIDER, USER, Directory


@pytest.fixture(scope="module")
def table(new_table: Callable[[], Table]) -> Table:
    return new_table()


NUMBERS = itertools.count()
ENOUGH_TURNS = 12
"""Rounds of changes by each of three threads."""


@pytest.fixture
def acme(table: Table) -> Directory:
    """A directory of each test's own."""
    return Directory(table, f"acme-{next(NUMBERS)}")


def verified(directory: Directory) -> list[Difference]:
    return verify(directory.table, directory.id, PROVIDER)


def repaired(directory: Directory, differences: list[Difference]) -> list[Difference]:
    return repair(directory.table, directory.id, PROVIDER, differences, patience=0)


def put(directory: Directory, key: Key, **attributes: Any) -> None:
    """Write an item past the store."""
    directory.table.client.put_item(TableName=directory.table.name, Item={**key_of(key), **attributes})


def remove(directory: Directory, key: Key) -> None:
    """Delete an item past the store."""
    directory.table.client.delete_item(TableName=directory.table.name, Key=key_of(key))


def update(directory: Directory, key: Key, expression: str, **values: Any) -> None:
    """Change an item past the store."""
    directory.table.client.update_item(
        TableName=directory.table.name,
        Key=key_of(key),
        UpdateExpression=expression,
        ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
    )


def user_name(directory: Directory, value: str) -> Key:
    return keys.unique(directory.id, "User", "userName", value)


def external_id(directory: Directory, value: str, resource_id: str) -> Key:
    return keys.lookup(directory.id, "User", "externalId", value, resource_id)


def test_an_intact_directory_with_everything_in_it_has_no_difference(acme: Directory) -> None:
    ann = acme.user("Ann", externalId="e1", emails=[{"value": "ann@x"}, {"value": "ANN@y"}])
    bob = acme.user("bob" * 500, externalId="e" * 3000)
    inner = acme.group("Inner", ann, bob, externalId="g#1")
    acme.group("Outer", inner, ann)
    for number in range(60):
        acme.group(f"Group {number}", ann)
    acme.storage.delete(USER, acme.user("gone"))
    acme.group("Large", *(acme.user(f"user{number}") for number in range(60)))
    swept = acme.group("Swept", ann, inner)
    acme.storage.delete(GROUP, swept)
    sweep_group(acme.table, acme.id, swept)

    assert verified(acme) == []


def test_an_empty_directory_has_no_difference(acme: Directory) -> None:
    assert verified(acme) == []


def test_the_rest_of_a_deleted_group_is_harmless_and_can_be_swept(acme: Directory) -> None:
    ann, bob = acme.user("ann"), acme.user("bob")
    staff = acme.group("Staff", ann, bob)
    acme.storage.delete(GROUP, staff)

    (rest,) = verified(acme)
    assert rest.kind is Kind.UNSWEPT
    assert rest.harmless
    assert rest.found == "2 memberships"

    assert repaired(acme, [rest]) == []
    assert verified(acme) == []


def test_a_group_that_came_into_being_meanwhile_is_not_swept(acme: Directory) -> None:
    """A large new group's members are written before the group itself."""
    ann = acme.user("ann")
    staff = acme.group("Staff", ann)
    key = keys.resource(acme.id, "Group", staff)
    group = acme.table.get(key)
    assert group is not None
    remove(acme, key)
    rests = [each for each in verified(acme) if each.kind is Kind.UNSWEPT]
    acme.table.client.put_item(TableName=acme.table.name, Item=group)

    assert len(rests) == 1
    assert repaired(acme, rests) == []
    assert acme.members(staff) == {ann}
    assert verified(acme) == []


Plant = Callable[[Directory], None]


def count_too_high(acme: Directory) -> None:
    update(acme, keys.count(acme.id, "User", acme.user("ann")), "ADD n :n", n={"N": "3"})


def count_gone(acme: Directory) -> None:
    remove(acme, keys.count(acme.id, "Group", acme.group("Staff")))


def count_of_nobody(acme: Directory) -> None:
    put(acme, keys.count(acme.id, "User", NOBODY), n={"N": "1"})


def unique_gone(acme: Directory) -> None:
    acme.user("Ann")
    remove(acme, user_name(acme, "ann"))


def unique_of_another(acme: Directory) -> None:
    acme.user("ann")
    put(acme, user_name(acme, "ann"), id={"S": acme.user("bob")})


def unique_of_a_deleted_user(acme: Directory) -> None:
    acme.user("ann")
    put(acme, user_name(acme, "ann"), id={"S": NOBODY})


def unique_without_owner(acme: Directory) -> None:
    put(acme, user_name(acme, "nobody"), id={"S": NOBODY})


def unique_left_after_a_rename(acme: Directory) -> None:
    put(acme, user_name(acme, "former"), id={"S": acme.user("ann")})


def unique_without_id(acme: Directory) -> None:
    put(acme, user_name(acme, "nobody"))


def lookup_gone(acme: Directory) -> None:
    ann = acme.user("ann", externalId="e1")
    remove(acme, external_id(acme, "e1", ann))


def lookup_of_nobody(acme: Directory) -> None:
    put(acme, external_id(acme, "e1", NOBODY))


def lookup_of_a_former_value(acme: Directory) -> None:
    put(acme, external_id(acme, "former", acme.user("ann", externalId="e1")))


def member_of_nobody(acme: Directory) -> None:
    put(acme, keys.member(acme.id, acme.group("Staff"), NOBODY), type={"S": "User"})


def member_of_another_type(acme: Directory) -> None:
    inner = acme.group("Inner")
    put(acme, keys.member(acme.id, acme.group("Outer", inner), inner), type={"S": "User"})


def groups_lack_a_group(acme: Directory) -> None:
    ann = acme.user("ann")
    staff = acme.group("Staff", ann)
    update(acme, keys.resource(acme.id, "User", ann), "DELETE groups :g", g={"SS": [staff]})


def groups_exceed_the_members(acme: Directory) -> None:
    ann = acme.user("ann")
    staff = acme.group("Staff")
    update(acme, keys.resource(acme.id, "User", ann), "ADD groups :g", g={"SS": [staff]})


def groups_name_no_group(acme: Directory) -> None:
    update(acme, keys.resource(acme.id, "User", acme.user("ann")), "ADD groups :g", g={"SS": [NOBODY]})


@pytest.mark.parametrize(
    ("plant", "kind", "found", "expected"),
    [
        (count_too_high, Kind.COUNT, "4", "1"),
        (count_gone, Kind.COUNT, "no count", "1"),
        (count_of_nobody, Kind.COUNT, "1", "0"),
        (unique_gone, Kind.UNIQUE_MISSING, "none", None),
        (unique_of_another, Kind.UNIQUE_OF_ANOTHER, None, None),
        (unique_of_a_deleted_user, Kind.UNIQUE_OF_ANOTHER, NOBODY, None),
        (unique_without_owner, Kind.UNIQUE_OF_NOBODY, NOBODY, "none"),
        (unique_left_after_a_rename, Kind.UNIQUE_OF_NOBODY, None, "none"),
        (unique_without_id, Kind.UNIQUE_OF_NOBODY, "none", "none"),
        (lookup_gone, Kind.LOOKUP_MISSING, "none", "a look-up"),
        (lookup_of_nobody, Kind.LOOKUP_OF_NOBODY, "a look-up", "none"),
        (lookup_of_a_former_value, Kind.LOOKUP_OF_NOBODY, "a look-up", "none"),
        (member_of_nobody, Kind.MEMBER_OF_NOBODY, "a member item", "none"),
        (member_of_another_type, Kind.MEMBER_TYPE, "type User", "type Group"),
        (groups_lack_a_group, Kind.GROUPS_LACK, None, None),
        (groups_exceed_the_members, Kind.GROUPS_EXCEED, None, None),
        (groups_name_no_group, Kind.UNSWEPT, None, None),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_disagreement_is_reported_and_repaired(
    acme: Directory, plant: Plant, kind: Kind, found: str | None, expected: str | None
) -> None:
    plant(acme)

    (difference,) = verified(acme)

    assert difference.kind is kind
    assert found is None or difference.found == found
    assert expected is None or difference.expected == expected
    assert difference.key.startswith(f"{acme.id}#")
    assert difference.sentence.endswith(".")
    assert repaired(acme, [difference]) == []
    assert verified(acme) == []


def test_many_disagreements_at_once_are_found_and_repaired(acme: Directory) -> None:
    plants = [count_of_nobody, unique_without_owner, lookup_of_nobody, groups_exceed_the_members]
    for plant in plants:
        plant(acme)

    differences = verified(acme)

    assert len(differences) == len(plants)
    assert repaired(acme, differences) == []
    assert verified(acme) == []


def test_repaired_memberships_follow_the_member_items(acme: Directory) -> None:
    ann, bob = acme.user("ann"), acme.user("bob")
    staff, board = acme.group("Staff", ann), acme.group("Board")
    update(acme, keys.resource(acme.id, "User", ann), "DELETE groups :g", g={"SS": [staff]})
    update(acme, keys.resource(acme.id, "User", bob), "ADD groups :g", g={"SS": [board]})

    repaired(acme, verified(acme))

    assert (acme.members(staff), acme.members(board)) == ({ann}, set())
    assert (acme.groups(ann), acme.groups(bob)) == ({staff}, set())


def test_repaired_values_find_their_resource_again(acme: Directory) -> None:
    ann = acme.user("Ann", externalId="e1")
    remove(acme, user_name(acme, "ann"))
    remove(acme, external_id(acme, "e1", ann))

    repaired(acme, verified(acme))

    assert acme.search(USER, filter='userName eq "ANN"').total == 1
    assert acme.search(USER, filter='externalId eq "e1"').total == 1


@pytest.mark.parametrize("owned", [True, False])
def test_a_unique_value_of_two_resources_is_told_with_both_ids_and_left_to_a_person(
    acme: Directory, *, owned: bool
) -> None:
    ann, second = acme.user("ann"), acme.user("second")
    give_user_name(acme, second, "ANN")
    remove(acme, user_name(acme, "second"))
    if not owned:
        remove(acme, user_name(acme, "ann"))

    (difference,) = verified(acme)

    assert difference.kind is Kind.UNIQUE_TWICE
    assert ann in difference.sentence
    assert second in difference.sentence
    assert repaired(acme, [difference]) == [difference]

    acme.storage.delete(USER, second)
    repaired(acme, verified(acme))
    assert verified(acme) == []
    assert acme.search(USER, filter='userName eq "ann"').total == 1


def give_user_name(acme: Directory, user: str, name: str) -> None:
    """Write another userName into a user's document, past the store."""
    key = keys.resource(acme.id, "User", user)
    item = acme.table.get(key)
    assert item is not None
    document = json.dumps({**json.loads(item["doc"]["S"]), "userName": name})
    update(acme, key, "SET doc = :doc", doc={"S": document})


def test_a_document_that_cannot_be_read_is_told_and_stops_nothing_else(acme: Directory) -> None:
    ann = acme.user("ann")
    update(acme, keys.resource(acme.id, "User", ann), "SET doc = :doc", doc={"S": "{"})
    count_of_nobody(acme)

    differences = verified(acme)

    assert [each.kind for each in differences] == [Kind.COUNT, Kind.UNREADABLE]
    assert [each.kind for each in repaired(acme, differences)] == [Kind.UNREADABLE]


def test_a_repair_looks_again_and_leaves_what_a_request_has_repaired_already(acme: Directory) -> None:
    ann = acme.user("ann")
    staff = acme.group("Staff", ann)
    update(acme, keys.resource(acme.id, "User", ann), "DELETE groups :g", g={"SS": [staff]})
    differences = verified(acme)
    acme.change(staff, remove=[ann])
    version = acme.version(USER, ann)

    assert repaired(acme, differences) == []
    assert acme.version(USER, ann) == version
    assert acme.members(staff) == acme.groups(ann) == set()


def test_another_directory_of_the_table_is_neither_read_nor_repaired(acme: Directory) -> None:
    other = Directory(acme.table, f"{acme.id}-2")
    unique_without_owner(other)

    assert verified(acme) == []
    assert len(verified(other)) == 1


class InSmallPages:
    """A DynamoDB client whose Scans answer a few items at a time, so that much changes between the first and the last."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def scan(self, **request: Any) -> Any:
        return self._client.scan(Limit=7, **request)


def test_a_directory_in_use_gives_no_false_alarm(new_table: Callable[[], Table]) -> None:
    """Members move, users and groups are created, renamed and deleted while it is verified again and again."""
    directory = Directory(new_table(), "busy")
    slowly = Directory(Table(InSmallPages(directory.table.client), directory.table.name), directory.id)
    users = [directory.user(f"user{number}") for number in range(6)]
    staff = directory.group("Staff")
    turns: Counter[int] = Counter()
    stop = threading.Event()

    def use(number: int) -> None:
        own = Directory(Table(directory.table.client, directory.table.name), directory.id)
        while not stop.is_set():
            turns[number] += 1
            own.change(staff, add=[users[number]])
            own.storage.delete(USER, own.user(f"passing{number}-{turns[number]}", externalId=f"e{turns[number]}"))
            own.change(staff, remove=[users[number]])
            rename(own, users[number], f"user{number}-{turns[number]}")
            passing = own.group(f"Passing {number}-{turns[number]}", users[number], users[number + 3])
            own.storage.delete(GROUP, passing)

    with ThreadPoolExecutor(3) as pool:
        working = [pool.submit(use, number) for number in range(3)]
        found: list[Difference] = []
        while min(turns[number] for number in range(3)) < ENOUGH_TURNS and not any(each.done() for each in working):
            found += verified(slowly)
        stop.set()
        for each in working:
            each.result()

    assert [each for each in found if not each.harmless] == []
    assert [each for each in verified(directory) if not each.harmless] == []


def rename(directory: Directory, user: str, name: str) -> None:
    storage = directory.storage
    resource: Any = storage.get(USER, user)
    resource.user_name = name
    storage.update(USER, resource)
