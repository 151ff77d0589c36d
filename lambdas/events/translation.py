"""Translates a batch of changes into events.

The events of one change follow each other; the changes keep their order. Three kinds of events are about many users at once, so
that a deleted or renamed group of 100,000 members does not publish 100,000 of them:

- the members of a group that changed several times within the batch: one notice;
- the members of a deleted group, as they are swept: one event for each group and batch, which lists them;
- the members of a group that was renamed, or mapped to other permission sets: one event for each 1,000 of them.
"""

from collections.abc import Iterator, Sequence

from lambdas.environment.event_types import EventType
from lambdas.environment.permission_sets import Grant, system_set
from lambdas.environment.product import Product
from lambdas.eventing.event import Event, Source, connection_subject, resource_subject
from lambdas.events.changes import UNREADABLE, Change, GuardReport, MappingChange, Origin, ResourceChange
from lambdas.events.resource_events import ResourceEvents, event_of
from lambdas.store import keys
from lambdas.store.table import Table
from lambdas.store.user_groups import UserGroups, grants_of

USERS_IN_EVENT = 1_000
"""Ids of users in one event: 40 KB."""


class Translator:
    """Translates one batch. What it reads of groups and mappings is of this moment, moments after the change."""

    def __init__(self, table: Table, product: Product, source: Source, *, full: bool) -> None:
        """Take the table, the environment's permission sets, where events come from, and whether they contain data."""
        self.table = table
        self.product = product
        self.events = ResourceEvents(source, product, full=full)
        self.unreadable: list[tuple[Origin, Exception]] = []
        """The changes that have no events because no attempt can make them."""

        self._groups: dict[str, UserGroups] = {}

    def translate(self, changes: Sequence[Change]) -> list[Event]:
        """Return the events of changes: 1 BatchGetItem for each 100 groups of all changed users, with permission sets; 1 Query for
        each MB of members of a group that was renamed or mapped.
        """
        self._read_groups(changes)
        last_touch = {
            (each.directory, each.present.id): each.origin
            for each in changes
            if isinstance(each, ResourceChange) and each.is_membership_change
        }
        swept: dict[tuple[str, str], dict[str, Origin]] = {}
        found: list[Event] = []
        for change in changes:
            if isinstance(change, MappingChange):
                found += self._mapping_events(change)
            elif isinstance(change, GuardReport):
                found.append(self._guard_event(change))
            elif change.is_sweep:
                self._collect(change, swept)
            elif change.is_membership_change:
                if last_touch[change.directory, change.present.id] is change.origin:
                    found.append(self.events.members_changed(change))
            else:
                found += self._events_or_nothing(change)
        for (directory, group), users in swept.items():
            origin = next(iter(users.values()))  # the first: when the event is refused, all of its records return
            found += self._affected(origin, directory, group, sorted(users), "group-deleted", entitlements=True)
        return found

    def _events_or_nothing(self, change: ResourceChange) -> list[Event]:
        """Return the events of a resource; none, and an entry of :attr:`unreadable`, when no attempt can make them."""
        try:
            return list(self._resource_events(change))
        except UNREADABLE as error:
            self.unreadable.append((change.origin, error))
            return []

    def _resource_events(self, change: ResourceChange) -> Iterator[Event]:
        """Yield the events of a resource, with those about its permission sets or its members."""
        if change.resource_type == "Group":
            yield from self.events.of(change)
            yield from self._renaming_events(change)
            return
        before, after = self._grants(change)
        has_changed = change.after is not None and _ids(before) != _ids(after)
        yield from self.events.of(change, ["entitlements"] if has_changed and change.before else [])
        if has_changed:
            reasons = {each.set.id: self._reasons(each) for each in after}
            payload = {"before": _ids(before), "after": _ids(after), "reasons": reasons}
            yield self.events.event(change, EventType.PERMISSIONS_CHANGED, payload)

    def _reasons(self, grant: Grant) -> list[str]:
        """Return the reasons for a permission set.

        A notice has their kinds only: the name of a group, or the value of a role, can be personal.
        """
        shown = (str(each) if self.events.full else each.why.value for each in grant.reasons)
        return list(dict.fromkeys(shown))

    def _grants(self, change: ResourceChange) -> tuple[list[Grant], list[Grant]]:
        """Return a user's permission sets before and after a change.

        Before, those of a group that is deleted by now count, if the user left it; afterwards they do not.
        """
        if not self.product.computes_entitlements or change.after is None:
            return [], []
        facts = self._facts(change.directory)
        had = change.before.groups if change.before else frozenset()
        before = grants_of(change.before, facts.existing_or_deleted(had), self.product)
        return before, grants_of(change.after, facts.existing(change.after.groups), self.product)

    def _renaming_events(self, change: ResourceChange) -> Iterator[Event]:
        """Yield the events about the members of a renamed group: they show its name."""
        before, after = change.before, change.after
        if before is None or after is None or before.name == after.name:
            return
        sets = [system_set(self.product.permissions, each.name) for each in (before, after)]
        members = self._members(change.directory, after.id)
        yield from self._affected(
            change.origin, change.directory, after.id, members, "group-renamed", entitlements=sets[0] != sets[1]
        )

    def _mapping_events(self, change: MappingChange) -> Iterator[Event]:
        if change.before == change.after or not self.product.computes_entitlements:
            return
        members = self._members(change.directory, change.group)
        yield from self._affected(
            change.origin, change.directory, change.group, members, "mapping-changed", groups=False, entitlements=True
        )

    @staticmethod
    def _guard_event(report: GuardReport) -> Event:
        kind = EventType.DEPROVISIONING_HELD if report.held else EventType.DEPROVISIONING_UNUSUAL
        payload = {"count": report.count, "limit": report.limit}
        subject = connection_subject(report.connection)
        return event_of(report.origin, kind, report.directory, subject, payload, None)

    def _affected(
        self,
        origin: Origin,
        directory: str,
        group: str,
        users: Sequence[str],
        cause: str,
        *,
        groups: bool = True,
        entitlements: bool,
    ) -> Iterator[Event]:
        names = ["entitlements"] if entitlements and self.product.computes_entitlements else []
        names += ["groups"] if groups else []
        subject = resource_subject("Group", group, None, full=False)
        for part, start in enumerate(range(0, len(users), USERS_IN_EVENT)):
            listed = list(users[start : start + USERS_IN_EVENT])
            payload = {"cause": cause, "attributes": names, "users": listed}
            yield event_of(origin, EventType.MEMBERS_AFFECTED, directory, subject, payload, None, part)

    def _collect(self, change: ResourceChange, swept: dict[tuple[str, str], dict[str, Origin]]) -> None:
        assert change.before is not None  # noqa: S101 -- a sweep has both states
        if change.resource_type != "User":
            return
        for group in change.before.groups - change.present.groups:
            swept.setdefault((change.directory, group), {})[change.present.id] = change.origin

    def _members(self, directory: str, group: str) -> list[str]:
        items = self.table.query(keys.members(directory, group), attributes=("sk", "type"))
        return [item["sk"]["S"] for item in items if item["type"]["S"] == "User"]

    def _facts(self, directory: str) -> UserGroups:
        return self._groups.setdefault(directory, UserGroups(self.table, directory, self.product))

    def _read_groups(self, changes: Sequence[Change]) -> None:
        """Read the groups of all users of the batch at once."""
        if not self.product.computes_entitlements:
            return
        wanted: dict[str, set[str]] = {}
        for each in changes:
            if isinstance(each, ResourceChange) and each.resource_type == "User" and each.after and not each.is_sweep:
                had = each.before.groups if each.before else frozenset()
                wanted.setdefault(each.directory, set()).update(had | each.after.groups)
        for directory, groups in wanted.items():
            self._facts(directory).existing(groups)


def _ids(grants: Sequence[Grant]) -> list[str]:
    return [each.set.id for each in grants]
