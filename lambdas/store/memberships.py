"""Changes of a group's members: only the members that a request names are written; the others are neither read nor rewritten.

A membership is stored twice, in one transaction: as the member item below the group, and as the group's id in the member's
``groups`` set. So a group's ``members`` and a user's ``groups`` agree at every read, and the write to the set proves that the
member exists. Up to :data:`BATCH` members are one transaction, all or none. More are written in batches that can be repeated:
after a failure, a retried request resumes. A new group is visible with all its members or not at all: members beyond its own
transaction are written before it, and no read shows the members of a group that does not exist.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from scim2_models import InvalidValueException, TooManyException

from lambdas.retrying import Backoff, time_is_up
from lambdas.scim.detail import Detail
from lambdas.scim.errors import BusyException
from lambdas.scim.ids import is_id, shown_id
from lambdas.scim.members_in_requests import Member, MemberChange
from lambdas.store import keys, limits
from lambdas.store.keys import Item
from lambdas.store.lost_race import LostRace
from lambdas.store.sizes import check_text
from lambdas.store.steps import Step, leave_out_deleted, reconsider, unknown_members
from lambdas.store.table import Table
from lambdas.store.transactions import MAX_TRANSACTION_ACTIONS, Action, ConditionFailed, TooLarge

BATCH = 45
"""Members changed in one transaction: two actions each; ten remain for the group itself (AWS limit: 100)."""

QUIET_SECONDS = 0.15
"""Seconds without a change of the group after which a request resumes that lost a race to another request's batches: several times
the duration of a batch."""

QUIET_CHECKS = 12
"""Checks for such a pause before the request resumes regardless."""

Refuse = Callable[[ConditionFailed], Exception]
"""Returns the error for a failed condition among the group's own actions."""


@dataclass(frozen=True)
class Plan:
    """The steps of a change, and what they were computed from."""

    steps: list[Step] = field(default_factory=list)

    version: int | None = None
    """The group's version before its members were read; None when they were not read."""


