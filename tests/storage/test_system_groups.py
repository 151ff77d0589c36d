"""System groups that are declared again after a deletion: nothing of the former group returns, and a late sweep takes nothing."""

from collections.abc import Callable

import pytest

from lambdas.environment.product import Product
from lambdas.environment.provider import build_provider
from lambdas.operations.permission_store import PermissionStore
from lambdas.store.storage import DynamoStorage
from lambdas.store.sweeping import SWEEP_BATCH, expire_mapping, sweep_group, sweep_in_batches
from lambdas.store.system_groups import SystemGroups
from lambdas.store.table import Table
from support.environments import SETS, environment_of
from tests.storage.agreement import assert_intact
from tests.storage.builders import GROUP, Directory
from tests.storage.seeding import seed_users

ENVIRONMENT = environment_of('[permissions]\nsources = ["system-groups", "groups"]\n' + SETS)
ADMIN = ENVIRONMENT.permissions.sets[-1].group_id


@pytest.fixture
def acme(new_table: Callable[[], Table]) -> Directory:
    return Directory(new_table(), provider=build_provider(ENVIRONMENT))


def declare(directory: Directory) -> None:
    """Make the directory's system groups, as the first request to a new process does."""
    storage = DynamoStorage(directory.table, directory.id, directory.provider, Product.of(ENVIRONMENT))
    SystemGroups(ENVIRONMENT.permissions).ensure(storage.reader, storage.writer)


def declare_with_members(directory: Directory, number: int = 2) -> list[str]:
    declare(directory)
    users = seed_users(directory, number)
    directory.change(ADMIN, add=users)
    return users


def test_a_system_group_that_is_declared_again_before_the_sweep_has_no_member_of_the_former(acme: Directory) -> None:
    users = declare_with_members(acme)
    PermissionStore(acme.table, acme.id).map_group(ADMIN, ["editor"])
    acme.storage.delete(GROUP, ADMIN)

    declare(acme)
    assert acme.members(ADMIN) == set()
    assert all(acme.groups(each) == set() for each in users)
    assert PermissionStore(acme.table, acme.id).mappings() == {}
    assert_intact(acme)


def test_a_late_sweep_takes_no_member_out_of_a_group_that_exists_again(acme: Directory) -> None:
    ann, bob = declare_with_members(acme)
    acme.storage.delete(GROUP, ADMIN)
    declare(acme)
    acme.change(ADMIN, add=[ann])
    PermissionStore(acme.table, acme.id).map_group(ADMIN, ["editor"])

    assert sweep_group(acme.table, acme.id, ADMIN) == 0
    expire_mapping(acme.table, acme.id, ADMIN)
    assert (acme.members(ADMIN), acme.groups(ann), acme.groups(bob)) == ({ann}, {ADMIN}, set())
    ((_, mapped),) = PermissionStore(acme.table, acme.id).mappings().items()
    assert mapped == {"editor"}
    assert "expires_at" not in next(acme.table.query(f"{acme.id}#PERMISSION"))


def test_a_sweep_that_is_under_way_when_the_group_is_declared_again_stops(acme: Directory) -> None:
    users = declare_with_members(acme, 2 * SWEEP_BATCH)
    acme.storage.delete(GROUP, ADMIN)
    sweep = sweep_in_batches(acme.table, acme.id, ADMIN)
    assert next(sweep) == SWEEP_BATCH

    declare(acme)
    acme.change(ADMIN, add=users[:3])
    assert list(sweep) == []
    assert acme.members(ADMIN) == set(users[:3])
    assert_intact(acme)
