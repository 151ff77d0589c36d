"""Creating and changing resources: each one transaction, conditional on the state it was computed from."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scim2_models import InvalidValueException, Resource, ResourceType, UniquenessException

from lambdas.scim.detail import Detail
from lambdas.scim.errors import TakenValueException
from lambdas.scim.membership import MemberChange
from lambdas.store import actions, keys
from lambdas.store.documents import document_of, name_of, resource_of
from lambdas.store.indexes import Index, index_of
from lambdas.store.items import ByHand, Stored, now
from lambdas.store.keys import Key
from lambdas.store.leaving import Leaver, room
from lambdas.store.memberships import BATCH, Memberships
from lambdas.store.reads import Reader
from lambdas.store.sweeping import sweep_group
from lambdas.store.transactions import Action, ConditionFailed


class LostRace(Exception):  # noqa: N818 -- answered by another attempt, never shown to a client
    """The resource changed between our read and our write."""


@dataclass(frozen=True)
class Written:
    """A transaction's own actions, and what a failed condition among them means."""

    actions: list[Action]
    taken: Mapping[int, tuple[str, str]]
    """By position, the unique attribute and value that the action takes."""

    def refusal(self, failure: ConditionFailed, resource_type: str) -> Exception:
        """Return the error that a failed condition stands for."""
        for index in failure.failed:
            if index in self.taken:
                attribute, value = self.taken[index]
                owner = failure.items.get(index, {}).get("id", {}).get("S")
                return TakenValueException(
                    attribute=attribute,
                    owner=owner,
                    detail=Detail(
                        'A {type} whose {attribute} is "{value}" exists already; {attribute} is unique whatever its case',
                        type=resource_type,
                        attribute=attribute,
                        values={"value": value[:200]},
                    ),
                )
        return LostRace()


