"""Races: fifty requests at once lose nothing, duplicate nothing and are refused nothing that their clients did not cause.

What they leave is verified as `scimctl directories verify` does it.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from scim2_models import SCIMException
from scim2_server.requests import ScimRequest

from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from scimctl.maintenance.verification import verify
from support.engines import client_for, running_engine
from support.tables import create_table
from tests.storage.agreement import assert_intact
from tests.storage.builders import GROUP, PROVIDER, USER, Directory

AT_ONCE = 50
SERVICE = DirectoryService(PROVIDER, lambda: b"0" * 32)


@pytest.fixture(scope="module")
def directories() -> Iterator[Callable[[str], Directory]]:
    """Gives a directory on a shared engine; each thread must make its own, as each function instance does."""
    with running_engine() as url:
        client = client_for(url)
        name = create_table(client)
        yield lambda directory_id: Directory(Table(client, name), directory_id)


def all_at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Run all works in threads of their own and return their results; an error is a result too."""

    def result(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except SCIMException as refusal:
            return refusal

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(result, works))


def assert_verified(directory: Directory) -> None:
    """Verify the directory: nothing may be wrong, and nothing left to be swept."""
    assert verify(directory.table, directory.id, PROVIDER) == []


def patch(directory: Directory, path: str, *operations: dict[str, Any], service: DirectoryService = SERVICE) -> int:
    """Send a PATCH through a handler of its own, and return its status."""
    handler = DirectoryHandler(service, directory.storage, Trace())
    body = json.dumps({"Operations": list(operations)}).encode()
    request = ScimRequest(
        "PATCH", "https://scim.example/v2/c", path, headers={"Content-Type": "application/json"}, body=body
    )
    return int(handler.handle(request).status)


def test_fifty_members_added_and_removed_at_once_are_all_there_or_gone(directories: Callable[[str], Directory]) -> None:
    directory = directories("members")
    stay = [directory.user(f"stay{number}") for number in range(AT_ONCE // 2)]
    leave = [directory.user(f"leave{number}") for number in range(AT_ONCE // 2)]
    staff = directory.group("Staff", *leave)

    add = [
        lambda each=each: patch(
            directories("members"), f"/Groups/{staff}", {"op": "Add", "path": "members", "value": [{"value": each}]}
        )
        for each in stay
    ]
    remove = [
        lambda each=each: patch(
            directories("members"), f"/Groups/{staff}", {"op": "remove", "path": f'members[value eq "{each}"]'}
        )
        for each in leave
    ]
    results = all_at_once([work for pair in zip(add, remove, strict=True) for work in pair])

    assert results == [204] * AT_ONCE
    assert directory.members(staff) == set(stay)
    assert all(directory.groups(each) == {staff} for each in stay)
    assert all(directory.groups(each) == set() for each in leave)
    assert directory.version(GROUP, staff) == f'W/"{1 + AT_ONCE}"'
    assert_verified(directory)


def test_of_fifty_creations_of_one_user_one_succeeds_and_the_others_are_conflicts(
    directories: Callable[[str], Directory],
) -> None:
    results = all_at_once([lambda: directories("create").user("ann") for _ in range(AT_ONCE)])

    refusals = [each for each in results if isinstance(each, SCIMException)]
    assert len(refusals) == AT_ONCE - 1
    assert {(each.status, each.scim_type) for each in refusals} == {(409, "uniqueness")}
    directory = directories("create")
    assert directory.search(USER).total == 1
    assert directory.search(USER, filter='userName eq "ann"').total == 1
    assert_verified(directory)


def test_fifty_patches_of_one_user_are_all_applied(directories: Callable[[str], Directory]) -> None:
    directory = directories("patch")
    ann = directory.user("ann")

    works = [
        lambda number=number: patch(
            directories("patch"),
            f"/Users/{ann}",
            {"op": "add", "path": "emails", "value": [{"value": f"{number}@x", "type": f"t{number}"}]},
        )
        for number in range(40)
    ]
    works += [
        lambda: patch(directories("patch"), f"/Users/{ann}", {"op": "replace", "path": "title", "value": "x"})
        for _ in range(10)
    ]

    assert all_at_once(works) == [200] * AT_ONCE
    user: Any = directory.get(USER, ann)
    assert {each.value for each in user.emails} == {f"{number}@x" for number in range(40)}
    assert user.title == "x"
    assert directory.version(USER, ann) == f'W/"{1 + 40 + 1}"', "setting the same title again is no change"
    assert_verified(directory)


def test_a_user_patched_and_put_into_groups_at_once_keeps_both(directories: Callable[[str], Directory]) -> None:
    directory = directories("both")
    ann = directory.user("ann")
    groups = [directory.group(f"Group {number}") for number in range(20)]

    works: list[Callable[[], Any]] = [lambda each=each: directories("both").change(each, add=[ann]) for each in groups]
    works += [
        lambda number=number: patch(
            directories("both"), f"/Users/{ann}", {"op": "replace", "path": "title", "value": str(number)}
        )
        for number in range(20)
    ]
    results = all_at_once(works)

    assert not [each for each in results if isinstance(each, SCIMException)]
    assert directory.groups(ann) == set(groups)
    assert directory.get(USER, ann).title is not None
    assert_verified(directory)


def test_a_user_deleted_while_being_put_into_groups_is_in_none_afterwards(
    directories: Callable[[str], Directory],
) -> None:
    directory = directories("delete")
    ann = directory.user("ann")
    groups = [directory.group(f"Group {number}") for number in range(20)]

    works: list[Callable[[], Any]] = [
        lambda each=each: directories("delete").change(each, add=[ann]) for each in groups
    ]
    works.insert(10, lambda: directories("delete").storage.delete(USER, ann))
    results = all_at_once(works)

    assert {getattr(each, "status", None) for each in results} <= {None, 400}
    assert directory.search(USER).total == 0
    assert all(directory.members(each) == set() for each in groups)
    assert_verified(directory)


def test_a_group_deleted_while_members_are_added_leaves_nothing_but_what_is_swept(
    directories: Callable[[str], Directory],
) -> None:
    directory = directories("gone")
    users = [directory.user(f"user{number}") for number in range(20)]
    staff = directory.group("Staff", *users[:5])

    works: list[Callable[[], Any]] = [lambda each=each: directories("gone").change(staff, add=[each]) for each in users]
    works.insert(10, lambda: directories("gone").storage.delete(GROUP, staff))
    results = all_at_once(works)

    assert {getattr(each, "status", None) for each in results} <= {None, 404}
    assert directory.search(GROUP).total == 0
    assert all(directory.groups(each) == set() for each in users)
    assert_intact(directory)
    sweep_group(directory.table, directory.id, staff)
    assert_verified(directory)


def test_of_fifty_users_renamed_to_one_name_at_once_one_succeeds_and_the_others_keep_theirs(
    directories: Callable[[str], Directory],
) -> None:
    directory = directories("rename")
    users = [directory.user(f"user{number}") for number in range(AT_ONCE)]
    renaming = {"op": "replace", "path": "userName", "value": "Ann"}

    results = all_at_once(
        [lambda each=each: patch(directories("rename"), f"/Users/{each}", renaming) for each in users]
    )

    assert sorted(getattr(each, "status", each) for each in results) == [200] + [409] * (AT_ONCE - 1)
    names = {each.user_name for each in directory.search(USER, count=AT_ONCE).resources}
    assert len(names) == AT_ONCE
    assert "Ann" in names
    assert_verified(directory)
