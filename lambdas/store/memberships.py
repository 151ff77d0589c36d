"""Group membership as a delta: what a request names is written, the other members are never read or rewritten.

A membership is two facts that always change in one transaction: the member item below the group, and the group's id in the
member's ``groups`` set. So a group's ``members`` and a user's ``groups`` agree at every read, and writing the set proves that
the member exists. Up to :data:`BATCH` members are one transaction, all or nothing. More go in batches, each safe to repeat:
who sends a request again after a failure half-way reaches the state it asked for. A new group is seen with all its members or
not at all: those that exceed its own transaction are written before it, and no read shows the members of no group.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from scim2_models import InvalidValueException, TooManyException

from lambdas.retrying import time_is_up
from lambdas.scim.detail import Detail, Shown
from lambdas.scim.errors import BusyException
from lambdas.scim.ids import is_id, shown_id
from lambdas.scim.membership import Member, MemberChange
from lambdas.store import actions, keys
from lambdas.store.items import member_item
from lambdas.store.keys import Item
from lambdas.store.table import Table
from lambdas.store.transactions import MAX_TRANSACTION_ACTIONS, Action, ConditionFailed, TooLarge

BATCH = 45
"""Members changed in one transaction: two actions each, which leaves ten for the group itself (AWS limit: 100)."""

MAX_CHANGES = 5_000
"""Memberships that one request changes, a bulk request's operations together. Each takes 2 write units or more of the partition
that holds the users, and a partition gives 1,000 a second (AWS limit): 10 seconds of a request's 15, with users of up to 1 KB. With
larger ones the request may have to be sent again; it goes on where it ended."""

TIMED_OUT = "Timed out before all members were updated. Retry the request; it resumes where it stopped."

OTHER_TYPE = {"User": "Group", "Group": "User"}

Refuse = Callable[[ConditionFailed], Exception]
"""Tells which error a failed condition of the group's own actions stands for."""


@dataclass(frozen=True)
class Step:
    """One member joining or leaving."""

    verb: Literal["add", "remove"]
    member: Member
    type: str
    """``User`` or ``Group``: what the client said, or else what we try first."""

    tried: frozenset[str] = frozenset()
    """The types under which no such member was found."""

    def other_type(self) -> "Step":
        """Return the step with the type that was not tried yet."""
        return replace(self, type=OTHER_TYPE[self.type], tried=self.tried | {self.type})

    @property
    def exhausted(self) -> bool:
        """Whether the member was found neither as a User nor as a Group."""
        return len(self.tried) == len(OTHER_TYPE)


