"""Reads everything back and compares it with the source: by id, by match query, by page, and from both ends."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from scimprobe.endpoint.paths import Kind
from scimprobe.simulate.attributes import MANAGER
from scimprobe.simulate.compare import Comparison, show
from scimprobe.simulate.cycle import Phase, Task
from scimprobe.simulate.directory import Entry
from scimprobe.simulate.provisioner import Provisioner

PAGES = 7
"""How many pages a list has, so that pages are tested and a large directory takes few requests."""

SMALLEST_PAGE = 2
"""Resources per page at least."""

LARGEST_PAGE = 100


class Verification:
    """Compares a whole directory. Nothing else may write to it between `count` and the end."""

    def __init__(self, engine: Provisioner) -> None:
        self.engine = engine
        self.before: dict[Kind, int] = {}

    def count(self) -> Phase:
        """Return the phase that counts the users and groups before the run."""
        return Phase("Count what is there", [partial(self._count, "User"), partial(self._count, "Group")])

    def phases(self) -> Iterator[Phase]:
        """Return the phases that read everything back."""
        directory = self.engine.directory
        yield Phase("Read back: users", [partial(self._check, user) for user in directory.users.values()])
        yield Phase("Read back: groups", [partial(self._check, group) for group in directory.groups.values()])
        yield Phase("Read back: references", list(self._probes()))
        yield Phase("Read back: pages", [partial(self._check_pages, "User"), partial(self._check_pages, "Group")])

    def _count(self, kind: Kind) -> None:
        answer = self.engine.client.send(f"count {kind.lower()}s", "GET", f"/{kind}s", "startIndex=1&count=0")
        compare = Comparison(self.engine.findings, f"All {kind.lower()}s", f"count {kind.lower()}s")
        resources = compare.listing(answer)
        total = (answer.resource or {}).get("totalResults")
        compare.expect("resources with count=0", [], resources)
        if isinstance(total, int):
            self.before[kind] = total
        else:
            compare.record("totalResults", "a number", show(total))

    def _check(self, entry: Entry) -> None:
        """Check one object: by its id and by its name; nothing under its former names; gone when it is deleted."""
        if entry.id is None:
            return
        for name in entry.former_names:
            self.engine.match(entry, expected=0, name=name)
        if entry.deleted:
            self._check_absence(entry)
        elif entry.kind == "User":
            self._check_user(entry)
        else:
            self._check_group(entry)

    def _check_absence(self, entry: Entry) -> None:
        operation = f"read deleted {entry.kind.lower()}"
        answer = self.engine.client.send(operation, "GET", f"{entry.endpoint}/{entry.id}")
        self.engine.comparing(entry, operation).error(answer, 404)
        self.engine.match(entry, expected=0)

    def _check_user(self, user: Entry) -> None:
        found = self.engine.read(user)
        self._check_groups_of(user, "read user", found)
        self._check_sets_of(user, found)
        for found in self.engine.match(user, expected=1):
            self._compare(user, "match user", found)
            self._check_groups_of(user, "match user", found)

    def _check_groups_of(self, user: Entry, operation: str, found: dict[str, Any] | None) -> None:
        """Check that the user's groups are those that have it as a member, under their current names."""
        if found is None:
            return
        groups = {str(group.id): group for group in self.engine.directory.expected_groups(user)}
        compare = self.engine.comparing(user, operation)
        compare.ids("groups", groups, found.get("groups"))
        for element in found.get("groups") or []:
            group = groups.get(element.get("value"))
            if group and element.get("display") is not None:
                compare.expect(f"groups: {group.id} display", group.expected["displayName"], element["display"])

    def _check_sets_of(self, user: Entry, found: dict[str, Any] | None) -> None:
        """Check that the user's entitlements are the permission sets that the endpoint's operator expects."""
        expected = self.engine.directory.expected_sets(user)
        if found is not None and expected is not None:
            self.engine.comparing(user, "read user").ids("entitlements", expected, found.get("entitlements"))

    def _check_group(self, group: Entry) -> None:
        engine = self.engine
        found = engine.read(group)
        if found is not None:
            expected = {*engine.directory.member_ids(group.expected_members), *group.other_members}
            engine.comparing(group, "read group").ids("members", expected, found.get("members"))
        without = engine.read(group, "excludedAttributes=members")
        if without is not None:
            compare = engine.comparing(group, "read group")
            compare.expect("members with excludedAttributes=members", False, "members" in without)
        for resource in engine.match(group, expected=1):
            self._compare(group, "match group", resource)

    def _compare(self, entry: Entry, operation: str, found: dict[str, Any]) -> None:
        wanted = self.engine.directory.resolved(entry, entry.expected)
        self.engine.comparing(entry, operation).resource(entry, self.engine.url, wanted, found)

    def _probes(self) -> Iterator[Task]:
        """Ask for each manager; of each group for one user who is a member and one who is not."""
        users = [user for user in self.engine.directory.users.values() if user.is_there]
        for user in users:
            if MANAGER in user.expected and user.manager_id is not None:
                yield partial(self.engine.probe, user, "manager", user.manager_id, expected=True)
        for group in self.engine.directory.groups.values():
            if not group.is_there:
                continue
            for is_member in (True, False):
                chosen = [user for user in users if (user.key in group.expected_members) == is_member][:1]
                for user in chosen:
                    yield partial(self.engine.probe, group, "members", str(user.id), expected=is_member)

    # Pages -------------------------------------------------------------------------------------------------------

    def _check_pages(self, kind: Kind) -> None:
        """Check all pages by startIndex and count: everything once, nothing deleted, and the totals right."""
        compare = Comparison(self.engine.findings, f"All {kind.lower()}s", f"list {kind.lower()}s")
        found, total = self._read_pages(kind, compare)
        listed: dict[str, dict[str, Any]] = {str(resource.get("id")): resource for resource in found}
        compare.expect("resources on more than one page", 0, len(found) - len(listed))
        compare.expect("totalResults", len(found), total)
        entries = [entry for entry in self.engine.directory if entry.kind == kind and entry.id]
        there = [entry for entry in entries if not entry.deleted]
        if kind in self.before:
            created = [entry for entry in there if not entry.is_system]
            compare.expect("totalResults after the run", self.before[kind] + len(created), total)
        for entry in entries:
            is_listed = self.engine.comparing(entry, f"list {kind.lower()}s")
            if is_listed.expect("in the list", not entry.deleted, entry.id in listed) and not entry.deleted:
                self._compare(entry, f"list {kind.lower()}s", listed[str(entry.id)])

    def _read_pages(self, kind: Kind, compare: Comparison) -> tuple[list[dict[str, Any]], object]:
        """Return the resources of all pages, and the totalResults of the last."""
        without_members = "excludedAttributes=members&" if kind == "Group" else ""
        created = sum(entry.kind == kind for entry in self.engine.directory)
        size = min(max(SMALLEST_PAGE, (self.before.get(kind, 0) + created) // PAGES), LARGEST_PAGE)
        resources: list[dict[str, Any]] = []
        total: object = None
        while True:
            start = len(resources) + 1
            query = f"{without_members}startIndex={start}&count={size}"
            answer = self.engine.client.send(f"list {kind.lower()}s", "GET", f"/{kind}s", query)
            page = compare.listing(answer)
            body = answer.resource or {}
            if page is None:
                return resources, total
            compare.expect(f"startIndex of page {start}", start, body.get("startIndex"))
            total = body.get("totalResults")
            resources += page
            if not page or not isinstance(total, int) or len(resources) >= total:
                return resources, total