class Writer:
    """Writes the resources of one directory."""

    def __init__(self, reader: Reader, memberships: Memberships) -> None:
        """Take what reads and what changes memberships in the same directory."""
        self.reader = reader
        self.memberships = memberships
        self.table = reader.table
        self.directory = reader.directory
        self.leaver = Leaver(reader.table, reader.directory)
        self.linked: set[str] = set()
        """The ids of users created by hand that this request links to the identity provider."""

    def create(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        members: MemberChange | None,
        *,
        resource_id: str | None = None,
        by_hand: ByHand | None = None,
    ) -> Stored:
        """Store a new resource, with its members if it is a group: 1 transaction up to 45 members, no read.

        More members are written before the group, which is thus seen whole or not at all: who sends the request again after a
        failure half-way creates it anew. What such a failure leaves is shown by no read.

        :param resource_id: Its id; a random one by default.
        :param by_hand: What a user that an operator creates has beside its attributes; None for any other resource.
        :raises UniquenessException: When a unique value is taken.
        :raises InvalidValueException: When a member does not exist, or the resource is larger than an item holds.
        """
        name, moment = str(resource_type.name), now()
        stored = Stored(resource_id or str(uuid.uuid4()), document_of(resource), 1, moment, moment, name_of(resource))
        if by_hand is not None:
            stored = replace(stored, by_hand=True, login=by_hand.login)
        index = index_of(self.reader.provider, name, resource)
        index.check_number(name)
        written = self._creation(name, stored, index)
        steps = self.memberships.steps(stored.id, members, new=True) if members else []
        size = min(BATCH, room(written.actions))
        early, last = steps[:-size], steps[-size:]
        refuse = lambda failure: written.refusal(failure, name)  # noqa: E731
        if not early:
            self.memberships.commit_batch(stored.id, written.actions, last, refuse, needed=True)
            return stored
        self._check_free(written, name)
        self.memberships.require(steps)
        try:
            self.memberships.gather(stored.id, early)
            self.memberships.commit_batch(stored.id, written.actions, last, refuse, needed=True)
        except (InvalidValueException, UniquenessException):
            sweep_group(self.table, self.directory, stored.id)
            raise
        return stored

    def _check_free(self, written: Written, name: str) -> None:
        """Refuse a creation that needs several transactions before its first one, when a unique value is taken: 1 BatchGetItem.

        :raises UniquenessException: Naming the value.
        """
        items = {index: written.actions[index]["Put"]["Item"] for index in written.taken}
        found = self.table.batch_get(Key(item["pk"]["S"], item["sk"]["S"]) for item in items.values())
        taken = {item["pk"]["S"]: item for item in found}
        owners = {index: taken[item["pk"]["S"]] for index, item in items.items() if item["pk"]["S"] in taken}
        if owners:
            raise written.refusal(ConditionFailed(list(owners), owners), name)

    def _creation(self, name: str, stored: Stored, index: Index) -> Written:
        own = [
            actions.put_new(stored.to_item(keys.resource(self.directory, name, stored.id))),
            actions.count(keys.count(self.directory, name, stored.id), 1),
        ]
        taken = {}
        for pair, key in index.unique_keys(self.directory, name).items():
            taken[len(own)] = pair
            own.append(actions.own(key, stored.id))
        own += [actions.look_up(key) for key in sorted(index.lookup_keys(self.directory, name, stored.id))]
        return Written(own, taken)

    def update(self, resource_type: ResourceType, before: Stored, resource: Resource[Any]) -> Stored:
        """Write the new state of a resource: 1 write, or 1 transaction when a unique or look-up value changed.

        :param before: The state that the new one was computed from.
        :return: The new state; ``before`` itself when nothing changed.
        :raises LostRace: When the resource changed or vanished meanwhile.
        :raises UniquenessException: When a unique value is taken.
        """
        after, written = self.change(resource_type, before, resource)
        if written is None:
            return before
        try:
            if len(written.actions) == 1:
                self.table.write(written.actions[0])
            else:
                self.table.transact(written.actions)
        except ConditionFailed as failure:
            mine = _own_effect(after, failure)
            if mine is not None:
                return mine
            raise written.refusal(failure, str(resource_type.name)) from None
        return after

    def update_and_leave(self, resource_type: ResourceType, before: Stored, resource: Resource[Any]) -> Stored:
        """Write the new state of a user, and take it out of its groups or out of as many as one transaction holds.

        :return: The new state, with the groups that are left; ``before`` itself when there was nothing to do.
        :raises LostRace: When the user changed or vanished meanwhile.
        :raises UniquenessException: When a unique value is taken.
        """
        if not before.groups:
            return self.update(resource_type, before, resource)
        name = str(resource_type.name)
        after, written = self.change(resource_type, before, resource)
        own = written.actions if written else []
        leaving = sorted(before.groups)[: room(own)]
        try:
            if written is None:
                return self.leaver.leave(name, before)
            own[0] = actions.update_document(
                keys.resource(self.directory, name, before.id), after, before.version, leaving
            )
            self.leaver.commit(before.id, own, leaving)
        except ConditionFailed as failure:
            raise (written.refusal(failure, name) if written else LostRace()) from None
        return replace(after, groups=before.groups - set(leaving))

    def change(
        self, resource_type: ResourceType, before: Stored, resource: Resource[Any]
    ) -> tuple[Stored, Written | None]:
        """Return the state after a change and the actions that write it; None when nothing changed."""
        name = str(resource_type.name)
        document = document_of(resource)
        links = before.by_hand and before.id in self.linked
        if document == before.document and not links:
            return before, None
        after = replace(
            before,
            document=document,
            version=before.version + 1,
            modified=now(),
            name=name_of(resource),
            by_hand=before.by_hand and not links,
        )
        model = self.reader.model(resource_type)
        provider = self.reader.provider
        was = index_of(provider, name, resource_of(before, resource_type, model))
        becomes = index_of(provider, name, resource)
        becomes.check_number(name, was)
        key = keys.resource(self.directory, name, before.id)
        own = [actions.update_document(key, after, before.version)]
        taken = {}
        for pair, unique in becomes.unique_keys(self.directory, name).items():
            if pair not in was.unique:
                taken[len(own)] = pair
                own.append(actions.own(unique, before.id))
        kept = set(becomes.unique_keys(self.directory, name).values())
        freed = set(was.unique_keys(self.directory, name).values()) - kept
        found, finds = (each.lookup_keys(self.directory, name, before.id) for each in (was, becomes))
        own += [actions.release(each, before.id) for each in sorted(freed)]
        own += [actions.delete(each) for each in sorted(found - finds)]
        own += [actions.look_up(each) for each in sorted(finds - found)]
        return after, Written(own, taken)

    def update_group(
        self,
        resource_type: ResourceType,
        group_id: str,
        head: tuple[Stored, Resource[Any]] | None,
        change: MemberChange | None,
        expected: int | None,
    ) -> int | None:
        """Change a group's attributes, its members, or both: 1 transaction up to 45 members; no read for members alone.

        :param head: The state before and the new one, without members; None to leave the attributes as they are.
        :param expected: The version that the group must still have.
        :return: The new version where it is known.
        :raises LostRace: When the group does not have the version that was expected, or vanished.
        """
        name = str(resource_type.name)
        key = keys.resource(self.directory, name, group_id)
        written: Written | None = None
        if head is not None:
            _, written = self.change(resource_type, *head)
            expected = head[0].version
        steps = self.memberships.steps(group_id, change) if change else []
        if not steps and written is None:
            stored = self.reader.stored(resource_type, group_id)
            if expected is not None and stored.version != expected:
                raise LostRace
            return stored.version
        moment = now()
        own = written or Written([actions.touch(key, moment, expected)], {})
        transactions = self.memberships.commit(
            group_id,
            steps,
            own.actions,
            lambda: actions.touch(key, moment),
            lambda failure: own.refusal(failure, name),
            needed=written is not None,
        )
        return None if expected is None else expected + transactions


def _own_effect(after: Stored, failure: ConditionFailed) -> Stored | None:
    """Return the state that a write found, when it is the one that it wrote itself.

    A single write that stayed without an answer is sent again, by botocore and by us, and then fails on the version that its
    first attempt wrote. The moment of the change, to the microsecond, tells ours from another's.
    """
    item = failure.items.get(0)
    if item is None:
        return None
    found = Stored.from_item(item)
    return found if (found.document, found.modified) == (after.document, after.modified) else None