class Memberships:
    """The memberships of one directory, for one request."""

    def __init__(self, table: Table, directory: str) -> None:
        """Take the table and the directory's id."""
        self.table = table
        self.directory = directory
        self.changed = 0

    def items(self, group_id: str) -> Iterator[Item]:
        """Yield the member items of a group."""
        return self.table.query(keys.members(self.directory, group_id))

    def has(self, group_id: str, member_id: str) -> bool:
        """Tell whether a user or group is a direct member of a group."""
        return self.table.get(keys.member(self.directory, group_id, member_id)) is not None

    def steps(self, group_id: str, change: MemberChange, *, new: bool = False) -> list[Step]:
        """Return what a change comes to: for a replacement, the difference against the stored members, read page by page.

        A change of more than one transaction leaves out what is as it should be already, so that a request which is sent again
        goes on where it ended.

        :param new: Whether the group is being created, so that there is nothing to compare with.
        :raises InvalidValueException: When an id cannot be one of ours, or the group would be its own member.
        :raises TooManyException: When it comes to more than :data:`MAX_CHANGES`.
        """
        _check_ids(group_id, change.added.values())
        added = dict(change.added)
        removed = {each: "User" for each in change.removed if is_id(each)}
        if change.replaces and not new:
            removed = {}
            for item in self.items(group_id):
                if added.pop(item["sk"]["S"], None) is None:
                    removed[item["sk"]["S"]] = item["type"]["S"]
                    self._check_number(len(removed))
        self._check_number(len(added) + len(removed))
        if len(added) + len(removed) > BATCH and not change.replaces and not new:
            present = self._present(group_id, [*added, *removed])
            added = {each: member for each, member in added.items() if each not in present}
            removed = {each: known for each, known in removed.items() if each in present}
        return [
            *(Step("remove", Member(each), known) for each, known in removed.items()),
            *(Step("add", member, member.type or "User") for member in added.values()),
        ]

    def _check_number(self, changes: int) -> None:
        """Refuse to change more memberships than one request has time for, before any is written."""
        if self.changed + changes > MAX_CHANGES:
            raise TooManyException(
                detail=Detail(
                    "The request would add or remove more than {limit:,} members. Send several requests. A new group can be "
                    "created without members; a group to be emptied can be deleted.",
                    limit=MAX_CHANGES,
                )
            )

    def _present(self, group_id: str, ids: Iterable[str]) -> set[str]:
        """Return which of these are members of a group."""
        found = self.table.batch_get((keys.member(self.directory, group_id, each) for each in ids), attributes=("sk",))
        return {item["sk"]["S"] for item in found}

    def commit(
        self,
        group_id: str,
        steps: Sequence[Step],
        first: Sequence[Action],
        later: Callable[[], Action],
        refuse: Refuse,
        *,
        needed: bool,
    ) -> int:
        """Write the steps, together with the group's own actions.

        :param first: The group's own actions in the first transaction: creating it, changing it, or its next version.
        :param later: The group's own action in every further transaction.
        :param refuse: Called when a condition of those actions fails.
        :param needed: Whether ``first`` is to be written even when no member changes.
        :return: How many transactions were written.
        :raises InvalidValueException: When a member does not exist.
        :raises BusyException: When the request's time is up; what was written stays.
        """
        if len(steps) > BATCH:
            self.require(steps)
        written = 0
        own: Sequence[Action] = first
        size = min(BATCH, (MAX_TRANSACTION_ACTIONS - len(first)) // 2)
        remaining = iter(steps)
        batch = list(islice(remaining, size))
        while batch or (needed and not written):
            if self.commit_batch(group_id, own, batch, refuse, needed=needed and not written):
                written += 1
                own = [later()]
            batch = list(islice(remaining, BATCH))
            if batch and time_is_up():
                raise BusyException(detail=Detail(TIMED_OUT))
        return written

    def gather(self, group_id: str, steps: Sequence[Step]) -> None:
        """Write memberships of a group that does not exist yet: 50 in a transaction.

        :raises InvalidValueException: When a member does not exist; what was written then is to be swept.
        :raises BusyException: When the request's time is up.
        """
        remaining = iter(steps)
        while batch := list(islice(remaining, MAX_TRANSACTION_ACTIONS // 2)):
            if time_is_up():
                raise BusyException(
                    detail=Detail(
                        "Timed out before all members were added. Create the group without members, then add them in parts."
                    )
                )
            self.commit_batch(group_id, [], batch, lambda failure: failure, needed=False)

    def commit_batch(
        self, group_id: str, own: Sequence[Action], batch: Sequence[Step], refuse: Refuse, *, needed: bool
    ) -> bool:
        """Write one transaction; what turns out to change nothing is left out, and what has another type tried again.

        :param own: The group's own actions in it.
        :param batch: As many steps as fit beside them.
        :param refuse: Called when a condition of the group's own actions fails.
        :param needed: Whether they are to be written even when no member changes.
        :return: Whether there was anything to write.
        :raises InvalidValueException: When a member does not exist, or is in more groups than an item holds.
        """
        steps = list(batch)
        while steps or needed:
            pairs = [self._actions(group_id, step) for step in steps]
            try:
                self.table.transact([*own, *(action for pair in pairs for action in pair)])
            except ConditionFailed as failure:
                if any(index < len(own) for index in failure.failed):
                    raise refuse(failure) from None
                steps = _reconsider(steps, pairs, {index - len(own) for index in failure.failed})
            except TooLarge as error:
                _refuse_full(error, steps, pairs, len(own))
                raise
            else:
                self.changed += len(steps)
                return True
        return False

    def _actions(self, group_id: str, step: Step) -> list[Action]:
        """Return the near side of a step, then its far side."""
        near = keys.member(self.directory, group_id, step.member.id)
        far = keys.resource(self.directory, step.type, step.member.id)
        if step.verb == "add":
            item = member_item(self.directory, group_id, step.member, step.type)
            return [actions.put_new(item), actions.join(far, group_id)]
        if step.exhausted:
            return [actions.delete_existing(near)]
        return [actions.delete_existing(near), actions.leave(far, group_id)]

    def require(self, steps: Sequence[Step]) -> None:
        """Refuse a change that needs several transactions before its first one, when a member does not exist.

        :raises InvalidValueException: Naming the members that are no User or Group of the directory.
        """
        wanted = [step.member.id for step in steps if step.verb == "add"]
        found: set[str] = set()
        for resource_type in ("User", "Group"):
            missing = [each for each in wanted if each not in found]
            items = self.table.batch_get(
                (keys.resource(self.directory, resource_type, each) for each in missing), attributes=("sk",)
            )
            found |= {item["sk"]["S"] for item in items}
        missing = [each for each in wanted if each not in found]
        if missing:
            raise unknown_members(missing)


def _reconsider(steps: list[Step], pairs: list[list[Action]], failed: set[int]) -> list[Step]:
    """Return the steps that are left after some conditions failed.

    The near side fails when there is nothing to do: the member is present already, or absent. The far side fails when there is
    no such resource under the type that was tried.
    """
    left: list[Step] = []
    unknown: list[str] = []
    position = 0
    for step, pair in zip(steps, pairs, strict=True):
        near_failed, far_failed = position in failed, len(pair) > 1 and position + 1 in failed
        position += len(pair)
        if step.verb == "remove" and near_failed:
            continue
        if far_failed:
            step = step.other_type()
            if step.verb == "add" and step.exhausted:
                unknown.append(step.member.id)
        elif near_failed:
            continue
        left.append(step)
    if unknown:
        raise unknown_members(unknown)
    return left


def _refuse_full(error: TooLarge, steps: Sequence[Step], pairs: Sequence[Sequence[Action]], own: int) -> None:
    """Tell of a member that is in as many groups as its item holds (AWS limit: 400 KB, some 10,000 groups).

    :raises InvalidValueException: When that is why a transaction was refused.
    """
    members = [step.member.id for step, pair in zip(steps, pairs, strict=True) for _ in pair]
    full = [members[position - own] for position in error.positions if position >= own]
    if full:
        raise InvalidValueException(
            detail=Detail(
                'members.value: "{id}" is in too many groups to join another. Remove it from some.', id=full[0]
            )
        ) from None


def unknown_members(ids: Sequence[str]) -> InvalidValueException:
    """Return the error for members that do not exist, naming the first few."""
    named = [shown_id(each) for each in ids[:5]]
    both = (
        ", ".join(f'"{text}"' for text in texts)
        for texts in zip(*((one.text, one.logged) for one in named), strict=True)
    )
    return InvalidValueException(
        detail=Detail(
            "members.value: no User or Group of this directory has the id {ids}{more}. Provision the member first, or leave "
            "it out.",
            values={"ids": Shown(*both)},
            more=f" and {len(ids) - 5} more" if len(ids) > 5 else "",
        )
    )


def _check_ids(group_id: str, members: Iterable[Member]) -> None:
    bad = []
    for member in members:
        if member.id == group_id:
            raise InvalidValueException(detail=Detail("members.value: a group cannot be a member of itself"))
        if not is_id(member.id):
            bad.append(member.id)
    if bad:
        raise unknown_members(bad)
