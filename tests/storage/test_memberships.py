"""Memberships: a group's members and a user's groups, changed by delta."""

from collections.abc import Sequence

import pytest
from scim2_models import InvalidValueException, NotFoundException, UniquenessException

from lambdas.store import keys
from lambdas.store.memberships import BATCH, Memberships, Step
from lambdas.store.sweeping import sweep_group
from tests.storage.builders import GROUP, NOBODY, USER, Directory


def test_a_members_groups_and_a_groups_members_agree(acme: Directory) -> None:
    ann, bob = acme.user("ann"), acme.user("bob")
    staff = acme.group("Staff", ann)

    acme.change(staff, add=[bob])
    assert acme.members(staff) == {ann, bob}
    assert acme.groups(ann) == acme.groups(bob) == {staff}

    acme.change(staff, remove=[ann])
    assert acme.members(staff) == {bob}
    assert acme.groups(ann) == set()


def test_a_membership_shows_type_reference_and_the_groups_name(acme: Directory) -> None:
    ann = acme.user("ann")
    staff = acme.group("Staff", ann)

    (member,) = acme.get(GROUP, staff).members
    assert (member.value, member.type, member.ref) == (ann, "User", f"Users/{ann}")
    (group,) = acme.get(USER, ann).groups
    assert (group.value, group.display, group.type, group.ref) == (staff, "Staff", "direct", f"Groups/{staff}")


def test_adding_one_member_costs_one_transaction_and_no_read(acme: Directory) -> None:
    ann, staff = acme.user("ann"), acme.group("Staff")
    acme.cost()

    acme.change(staff, add=[ann])

    assert acme.cost()[0] == 1


def test_up_to_45_members_are_one_transaction(acme: Directory) -> None:
    users = [acme.user(f"user{number}") for number in range(BATCH)]
    staff = acme.group("Staff")
    acme.cost()

    acme.change(staff, add=users)
    assert acme.cost()[0] == 1
    acme.change(staff, remove=users)
    assert acme.cost()[0] == 1
    assert acme.members(staff) == set()


def test_more_than_45_members_go_in_batches(acme: Directory) -> None:
    users = [acme.user(f"user{number}") for number in range(BATCH + 5)]
    staff = acme.group("Staff", *users)

    assert acme.members(staff) == set(users)
    acme.change(staff, remove=users[:-1])
    assert acme.members(staff) == {users[-1]}


def test_adding_a_present_member_and_removing_an_absent_one_changes_nothing(acme: Directory) -> None:
    ann, bob = acme.user("ann"), acme.user("bob")
    staff = acme.group("Staff", ann)
    versions = acme.version(GROUP, staff), acme.version(USER, ann), acme.version(USER, bob)

    acme.change(staff, add=[ann], remove=[bob])

    assert (acme.version(GROUP, staff), acme.version(USER, ann), acme.version(USER, bob)) == versions
    assert acme.members(staff) == {ann}


def test_a_change_that_partly_repeats_another_does_the_rest(acme: Directory) -> None:
    ann, bob, eve = acme.user("ann"), acme.user("bob"), acme.user("eve")
    staff = acme.group("Staff", ann, eve)

    acme.change(staff, add=[ann, bob], remove=[eve, NOBODY])

    assert acme.members(staff) == {ann, bob}
    assert acme.groups(eve) == set()


def test_an_unknown_member_is_named_and_nothing_is_changed(acme: Directory) -> None:
    ann, staff = acme.user("ann"), acme.group("Staff")

    with pytest.raises(InvalidValueException, match=NOBODY):
        acme.change(staff, add=[ann, NOBODY])

    assert acme.members(staff) == set()
    assert acme.groups(ann) == set()


def test_an_unknown_member_among_many_batches_is_found_before_the_first(acme: Directory) -> None:
    users = [acme.user(f"user{number}") for number in range(BATCH + 1)]
    staff = acme.group("Staff")

    with pytest.raises(InvalidValueException, match=NOBODY):
        acme.change(staff, add=[*users, NOBODY])

    assert acme.members(staff) == set()


def test_a_group_with_an_unknown_member_is_not_created(acme: Directory) -> None:
    with pytest.raises(InvalidValueException):
        acme.group("Staff", NOBODY)
    assert acme.search(GROUP).total == 0


def test_a_text_that_is_no_id_is_an_unknown_member(acme: Directory) -> None:
    staff = acme.group("Staff")
    with pytest.raises(InvalidValueException, match="no User or Group"):
        acme.change(staff, add=["x#y"])


def test_members_of_an_unknown_group_are_not_found(acme: Directory) -> None:
    ann = acme.user("ann")
    with pytest.raises(NotFoundException):
        acme.change(NOBODY, add=[ann])
    with pytest.raises(NotFoundException):
        acme.replace_members(NOBODY)


