"""Creating and changing resources: each one transaction, conditional on the state it was computed from."""

from dataclasses import replace
from typing import Any

from scim2_models import InvalidValueException, Resource, ResourceType, UniquenessException

from lambdas.scim.ids import new_id
from lambdas.scim.members_in_requests import MemberChange
from lambdas.scim.plain_documents import PlainResource
from lambdas.store import actions, keys
from lambdas.store.documents import document_of, name_of
from lambdas.store.items import ByHand, Stored, now
from lambdas.store.keys import Key
from lambdas.store.leaving import Leaver, memberships_that_fit
from lambdas.store.lost_race import LostRace
from lambdas.store.memberships import BATCH, Memberships
from lambdas.store.planned_writes import PlannedWrite, Planner
from lambdas.store.reads import Reader
from lambdas.store.sweeping import sweep_group
from lambdas.store.transactions import ConditionFailed, TooLarge


class Writer:
    """Writes the resources of one directory, for one request."""

    def __init__(self, reader: Reader, memberships: Memberships) -> None:
        self.reader = reader
        self.memberships = memberships
        self.table = reader.table
        self.directory = reader.directory
        self.planner = Planner(reader)
        self.leaver = Leaver(reader.table, reader.directory)
        self.linked = self.planner.linked

    def create(
        self,
        resource_type: ResourceType,
        resource: Resource[Any] | PlainResource,
        members: MemberChange | None,
        *,
        resource_id: str | None = None,
        by_hand: ByHand | None = None,
    ) -> Stored:
        """Store a new resource, with its members if it is a group: 1 transaction up to 45 members, no read.

        More members are written before the group, so that it is visible with all of them or not at all. A request that is sent
        again after a failure creates the group anew; no read shows what the failure left.

        :param resource_id: Its id; a random one by default.
        :param by_hand: What a user that an operator creates has beside its attributes; None for any other resource.
        :raises UniquenessException: When a unique value is taken.
        :raises InvalidValueException: When a member does not exist, or the resource is larger than an item holds.
        """
        name, moment = str(resource_type.name), now()
        stored = Stored(
            resource_id or new_id(self.directory), document_of(resource), 1, moment, moment, name_of(resource)
        )
        if by_hand is not None:
            stored = replace(stored, by_hand=True, login=by_hand.login)
        planned = self.planner.creation(resource_type, resource, stored)
        steps = self.memberships.creation_steps(stored.id, members) if members else []
        size = min(BATCH, memberships_that_fit(planned.actions))
        early, last = steps[:-size], steps[-size:]
        refuse = lambda failure: planned.refusal(failure, name)  # noqa: E731
        if not early:
            self.memberships.commit_batch(stored.id, planned.actions, last, refuse, needed=True)
            return stored
        self._check_free(planned, name)
        self.memberships.require(steps)
        try:
            self.memberships.gather(stored.id, early)
            self.memberships.commit_batch(stored.id, planned.actions, last, refuse, needed=True)
        except (InvalidValueException, UniquenessException):
            sweep_group(self.table, self.directory, stored.id)
            raise
        return stored

    def _check_free(self, planned: PlannedWrite, name: str) -> None:
        """Check that unique values are free, before a creation of several transactions begins: 1 BatchGetItem.

        :raises UniquenessException: Naming a value that is taken.
        """
        items = {index: planned.actions[index]["Put"]["Item"] for index in planned.taken}
        found = self.table.batch_get(Key(item["pk"]["S"], item["sk"]["S"]) for item in items.values())
        taken = {item["pk"]["S"]: item for item in found}
        owners = {index: taken[item["pk"]["S"]] for index, item in items.items() if item["pk"]["S"] in taken}
        if owners:
            raise planned.refusal(ConditionFailed(list(owners), owners), name)

    def update(self, resource_type: ResourceType, before: Stored, resource: Resource[Any] | PlainResource) -> Stored:
        """Write the new state of a resource: 1 write, or 1 transaction when a unique or look-up value changed.

        :param before: The state that the new one was computed from.
        :return: The new state; ``before`` itself when nothing changed.
        :raises LostRace: When the resource changed or vanished meanwhile.
        :raises UniquenessException: When a unique value is taken.
        :raises InvalidValueException: When the resource is larger than an item holds.
        """
        after, planned = self.planner.update(resource_type, before, resource)
        if planned is None:
            return before
        try:
            if len(planned.actions) == 1:
                self.table.write(planned.actions[0])
            else:
                self.table.transact(planned.actions)
        except ConditionFailed as failure:
            written = _own_effect(after, failure)
            if written is not None:
                return written
            raise planned.refusal(failure, str(resource_type.name)) from None
        return after

    def update_and_leave(self, resource_type: ResourceType, before: Stored, resource: Resource[Any]) -> Stored:
        """Write the new state of a user, and remove it from its groups or from as many as one transaction holds.

        :return: The new state, with the groups that are left; ``before`` itself when there was nothing to do.
        :raises LostRace: When the user changed or vanished meanwhile.
        :raises UniquenessException: When a unique value is taken.
        :raises InvalidValueException: When the user is larger than an item holds.
        """
        if not before.groups:
            return self.update(resource_type, before, resource)
        name = str(resource_type.name)
        after, planned = self.planner.update(resource_type, before, resource)
        try:
            if planned is None:
                return self.leaver.leave(name, before)
            return self._update_and_leave(name, before, after, planned)
        except ConditionFailed as failure:
            raise (planned.refusal(failure, name) if planned else LostRace()) from None

    def _update_and_leave(self, name: str, before: Stored, after: Stored, planned: PlannedWrite) -> Stored:
        leaving = sorted(before.groups)[: self.leaver.fitting(planned.actions)]
        key = keys.resource(self.directory, name, before.id)
        update = actions.update_document(key, after, before.version, leaving)
        try:
            self.leaver.commit(before.id, [update, *planned.actions[1:]], leaving)
        except TooLarge:
            if not self.leaver.halve(leaving):
                raise
            return self._update_and_leave(name, before, after, planned)
        return replace(after, groups=before.groups - set(leaving))


def _own_effect(after: Stored, failure: ConditionFailed) -> Stored | None:
    """Return the state that a write found, when it is the one that it wrote itself.

    A single write without an answer is retried, and then fails on the version that its first attempt wrote. The time of the
    change, to the microsecond, distinguishes it from another request's.
    """
    item = failure.items.get(0)
    if item is None:
        return None
    found = Stored.from_item(item)
    return found if (found.document, found.modified) == (after.document, after.modified) else None
