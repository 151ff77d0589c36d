"""Changing groups: their attributes, their members or both, so that concurrent changes end as in some serial order.

A change of one transaction takes effect at one moment. One of several transactions takes effect when its last one is written,
which therefore must not miss what other requests changed since the members were read:

- each transaction of a replacement is conditional on the group's version, and after a lost race the difference is read anew;
- of the transactions that add and remove members by id only the last one is conditional; after a lost race the change is done when
  a look at all of its members finds nothing left to do.
"""

from datetime import datetime
from typing import Any

from scim2_models import Resource, ResourceType, SCIMException

from lambdas.retrying import time_is_up
from lambdas.scim.detail import Detail
from lambdas.scim.errors import BusyException
from lambdas.scim.members_in_requests import MemberChange
from lambdas.store import actions, keys
from lambdas.store.group_guard import GroupGuard
from lambdas.store.items import Stored, now
from lambdas.store.leaving import memberships_that_fit
from lambdas.store.lost_race import LostRace
from lambdas.store.memberships import BATCH, Memberships, Plan
from lambdas.store.planned_writes import PlannedWrite, Planner
from lambdas.store.reads import Reader
from lambdas.store.steps import Step
from lambdas.store.transactions import ConditionFailed, TooLarge


class GroupUpdater:
    """Changes the groups of one directory, for one request."""

    def __init__(self, reader: Reader, memberships: Memberships, guard: GroupGuard | None = None) -> None:
        self.reader = reader
        self.guard = guard
        self.memberships = memberships
        self.planner = Planner(reader)

    def update(
        self,
        resource_type: ResourceType,
        group_id: str,
        head: tuple[Stored, Resource[Any]] | None,
        change: MemberChange | None,
        expected: int | None,
    ) -> int | None:
        """Change a group: 1 transaction up to 45 members; no read when members are added or removed by their ids.

        :param head: The state before and the new one, without members; None to leave the attributes as they are.
        :param expected: The version that the group must still have.
        :return: The new version where it is known.
        :raises LostRace: When the group does not have the expected version, changed meanwhile, or vanished.
        :raises HeldException: When the guard against mass deprovisioning holds the removal of members.
        """
        planned = None
        if head is not None:
            _, planned = self.planner.update(resource_type, *head)
            expected = head[0].version
        plan = self.memberships.plan(group_id, change, expected) if change else Plan()
        if planned is None and not plan.steps:
            return self._unchanged(resource_type, group_id, plan, expected)
        update = _Update(self.memberships, group_id, change, plan, planned, expected)
        return self._guarded(update, self.guard) if self.guard else update.run()

    def _guarded(self, update: "_Update", guard: GroupGuard) -> int | None:
        """Write a change once the guard counted it; where it is refused or ends early, subtract what it did not remove.

        After a lost race it stays counted for the next attempt, and where the table did not answer, because it may be written.
        """
        counted = guard.check_removals(update.group_id, update.steps)
        try:
            return update.run()
        except (SCIMException, TooLarge):
            guard.give_back(update.group_id, counted, update.steps)
            raise

    def _unchanged(self, resource_type: ResourceType, group_id: str, plan: Plan, expected: int | None) -> int:
        """Return the version of a group that is as it should be already."""
        version = plan.version
        if version is None or expected is not None:
            version = self.reader.stored(resource_type, group_id).version
        if expected is not None and version != expected:
            raise LostRace
        return version


class _Update:
    """One change of one group, transaction by transaction."""

    def __init__(
        self,
        memberships: Memberships,
        group_id: str,
        change: MemberChange | None,
        plan: Plan,
        planned: PlannedWrite | None,
        expected: int | None,
    ) -> None:
        self.memberships = memberships
        self.group_id = group_id
        self.change = change or MemberChange()
        self.steps = plan.steps
        self.planned = planned
        self.expected = expected
        self.version = plan.version if expected is None else expected
        self.key = keys.resource(memberships.directory, "Group", group_id)
        self.moment: datetime = now()
        self.size = BATCH
        self.written = 0
        self.unbroken = True
        """Whether no other request changed the group since :attr:`version` was read, as far as is known."""

    def run(self) -> int | None:
        """Write all transactions, and return the group's new version where it is known."""
        if len(self.steps) > BATCH:
            self.memberships.require(self.steps)
        while True:
            while self.steps or self.planned is not None:
                self._check_time()
                self._write_next()
            if self.unbroken:
                return self.version
            self.steps = self.memberships.remaining(self.group_id, self.change).steps
            if not self.steps:
                return None

    def _write_next(self) -> None:
        fits = min(self.size, memberships_that_fit(self.planned.actions if self.planned else [{}]))
        batch, rest = self.steps[:fits], self.steps[fits:]
        required = self._required_version(last=not rest)
        own = self.planned.actions if self.planned else [actions.touch(self.key, self.moment, required)]
        try:
            wrote = self.memberships.commit_batch(
                self.group_id, own, batch, self._refusal, needed=self.planned is not None
            )
        except LostRace:
            self._lost(required)
            return
        except TooLarge as error:
            if error.positions or len(batch) < 2:
                raise
            self.size = len(batch) // 2
            return
        self._wrote(rest, wrote)

    def _wrote(self, rest: list[Step], wrote: bool) -> None:
        if wrote:
            self.written += 1
            self.version = None if self.version is None else self.version + 1
        self.planned = None
        self.expected = None
        self.steps = rest

    def _refusal(self, failure: ConditionFailed) -> Exception:
        return self.planned.refusal(failure, "Group") if self.planned else LostRace()

    def _required_version(self, *, last: bool) -> int | None:
        """Return the version that the next transaction is conditional on, or None when the group only has to exist."""
        if self.expected is not None:
            return self.expected
        return self.version if self.change.replaces or (last and self.unbroken) else None

    def _lost(self, required: int | None) -> None:
        """Decide how to continue after a transaction that another request caused to fail.

        :raises LostRace: When nothing was written yet and the caller decides, or when the group does not exist.
        """
        if required is None or required == self.expected or (self.change.replaces and not self.written):
            raise LostRace
        if not self.change.replaces:
            self.unbroken = False
            return
        self.memberships.quiet_version(self.group_id)
        plan = self.memberships.remaining(self.group_id, self.change)
        self.steps, self.version = plan.steps, plan.version

    def _check_time(self) -> None:
        if self.written and time_is_up():
            raise BusyException(
                detail=Detail(
                    "Timed out before all members were updated. Send the request again; it resumes where it stopped."
                )
            )
