"""Items of up to 400 KB: what a resource holds beside its document counts, and a change that exceeds it is refused unwritten."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from scim2_models import InvalidValueException

from lambdas.store import keys
from lambdas.store.items import Stored
from lambdas.store.keys import key_of
from lambdas.store.limits import MAX_ITEM_BYTES, MAX_NAME_BYTES
from lambdas.store.sizes import item_bytes
from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from support.engines import engine_name
from tests.storage.builders import GROUP, USER, Directory
from tests.storage.faults import TRANSACTION
from tests.storage.seeding import seed_users

GROUPS = 4_000
"""So many that a document of 300 KB does not fit beside them."""


@pytest.fixture
def acme(new_table: Callable[[], Table]) -> Directory:
    return Directory(new_table())


def put_into_many_groups(directory: Directory, user: str, number: int = GROUPS) -> None:
    directory.table.client.update_item(
        TableName=directory.table.name,
        Key=key_of(keys.resource(directory.id, "User", user)),
        UpdateExpression="SET groups = :many",
        ExpressionAttributeValues={":many": {"SS": [f"{each:036d}" for each in range(number)]}},
    )


def stored(directory: Directory, user: str) -> Stored:
    return directory.storage.reader.stored(USER, user)


def retitle(directory: Directory, user: str, length: int) -> None:
    storage = directory.storage
    changed: Any = storage.get_head(USER, user)
    changed.title = "x" * length
    storage.update(USER, changed)


def test_the_groups_of_a_user_and_the_document_share_the_item(acme: Directory) -> None:
    ann = acme.user("ann", display_name="Ann")
    put_into_many_groups(acme, ann)
    acme.cost()

    with pytest.raises(InvalidValueException, match=r"^title: .* 4,000 groups"):
        retitle(acme, ann, 280_000)
    assert acme.cost()[2] == 0
    retitle(acme, ann, 200_000)
    assert acme.get(USER, ann).title is not None


@pytest.mark.skipif(engine_name() != "dynoxide", reason="no engine here that ends items at 400 KB")
def test_an_item_as_large_as_the_limit_is_stored_and_one_byte_more_is_refused(acme: Directory) -> None:
    ann = acme.user("ann" + "x" * (MAX_NAME_BYTES - 3))
    put_into_many_groups(acme, ann)
    retitle(acme, ann, 1)
    space = MAX_ITEM_BYTES - item_bytes(stored(acme, ann)) + 1

    with pytest.raises(InvalidValueException):
        retitle(acme, ann, space + 1)
    retitle(acme, ann, space)
    assert item_bytes(stored(acme, ann)) == MAX_ITEM_BYTES
    # What the service itself adds to a full item still fits: the next version and an operator's decisions.
    for each in range(10):
        retitle(acme, ann, space - each)


def test_a_resource_that_is_too_large_already_can_become_smaller(acme: Directory) -> None:
    ann = acme.user("ann")
    retitle(acme, ann, 250_000)
    put_into_many_groups(acme, ann, 4_100)
    retitle(acme, ann, 249_000)
    assert item_bytes(stored(acme, ann)) > MAX_ITEM_BYTES - 20_000


class Bounded:
    """A client that refuses transactions of more actions than a number, as DynamoDB those of more than 4 MB."""

    def __init__(self, client: Any, actions: int) -> None:
        self.client = client
        self.actions = actions

    def __getattr__(self, name: str) -> Any:
        if name != TRANSACTION:
            return getattr(self.client, name)
        return self._transact

    def _transact(self, **request: Any) -> Any:
        if len(request["TransactItems"]) > self.actions:
            message = (
                "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the "
                "transaction exceeding the 4MB limit"
            )
            raise ClientError({"Error": {"Code": "ValidationException", "Message": message}}, "TransactWriteItems")
        return self.client.transact_write_items(**request)


@pytest.fixture
def bounded(acme: Directory) -> Directory:
    """The directory, through a client whose transactions hold 20 actions."""
    return Directory(Table(Bounded(acme.table.client, 20), acme.table.name), acme.id)


def test_members_whose_transaction_is_too_large_are_added_and_removed_in_smaller_ones(
    acme: Directory, bounded: Directory
) -> None:
    users = seed_users(acme, 30)
    staff = acme.group("Staff")
    bounded.change(staff, add=users)
    assert acme.members(staff) == set(users)
    bounded.replace_members(staff, *users[:3])
    assert acme.members(staff) == set(users[:3])
    bounded.change(staff, remove=users)
    assert acme.members(staff) == set()


def test_a_user_whose_transaction_is_too_large_leaves_its_groups_in_smaller_ones(
    acme: Directory, bounded: Directory
) -> None:
    ann, bob = acme.user("ann"), acme.user("bob")
    groups = [acme.group(f"Group {each}", ann, bob) for each in range(25)]
    bounded.storage.delete(USER, ann)
    assert acme.members(groups[0]) == acme.members(groups[-1]) == {bob}
    storage = bounded.storage
    left: Any = storage.get_head(USER, bob)
    left.active = False
    storage.update_and_leave(USER, left)
    assert acme.groups(bob) == set()
    assert acme.get(USER, bob).active is False


def test_a_sweep_whose_transaction_is_too_large_sweeps_in_smaller_ones(acme: Directory, bounded: Directory) -> None:
    users = seed_users(acme, 30)
    staff = acme.group("Staff", *users)
    acme.storage.delete(GROUP, staff)
    assert sweep_group(bounded.table, bounded.id, staff) == 30
    assert list(acme.storage.memberships.items(staff)) == []