def test_a_group_can_be_a_member_and_is_recognised_without_being_told(acme: Directory) -> None:
    inner, outer = acme.group("Inner"), acme.group("Outer")

    acme.change(outer, add=[inner])

    (member,) = acme.get(GROUP, outer).members
    assert (member.value, member.type, member.ref) == (inner, "Group", f"Groups/{inner}")
    acme.change(outer, remove=[inner])
    assert acme.members(outer) == set()


def test_a_group_cannot_be_its_own_member(acme: Directory) -> None:
    staff = acme.group("Staff")
    with pytest.raises(InvalidValueException, match="itself"):
        acme.change(staff, add=[staff])


def test_replacing_members_writes_only_the_difference(acme: Directory) -> None:
    ann, bob, eve = acme.user("ann"), acme.user("bob"), acme.user("eve")
    staff = acme.group("Staff", ann, bob)
    kept = acme.version(USER, bob)

    acme.replace_members(staff, bob, eve)

    assert acme.members(staff) == {bob, eve}
    assert acme.version(USER, bob) == kept
    assert acme.groups(ann) == set()


def test_replacing_members_with_the_same_ones_changes_nothing(acme: Directory) -> None:
    ann = acme.user("ann")
    staff = acme.group("Staff", ann)
    version = acme.version(GROUP, staff)

    acme.replace_members(staff, ann)

    assert acme.version(GROUP, staff) == version


def test_a_deleted_user_is_in_no_group_at_once(acme: Directory) -> None:
    ann = acme.user("ann")
    staff = acme.group("Staff", ann)
    version = acme.version(GROUP, staff)

    acme.storage.delete(USER, ann)

    assert acme.members(staff) == set()
    assert acme.version(GROUP, staff) != version


def test_a_user_in_sixty_groups_is_deleted_from_all_of_them(acme: Directory) -> None:
    ann = acme.user("ann")
    groups = [acme.group(f"Group {number}", ann) for number in range(60)]

    acme.storage.delete(USER, ann)

    assert all(acme.members(group) == set() for group in groups)
    with pytest.raises(NotFoundException):
        acme.get(USER, ann)


def test_a_deleted_group_is_in_no_users_groups_before_it_is_swept(acme: Directory) -> None:
    ann = acme.user("ann")
    staff, other = acme.group("Staff", ann), acme.group("Other", ann)

    acme.storage.delete(GROUP, staff)

    assert acme.groups(ann) == {other}
    assert acme.search(GROUP, filter=f'members eq "{ann}"').total == 1
    with pytest.raises(NotFoundException):
        acme.change(staff, remove=[ann])


def test_sweeping_after_a_deleted_group_leaves_nothing_and_can_be_repeated(acme: Directory) -> None:
    users = [acme.user(f"user{number}") for number in range(60)]
    inner = acme.group("Inner")
    staff = acme.group("Staff", *users, inner)
    acme.storage.delete(USER, users[0])
    acme.storage.delete(GROUP, staff)

    assert sweep_group(acme.table, acme.id, staff) == 60
    assert sweep_group(acme.table, acme.id, staff) == 0

    items = acme.table.client.scan(TableName=acme.table.name)["Items"]
    assert not [item for item in items if staff in str(item)]


def test_a_user_deleted_while_in_an_unswept_group_is_deleted_whole(acme: Directory) -> None:
    ann = acme.user("ann")
    staff = acme.group("Staff", ann)
    acme.storage.delete(GROUP, staff)

    acme.storage.delete(USER, ann)

    assert acme.search(USER).total == 0
    assert sweep_group(acme.table, acme.id, staff) == 0


def test_the_name_of_a_deleted_group_is_free_again(acme: Directory) -> None:
    acme.storage.delete(GROUP, acme.group("Staff"))
    assert acme.group("staff")


def test_a_group_name_that_is_taken_is_refused_whatever_its_case(acme: Directory) -> None:
    acme.group("Staff")
    with pytest.raises(UniquenessException, match="displayName"):
        acme.group("STAFF")


def test_a_large_group_whose_name_is_taken_is_refused_before_anything_is_written(acme: Directory) -> None:
    users = [acme.user(f"user{number}") for number in range(60)]
    acme.group("Staff")

    with pytest.raises(UniquenessException, match="displayName"):
        acme.group("staff", *users)

    assert all(item.get("groups") is None for item in acme.table.query(keys.resources(acme.id, "User")))


def test_a_large_group_that_loses_its_name_to_another_half_way_leaves_nothing(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [acme.user(f"user{number}") for number in range(60)]
    gather = Memberships.gather

    def gather_slowly(memberships: Memberships, group_id: str, steps: Sequence[Step]) -> None:
        gather(memberships, group_id, steps)
        acme.group("Staff")

    monkeypatch.setattr(Memberships, "gather", gather_slowly)
    with pytest.raises(UniquenessException, match="displayName"):
        acme.group("staff", *users)

    assert all(item.get("groups") is None for item in acme.table.query(keys.resources(acme.id, "User")))
    assert acme.search(GROUP).total == 1