class Memberships:
    """The memberships of one directory, for one request."""

    def __init__(self, table: Table, directory: str) -> None:
        self.table = table
        self.directory = directory
        self.changed = 0

    def items(self, group_id: str) -> Iterator[Item]:
        """Yield the member items of a group."""
        return self.table.query(keys.members(self.directory, group_id))

    def has(self, group_id: str, member_id: str) -> bool:
        """Return whether a user or group is a direct member of a group."""
        return self.table.get(keys.member(self.directory, group_id, member_id)) is not None

    # -- Planning ---------------------------------------------------------------------------------------------------

    def creation_steps(self, group_id: str, change: MemberChange) -> list[Step]:
        """Return the steps that add the members of a new group.

        :raises InvalidValueException: When an id cannot exist, or the group would be its own member.
        :raises TooManyException: When they are more than :data:`~lambdas.store.limits.MAX_CHANGES`.
        """
        _check_members(group_id, change.added.values())
        self._check_number(len(change.added))
        return _additions(change.added)

    def plan(self, group_id: str, change: MemberChange, version: int | None = None) -> Plan:
        """Return the steps of a change of an existing group.

        A replacement is the difference from the stored members, read page by page. A change of more than one transaction omits the
        steps that are done, so that a retried request resumes.

        :param version: The version the group must have, if any; the caller makes its first transaction conditional on it.
        :raises InvalidValueException: When an id cannot exist, or the group would be its own member.
        :raises TooManyException: When the steps are more than :data:`~lambdas.store.limits.MAX_CHANGES`.
        :raises LostRace: When the group of a replacement does not exist.
        """
        _check_members(group_id, change.added.values())
        if change.replaces:
            return self._replacement(group_id, change, self.version(group_id) if version is None else version)
        removed = [each for each in change.removed if is_id(each)]
        self._check_number(len(change.added) + len(removed))
        if len(change.added) + len(removed) > BATCH:
            return self.remaining(group_id, change)
        return Plan([*(Step("remove", Member(each), "User") for each in removed), *_additions(change.added)])

    def remaining(self, group_id: str, change: MemberChange) -> Plan:
        """Return the steps of a change that are not done yet.

        :raises LostRace: When the group of a replacement does not exist.
        """
        if change.replaces:
            return self._replacement(group_id, change, self.version(group_id), limited=False)
        removed = [each for each in change.removed if is_id(each)]
        version, present = self._present(group_id, [*change.added, *removed])
        missing = {each: member for each, member in change.added.items() if each not in present}
        return Plan(
            [
                *(Step("remove", Member(each), present[each]) for each in removed if each in present),
                *_additions(missing),
            ],
            version,
        )

    def _replacement(self, group_id: str, change: MemberChange, version: int, *, limited: bool = True) -> Plan:
        added = dict(change.added)
        removals: list[Step] = []
        for item in self.items(group_id):
            if added.pop(item["sk"]["S"], None) is None:
                removals.append(Step("remove", Member(item["sk"]["S"]), item["type"]["S"]))
                if limited:
                    self._check_number(len(removals))
        if limited:
            self._check_number(len(added) + len(removals))
        return Plan([*removals, *_additions(added)], version)

    def version(self, group_id: str) -> int:
        """Return the version of a group: 1 GetItem.

        :raises LostRace: When it does not exist.
        """
        return _version_of(self.table.get(keys.resource(self.directory, "Group", group_id)))

    def quiet_version(self, group_id: str) -> int:
        """Return the version of a group when no other request is changing it, or after :data:`QUIET_CHECKS` checks.

        Of two requests that change one group in batches, the one that loses a race waits here until the other has finished.

        :raises LostRace: When the group does not exist.
        """
        pause = Backoff()
        version = self.version(group_id)
        for _ in range(QUIET_CHECKS):
            pause.wait(at_least=QUIET_SECONDS)
            latest = self.version(group_id)
            if latest == version:
                break
            version = latest
        return version

    def _present(self, group_id: str, ids: Sequence[str]) -> tuple[int, dict[str, str]]:
        """Return a group's version, and by id the types of those that were its members then or later: 1 call for each 100."""
        wanted = [keys.member(self.directory, group_id, each) for each in ids]
        head = keys.resource(self.directory, "Group", group_id)
        first = MAX_TRANSACTION_ACTIONS - 1
        group, *found = self.table.snapshot([head, *wanted[:first]], attributes=("sk", "type", "version"))
        later = self.table.batch_get(wanted[first:], attributes=("sk", "type"))
        return _version_of(group), {item["sk"]["S"]: item["type"]["S"] for item in [*found, *later] if item}

    def _check_number(self, changes: int) -> None:
        """Raise an error for more changes than one request has time for, before any is written."""
        if self.changed + changes > limits.MAX_CHANGES:
            raise TooManyException(
                detail=Detail(
                    "members: the request would add or remove more than {limit:,} members, the limit of one request. Send it in "
                    "parts. A new group can be created without members; one to be emptied can be deleted.",
                    limit=limits.MAX_CHANGES,
                )
            )

    # -- Writing ----------------------------------------------------------------------------------------------------

    def gather(self, group_id: str, steps: Sequence[Step]) -> None:
        """Write memberships of a group that does not exist yet: 50 in a transaction.

        :raises InvalidValueException: When a member does not exist; the caller then sweeps what was written.
        :raises BusyException: When the request's time is up.
        """
        remaining = iter(steps)
        while batch := list(islice(remaining, MAX_TRANSACTION_ACTIONS // 2)):
            if time_is_up():
                raise BusyException(
                    detail=Detail(
                        "Timed out before all members were added. Create the group without members and add them in parts."
                    )
                )
            self.commit_batch(group_id, [], batch, lambda failure: failure, needed=False)

    def commit_batch(
        self, group_id: str, own: Sequence[Action], batch: Sequence[Step], refuse: Refuse, *, needed: bool
    ) -> bool:
        """Write one transaction; retry it without steps that are found done, and with another type for members not found.

        :param own: The group's own actions in it.
        :param batch: As many steps as fit beside them.
        :param refuse: Called when a condition of the group's own actions fails.
        :param needed: Whether the group's own actions are to be written even when no member changes.
        :return: Whether there was anything to write.
        :raises InvalidValueException: When a member does not exist, or is in more groups than an item holds.
        :raises TooLarge: When the transaction exceeds 4 MB (AWS limit).
        """
        steps = list(batch)
        pause = Backoff()
        while needed or not all(step.done for step in steps):
            pairs = [step.actions(self.directory, group_id) for step in steps]
            try:
                self.table.transact([*own, *(action for pair in pairs for action in pair)])
            except ConditionFailed as failure:
                if any(index < len(own) for index in failure.failed):
                    raise refuse(failure) from None
                was_done = sum(step.done for step in steps)
                steps = reconsider(self.directory, steps, pairs, {index - len(own) for index in failure.failed})
                if sum(step.done for step in steps) < was_done:
                    pause.wait()  # another request undid what was done
            except TooLarge as error:
                _refuse_full(error, steps, pairs, len(own))
                raise
            else:
                self.changed += sum(not step.done for step in steps)
                return True
        return False

    def require(self, steps: Sequence[Step]) -> None:
        """Check that all added members exist, before a change of several transactions begins.

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
        leave_out_deleted(self.directory, [each for each in wanted if each not in found])


def _additions(added: dict[str, Member]) -> list[Step]:
    return [Step("add", member, member.type or "User") for member in added.values()]


def _version_of(group: Item | None) -> int:
    if group is None:
        raise LostRace
    return int(group["version"]["N"])


def _refuse_full(error: TooLarge, steps: Sequence[Step], pairs: Sequence[Sequence[Action]], own: int) -> None:
    """Raise an error for a member whose item is full (AWS limit: 400 KB, about 10,000 groups).

    :raises InvalidValueException: When the transaction was refused for that reason.
    """
    members = [step.member.id for step, pair in zip(steps, pairs, strict=True) for _ in pair]
    full = [members[position - own] for position in error.positions if position >= own]
    if full:
        raise InvalidValueException(
            detail=Detail(
                'members.value: "{id}" is in too many groups to be added to another. Remove it from some.',
                values={"id": shown_id(full[0])},
            )
        ) from None


def _check_members(group_id: str, members: Iterable[Member]) -> None:
    bad = []
    for member in members:
        if member.id == group_id:
            raise InvalidValueException(detail=Detail("members.value: a group cannot be a member of itself"))
        if not is_id(member.id):
            bad.append(member.id)
        check_text("members.display", member.display)
    if bad:
        raise unknown_members(bad)
