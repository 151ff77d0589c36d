"""Large groups: what one request reads and changes of their members has limits, told before anything is written."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from scim2_models import InvalidValueException, TooManyException
from scim2_server.requests import ScimRequest

from lambdas.retrying import request_time
from lambdas.scim import limits as request_limits
from lambdas.scim.errors import BusyException
from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.members_in_requests import Member, MemberChange
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store import keys, limits
from lambdas.store.memberships import BATCH
from lambdas.store.table import Table, key_of
from support.engines import engine_name
from tests.storage.builders import GROUP, PROVIDER, USER, Directory

SERVICE = DirectoryService(PROVIDER, lambda: b"0" * 32)


@pytest.fixture
def acme(new_table: Callable[[], Table]) -> Directory:
    """An empty directory on an engine: moto takes a second for a transaction of 90 actions."""
    return Directory(new_table())


def users(directory: Directory, number: int) -> list[str]:
    return [directory.user(f"user{each}") for each in range(number)]


def send(directory: Directory, method: str, group: str, body: Any) -> int:
    """Send a request to a group through a handler of its own, and return its status."""
    request = ScimRequest(
        method,
        "https://scim.example/v2/c",
        f"/Groups/{group}",
        headers={"Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )
    return int(DirectoryHandler(SERVICE, directory.storage, Trace()).handle(request).status)


def patch(directory: Directory, group: str, *operations: dict[str, Any]) -> int:
    return send(directory, "PATCH", group, {"Operations": list(operations)})


def test_a_group_is_shown_up_to_the_limit_and_one_more_member_is_told_how_to_ask(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_MEMBERS", 3)
    ann, *others = users(acme, 4)
    staff = acme.group("Staff", *others)
    assert acme.members(staff) == set(others)

    acme.change(staff, add=[ann])
    with pytest.raises(TooManyException, match="excludedAttributes=members"):
        acme.get(GROUP, staff)
    assert acme.search(GROUP, excludedAttributes=["members"]).total == 1
    assert acme.search(GROUP, filter=f'id eq "{staff}" and members eq "{ann}"', excludedAttributes=["members"]).total


def test_the_groups_of_a_page_share_the_limit(acme: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_MEMBERS", 4)
    made = users(acme, 3)
    for name in ("Staff", "Admins"):
        acme.group(name, *made)

    with pytest.raises(TooManyException, match="count"):
        acme.search(GROUP)
    assert len(acme.search(GROUP, count=1).resources[0].members) == 3


def test_the_groups_that_a_filter_on_members_looks_through_share_the_limit(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_MEMBERS", 4)
    made = users(acme, 3)
    for name in ("Staff", "Admins"):
        acme.group(name, *made)

    with pytest.raises(TooManyException):
        acme.search(GROUP, filter='members.type eq "User"', excludedAttributes=["members"])


def test_a_search_through_groups_that_takes_too_long_ends_with_the_request_s_time(acme: Directory) -> None:
    ann = acme.user("ann")
    for name in ("Staff", "Admins"):
        acme.group(name, ann)
    with request_time(0), pytest.raises(TooManyException, match="time"):
        acme.search(GROUP, filter='members.type eq "User"')


def test_as_many_members_as_the_limit_are_changed_and_one_more_is_refused_unwritten(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_CHANGES", 3)
    ann, *others = users(acme, 4)
    staff = acme.group("Staff")

    with pytest.raises(TooManyException, match="in parts"):
        acme.change(staff, add=[ann, *others])
    with pytest.raises(TooManyException, match="created without members"):
        acme.group("Admins", ann, *others)
    assert (acme.members(staff), acme.version(GROUP, staff)) == (set(), 'W/"1"')
    assert acme.search(GROUP).total == 1

    acme.change(staff, add=others)
    assert acme.members(staff) == set(others)


def test_a_replacement_is_measured_by_its_difference_not_by_its_length(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, *others = users(acme, 5)
    staff = acme.group("Staff", *others)
    monkeypatch.setattr(limits, "MAX_CHANGES", 2)

    acme.replace_members(staff, ann, *others[1:])
    assert acme.members(staff) == {ann, *others[1:]}
    for too_different in ([], [others[0], others[1]]):
        with pytest.raises(TooManyException, match="deleted"):
            acme.replace_members(staff, *too_different)
    assert acme.members(staff) == {ann, *others[1:]}


def test_a_put_names_members_up_to_the_limit_and_one_more_is_told_to_be_a_patch(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_limits, "MAX_MEMBERS_REPLACED", 2)
    made = users(acme, 3)
    staff = acme.group("Staff", *made)
    body = lambda ids: {"displayName": "Staff", "members": [{"value": each} for each in ids]}  # noqa: E731

    with pytest.raises(TooManyException, match="PATCH"):
        send(acme, "PUT", staff, body(made))
    assert send(acme, "PUT", staff, body(made[:2])) == 200
    assert acme.members(staff) == set(made[:2])


def test_the_operations_of_one_request_share_the_limit(acme: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CHANGES", 3)
    made = users(acme, 4)
    staff, admins = acme.group("Staff"), acme.group("Admins")
    add = lambda *ids: MemberChange(added={each: Member(each) for each in ids})  # noqa: E731

    storage = acme.storage
    storage.update_group(GROUP, staff, None, add(*made[:2]))
    with pytest.raises(TooManyException):
        storage.update_group(GROUP, admins, None, add(*made[:2]))
    storage.update_group(GROUP, admins, None, add(made[0]))
    assert (acme.members(staff), acme.members(admins)) == (set(made[:2]), {made[0]})


def test_a_change_that_ran_out_of_time_goes_on_when_it_is_sent_again(acme: Directory) -> None:
    made = users(acme, 2 * BATCH)
    staff = acme.group("Staff")

    with request_time(0), pytest.raises(BusyException, match="again"):
        acme.change(staff, add=made)
    assert len(acme.members(staff)) == BATCH
    acme.cost()
    acme.change(staff, add=made)
    again = acme.cost()
    assert acme.members(staff) == set(made)
    assert all(acme.groups(each) == {staff} for each in (made[0], made[-1]))
    assert again[0] == 2  # which members are there, and one transaction for the others

    with request_time(0), pytest.raises(BusyException):
        acme.change(staff, remove=made)
    assert len(acme.members(staff)) == BATCH
    acme.change(staff, remove=made)
    assert acme.members(staff) == set()
    assert acme.version(GROUP, staff) == 'W/"5"'


def test_a_large_creation_that_ran_out_of_time_is_not_seen(acme: Directory) -> None:
    made = users(acme, 2 * BATCH)

    with request_time(0), pytest.raises(BusyException, match="without members"):
        acme.group("Staff", *made)
    assert acme.search(GROUP).total == 0
    assert acme.groups(made[0]) == set()


def test_a_large_change_that_was_made_already_changes_nothing(acme: Directory) -> None:
    made = users(acme, BATCH + 1)
    staff = acme.group("Staff", *made)
    version, of_user = acme.version(GROUP, staff), acme.version(USER, made[0])

    acme.change(staff, add=made)
    assert (acme.version(GROUP, staff), acme.version(USER, made[0])) == (version, of_user)


def test_a_patch_looks_at_members_up_to_the_limit_and_at_any_number_by_id(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_limits, "MAX_MEMBERS_COMPARED", 2)
    ann, bob, eve = users(acme, 3)
    staff = acme.group("Staff", ann, bob, eve)
    by_type = {"op": "remove", "path": 'members[type eq "User"]'}

    with pytest.raises(TooManyException, match="by their ids"):
        patch(acme, staff, by_type)
    assert acme.members(staff) == {ann, bob, eve}
    with pytest.raises(TooManyException, match="by their ids"):
        patch(acme, staff, {"op": "replace", "path": 'members[display eq "Ann"].display', "value": "A"})
    assert patch(acme, staff, {"op": "remove", "path": f'members[value eq "{eve}"]'}) == 204
    assert patch(acme, staff, by_type) == 204
    assert acme.members(staff) == set()


def test_a_patch_that_would_look_at_too_many_members_reads_one_more_than_the_limit(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = acme.group("Staff", *users(acme, 60))
    by_name = {"op": "remove", "path": 'members[display eq "x"]'}
    acme.cost()
    assert patch(acme, staff, by_name) == 204
    whole = acme.cost()
    monkeypatch.setattr(request_limits, "MAX_MEMBERS_COMPARED", 5)
    with pytest.raises(TooManyException, match="by their ids"):
        patch(acme, staff, by_name)
    calls, read, written = acme.cost()
    assert (calls, written) == (2, 0)
    assert read < whole[1]


def test_a_write_is_answered_whatever_the_request_read_before(acme: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    made = users(acme, 3)
    staff = acme.group("Staff", *made)
    monkeypatch.setattr(limits, "MAX_MEMBERS", 3)

    storage = acme.storage
    group: Any = storage.get(GROUP, staff)
    group.display_name = "Crew"
    assert len(storage.update(GROUP, group).members) == 3  # type: ignore[attr-defined]
    admins = PROVIDER.model_for("Group").model_validate(
        {"displayName": "Admins", "members": [{"value": each} for each in made]}
    )
    assert len(storage.create(GROUP, admins).members) == 3


def fill_groups(directory: Directory, user: str) -> None:
    """Put a user into as many groups as its item holds."""
    for number in range(400 * 1024 // 36, 11_000, -1):
        try:
            directory.table.client.update_item(
                TableName=directory.table.name,
                Key=key_of(keys.resource(directory.id, "User", user)),
                UpdateExpression="SET groups = :many",
                ExpressionAttributeValues={":many": {"SS": [f"{each:036d}" for each in range(number)]}},
            )
        except ClientError:
            continue
        return
    raise AssertionError("the engine takes items of any size")


@pytest.mark.skipif(engine_name() != "dynoxide", reason="no engine here that ends items at 400 KB")
def test_a_user_in_as_many_groups_as_an_item_holds_is_named_and_put_into_no_other(acme: Directory) -> None:
    ann, bob = users(acme, 2)
    staff = acme.group("Staff")
    fill_groups(acme, ann)

    with pytest.raises(InvalidValueException, match=ann):
        acme.change(staff, add=[bob, ann])
    assert acme.members(staff) == set()
    acme.change(staff, add=[bob])
    assert acme.members(staff) == {bob}
