"""Checks one membership: where the two sides differ, the member item is right and the member's ``groups`` are repaired."""

from lambdas.store import actions, keys
from lambdas.store.items import now
from lambdas.store.keys import Item, Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import Action
from scimctl.maintenance.verification.differences import Difference, Kind
from scimctl.maintenance.verification.facts import groups_of
from scimctl.maintenance.verification.findings import Finding, named, still_absent, still_there
from scimctl.maintenance.verification.subjects import Membership, Rest

SHOWN = 1_000
"""Memberships of a deleted group that are counted; more are reported as "at least" this number."""


def check_membership(table: Table, directory: str, subject: Membership) -> Finding | None:
    """Return the inconsistency of a membership, whose sides, group and member are read in one snapshot; None without one."""
    group = keys.resource(directory, "Group", subject.group_id)
    near = keys.member(directory, subject.group_id, subject.member_id)
    far = {name: keys.resource(directory, name, subject.member_id) for name in ("User", "Group")}
    group_item, near_item, *far_items = table.snapshot([group, near, *far.values()])
    member = next(((name, item) for name, item in zip(far, far_items, strict=True) if item is not None), None)
    known = member is not None and subject.group_id in groups_of(member[1])
    if group_item is None:
        # With a member item it is reported and swept with the rest of its group: see check_rest.
        if not known or near_item is not None or member is None:
            return None
        return _left_in_groups(subject, group, far[member[0]])
    if near_item is None:
        return None if not known or member is None else _in_groups_only(subject, near, far[member[0]])
    if member is None:
        return _missing_member(subject, group, near, list(far.values()))
    name, _ = member
    if near_item.get("type", {}).get("S") != name:
        return _wrong_type(subject, group, near_item, far[name], name)
    return None if known else _not_in_groups(subject, near, far[name], name)


def check_rest(table: Table, directory: str, subject: Rest) -> Finding | None:
    """Return the finding on the member items of a group that does not exist, without a repair: a sweep is several transactions."""
    group = keys.resource(directory, "Group", subject.group_id)
    if table.get(group) is not None:
        return None
    pk = keys.members(directory, subject.group_id)
    number = sum(1 for _ in table.query(pk, limit=SHOWN, attributes=("sk",)))
    if number == 0:
        return None
    number_shown = "1 membership" if number == 1 else f"{'at least ' * (number == SHOWN)}{number:,} memberships"
    return Finding(
        Difference(
            kind=Kind.UNSWEPT,
            key=f"{pk} / *",
            found=number_shown,
            expected="none",
            sentence=f"Group {subject.group_id} does not exist; {number_shown} of it still to be swept. No read shows them.",
            subject=subject,
        )
    )


def _left_in_groups(subject: Membership, group: Key, far: Key) -> Finding:
    difference = Difference(
        kind=Kind.UNSWEPT,
        key=named(far),
        found=f"groups holds {subject.group_id}",
        expected="groups without it",
        sentence=f"Group {subject.group_id} does not exist, and {subject.member_id} still names it. No read shows it.",
        subject=subject,
    )
    return Finding(difference, (actions.forget(far, subject.group_id), still_absent(group)))


def _in_groups_only(subject: Membership, near: Key, far: Key) -> Finding:
    difference = Difference(
        kind=Kind.GROUPS_EXCEED,
        key=named(far),
        found=f"groups holds {subject.group_id}",
        expected="groups without it",
        sentence=f"{subject.member_id} lists group {subject.group_id}, which does not have it as a member.",
        subject=subject,
    )
    return Finding(difference, (actions.leave(far, subject.group_id), still_absent(near)))


def _not_in_groups(subject: Membership, near: Key, far: Key, name: str) -> Finding:
    difference = Difference(
        kind=Kind.GROUPS_LACK,
        key=named(far),
        found=f"groups without {subject.group_id}",
        expected=f"groups with {subject.group_id}",
        sentence=f"Group {subject.group_id} has {name} {subject.member_id} as a member, whose groups lack it.",
        subject=subject,
    )
    return Finding(difference, (actions.join(far, subject.group_id), still_there(near)))


def _missing_member(subject: Membership, group: Key, near: Key, far: list[Key]) -> Finding:
    difference = Difference(
        kind=Kind.MEMBER_OF_NOBODY,
        key=named(near),
        found="a member item",
        expected="none",
        sentence=f"Group {subject.group_id} has a member {subject.member_id} that is no User or Group of the directory.",
        subject=subject,
    )
    repair = (actions.delete_existing(near), actions.touch(group, now()), *(still_absent(each) for each in far))
    return Finding(difference, repair)


def _wrong_type(subject: Membership, group: Key, near_item: Item, far: Key, name: str) -> Finding:
    near = Key(near_item["pk"]["S"], near_item["sk"]["S"])
    stored = near_item.get("type", {}).get("S", "nothing")
    difference = Difference(
        kind=Kind.MEMBER_TYPE,
        key=named(near),
        found=f"type {stored}",
        expected=f"type {name}",
        sentence=f"Member {subject.member_id} of group {subject.group_id} is a {name}; the group holds {stored}.",
        subject=subject,
    )
    repair: tuple[Action, ...] = (
        {
            "Update": {
                "Key": key_of(near),
                "UpdateExpression": "SET #type = :type",
                "ConditionExpression": actions.EXISTS,
                "ExpressionAttributeNames": {"#type": "type"},
                "ExpressionAttributeValues": {":type": {"S": name}},
            }
        },
        actions.join(far, subject.group_id),
        actions.touch(group, now()),
    )
    return Finding(difference, repair)
