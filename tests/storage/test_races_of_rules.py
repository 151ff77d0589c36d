"""Races by the rules of a file: users who are disabled or removed while others change them, unique values taken at once."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from scim2_models import SCIMException

from lambdas.environment.provider import build_provider
from lambdas.environment.rules import EnvironmentRules
from lambdas.scim.service import DirectoryService
from lambdas.store.table import Table
from support.engines import client_for, running_engine
from support.environments import environment_of
from support.tables import create_table
from tests.storage.builders import PROVIDER, USER, Directory
from tests.storage.test_races import AT_ONCE, all_at_once, assert_verified, patch


@pytest.fixture(scope="module")
def directories() -> Iterator[Callable[[str], Directory]]:
    """Gives a directory on a shared engine; each thread must make its own, as each function instance does."""
    with running_engine() as url:
        client = client_for(url)
        name = create_table(client)
        yield lambda directory_id: Directory(Table(client, name), directory_id)


def deprovisioning(toml: str) -> DirectoryService:
    """Return the protocol by an environment's ``[users.deprovisioning]``."""
    rules = EnvironmentRules(environment_of(f"[users.deprovisioning]\n{toml}"), PROVIDER)
    return DirectoryService(PROVIDER, lambda: b"0" * 32, rules)


DISABLE = {"op": "replace", "path": "active", "value": False}


def changes_and_one_disabling(
    directories: Callable[[str], Directory], name: str, user: str, service: DirectoryService
) -> list[Any]:
    """Change a user many times at once, and disable it among them."""
    works: list[Callable[[], Any]] = [
        lambda number=number: patch(
            directories(name),
            f"/Users/{user}",
            {"op": "replace", "path": "title", "value": f"Title {number}"},
            service=service,
        )
        for number in range(AT_ONCE // 2)
    ]
    works.insert(10, lambda: patch(directories(name), f"/Users/{user}", DISABLE, service=service))
    return all_at_once(works)


def test_a_user_disabled_while_it_is_changed_leaves_all_its_groups_and_no_change_is_lost(
    directories: Callable[[str], Directory],
) -> None:
    directory = directories("leave")
    ann = directory.user("ann")
    groups = [directory.group(f"Group {number}", ann) for number in range(AT_ONCE)]

    service = deprovisioning('memberships = "remove"')
    results = changes_and_one_disabling(directories, "leave", ann, service)

    assert set(results) == {200}
    found: Any = directory.get(USER, ann)
    assert found.active is False
    assert found.title is not None
    assert directory.groups(ann) == set()
    assert all(directory.members(each) == set() for each in groups)
    assert_verified(directory)


def test_a_user_disabled_while_it_is_changed_is_removed_where_the_rules_say_so(
    directories: Callable[[str], Directory],
) -> None:
    directory = directories("remove")
    ann = directory.user("ann")
    groups = [directory.group(f"Group {number}", ann) for number in range(20)]

    results = changes_and_one_disabling(directories, "remove", ann, deprovisioning('deactivated = "remove"'))

    assert {getattr(each, "status", each) for each in results} <= {200, 404}
    assert 200 in results
    assert directory.search(USER).total == 0
    assert all(directory.members(each) == set() for each in groups)
    assert_verified(directory)


def test_of_fifty_users_created_with_one_unique_address_one_succeeds(directories: Callable[[str], Directory]) -> None:
    provider = build_provider(environment_of('[users]\nunique = ["emails.value"]'))
    results = all_at_once(
        [
            lambda number=number: Directory(directories("unique").table, "unique", provider).user(
                f"user{number}", emails=[{"value": "Ann@example.com"}]
            )
            for number in range(AT_ONCE)
        ]
    )
    refusals = [each for each in results if isinstance(each, SCIMException)]
    assert [each.status for each in refusals] == [409] * (AT_ONCE - 1)
    assert 'emails.value is "ann@example.com"' in str(refusals[0].detail)
