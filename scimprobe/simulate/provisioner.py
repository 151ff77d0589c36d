"""The provisioning engine's steps for one object: match, create, read, update, delete, change references.

Each step sends what Entra sends, compares the answer with the source, and notes what the endpoint must answer from then
on. A difference is recorded and never raised: one broken object does not stop a job.
"""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from scimprobe.endpoint.paths import KINDS, Kind
from scimprobe.endpoint.profile import Profile
from scimprobe.endpoint.reach import access_problem
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import MANAGER, flatten, is_mapped
from scimprobe.simulate.compare import Comparison, Difference
from scimprobe.simulate.dialect import Dialect
from scimprobe.simulate.directory import Directory, Entry
from scimprobe.wire import ATTEMPTS, Answer, Client


class ConnectionTestError(Exception):
    """The endpoint does not pass Entra's Test Connection: nothing can be provisioned into it."""


class Provisioner:
    """The engine's steps, for one tenant in one dialect."""

    def __init__(self, client: Client, dialect: Dialect, directory: Directory) -> None:
        self.client = client
        self.dialect = dialect
        self.directory = directory
        self.findings: list[Difference] = []
        self.url = client.tenant.url
        self._owned = {kind: _owned_paths(directory.profile, kind) for kind in KINDS}

    def comparing(self, entry: Entry, operation: str) -> Comparison:
        """Return a comparison for the answers to `operation` on `entry`."""
        owned = self._owned[entry.kind]
        return Comparison(self.findings, entry.label, operation, lambda path: is_mapped(path) or path.startswith(owned))

    # Queries -----------------------------------------------------------------------------------------------------

    def test_connection(self, kind: str, attribute: str) -> None:
        """Search for an object that cannot exist: the answer must be an empty list, for groups too (entra-docs).

        :raises ConnectionTestError: It is anything else.
        """
        query = entra.match_query(kind, attribute, str(uuid.uuid4()))
        answer = self.client.send("test connection", "GET", f"/{kind}s", query)
        body = answer.resource or {}
        if answer.status != 200 or body.get("totalResults") != 0 or body.get("Resources") != []:
            found = answer if answer.status != 200 else "200 with another body"
            wrong = f"GET /{kind}s?{query} must return 200 and an empty list; it returned: {found}"
            raise ConnectionTestError(access_problem(self.url, answer) or wrong)

    def match(self, entry: Entry, expected: int, name: str | None = None) -> list[dict[str, Any]]:
        """Return the resources that the match query finds; `expected` is how many there must be (0 or 1)."""
        operation = f"match {entry.kind.lower()}"
        query = entra.match_query(entry.kind, entry.matching, entry.name if name is None else name)
        compare = self.comparing(entry, operation)
        answer = self.client.send(operation, "GET", entry.endpoint, query)
        found = compare.listing(answer)
        if found is None:
            return []
        attribute = "totalResults" if name is None else f"totalResults of {entry.matching} eq {name}"
        compare.expect(attribute, expected, (answer.resource or {}).get("totalResults"))
        compare.expect(f"number of Resources ({attribute})", expected, len(found))
        if entry.kind == "Group":
            compare.expect("members with excludedAttributes=members", False, any("members" in each for each in found))
        return found

    def read(self, entry: Entry, query: str = "") -> dict[str, Any] | None:
        """Return the resource by its id, compared with what is expected; None when there is none."""
        operation = f"read {entry.kind.lower()}"
        compare = self.comparing(entry, operation)
        answer = self.client.send(operation, "GET", f"{entry.endpoint}/{entry.id}", query)
        if not compare.status(answer, 200) or answer.resource is None:
            return None
        compare.resource(entry, self.url, self._expected(entry), answer.resource)
        return answer.resource

    # Changes -----------------------------------------------------------------------------------------------------

    def create(self, entry: Entry) -> None:
        """Match, then POST. After a transient failure it matches again: the POST may have been served or not."""
        for attempt in range(1, ATTEMPTS + 1):
            found = self.match(entry, expected=0) if attempt == 1 else self._match_again(entry)
            if found:
                self._adopt(entry, found[0])
                return
            operation = f"create {entry.kind.lower()}"
            answer = self.client.send(operation, "POST", entry.endpoint, body=self._creation(entry), attempts=1)
            if not answer.is_passing or attempt == ATTEMPTS:
                self._created(entry, operation, answer)
                return
            time.sleep(answer.pause(attempt))

    def link(self, group: Entry) -> None:
        """Match a group that the endpoint has from the start, and update what differs, as Entra does on a match."""
        found = self.match(group, expected=1)
        id_ = found[0].get("id") if found else None
        if not isinstance(id_, str):
            return
        group.id, group.expected = id_, {"displayName": group.name}
        answer = self.client.send("read group", "GET", f"{group.endpoint}/{id_}")
        members = (answer.resource or {}).get("members") or []
        group.other_members = {str(each.get("value")) for each in members if isinstance(each, dict)}
        there = flatten(answer.resource or {})
        group.expected = {path: there.get(path, value) for path, value in group.attributes.items() if path in there}
        self.update(group)

    def update(self, entry: Entry, dialect: Dialect | None = None) -> None:
        """Read, compare with what is expected, and PATCH what the source has differently now."""
        if not entry.is_there:
            return
        found = self.read(entry, "excludedAttributes=members" if entry.kind == "Group" else "")
        wanted = {path: value for path, value in entry.attributes.items() if path != MANAGER}
        operations = entra.change(dialect or self.dialect, flatten(found or {}), wanted)
        was_active = entry.expected.get("active") is not False
        entry.expected = wanted | {path: value for path, value in entry.expected.items() if path == MANAGER}
        if found is not None and operations:
            self._patch(entry, f"update {entry.kind.lower()}", operations)
        if was_active and wanted.get("active") is False:
            self.directory.disable(entry)

    def delete(self, entry: Entry) -> None:
        """DELETE; a 404 is right when the endpoint must not have it, or when an earlier attempt got no answer."""
        if entry.id is None:
            return
        operation = f"delete {entry.kind.lower()}"
        answer = self.client.send(operation, "DELETE", f"{entry.endpoint}/{entry.id}")
        if entry.deleted:
            self.comparing(entry, operation).error(answer, 404)
            return
        self.comparing(entry, operation).status(answer, *((204, 404) if answer.attempts > 1 else (204,)))
        self.directory.delete(entry)

    def conflict(self, entry: Entry, name: str) -> None:
        """POST a second object with a matching value that is taken: 409 uniqueness (RFC 7644 section 3.12)."""
        twin = Entry(entry.kind, entry.key, entry.attributes | {entry.matching: name})
        operation = f"create {entry.kind.lower()} again"
        answer = self.client.send(operation, "POST", entry.endpoint, body=self._creation(twin))
        self.comparing(entry, operation).error(answer, 409, "uniqueness")

    # References --------------------------------------------------------------------------------------------------

    def refer_to_manager(self, entry: Entry) -> None:
        """Set, change or clear the manager, after asking whether it is set already (entra-docs, example 4)."""
        manager = entry.attributes.get(MANAGER)
        manager_id = self.directory.users[str(manager)].id if manager else None
        if not entry.is_there or entry.manager_id == manager_id or (manager and manager_id is None):
            return
        is_new, entry.manager_id = entry.manager_id is None, manager_id
        if manager_id is None:
            entry.expected.pop(MANAGER)
            self._patch(entry, "clear manager", entra.clear_manager(self.dialect))
            return
        self.probe(entry, "manager", manager_id, expected=False)
        entry.expected[MANAGER] = str(manager)
        operations = entra.set_manager(self.dialect, self.url, manager_id, is_new=is_new)
        self._patch(entry, "set manager", operations)

    def probe(self, entry: Entry, attribute: str, target: str, *, expected: bool) -> None:
        """Ask whether the entry refers to `target`: one resource or none."""
        operation = f"probe {attribute}"
        query = entra.reference_query(str(entry.id), attribute, target)
        compare = self.comparing(entry, operation)
        found = compare.listing(self.client.send(operation, "GET", entry.endpoint, query))
        if found is not None:
            ids = [resource.get("id") for resource in found]
            compare.expect(f"resources with {attribute} {target}", [entry.id] if expected else [], ids)

    def add_members(self, group: Entry, keys: Sequence[str]) -> None:
        """Add these users to the group in one request."""
        added = {key for key in keys if self.directory.users[key].is_there}
        group.sent_members |= added
        group.left_members -= added
        operations = entra.add_members(self.dialect, self.directory.member_ids(added))
        self._patch(group, "add members", operations, answers_resource=False)

    def remove_members(self, group: Entry, keys: Sequence[str]) -> None:
        """Remove these users, and no others, from the group in one request."""
        group.sent_members -= set(keys)
        group.left_members -= set(keys)
        operations = entra.remove_members(self.dialect, self.directory.member_ids(set(keys)))
        self._patch(group, "remove members", operations, answers_resource=False)

    # Parts -------------------------------------------------------------------------------------------------------

    def _expected(self, entry: Entry) -> dict[str, Any]:
        return self.directory.resolved(entry, entry.expected)

    def _patch(
        self, entry: Entry, operation: str, operations: list[entra.Operation], *, answers_resource: bool = True
    ) -> None:
        """PATCH: 204, or 200 with the resource as it is now (entra-docs accepts both).

        `answers_resource` is False while other requests change the same object: a body could show any of its states.
        """
        if entry.id is None or not operations:
            return
        compare = self.comparing(entry, operation)
        body = entra.patch_body(operations)
        answer = self.client.send(operation, "PATCH", f"{entry.endpoint}/{entry.id}", body=body)
        if compare.status(answer, 200, 204) and answer.resource is not None and answers_resource:
            compare.resource(entry, self.url, self._expected(entry), answer.resource)

    def _creation(self, entry: Entry) -> dict[str, Any]:
        """Return the POST body; every second object in the other of two captured forms."""
        is_odd = int(entry.key.rpartition(" ")[2]) % 2 == 1
        if entry.kind == "User":
            return entra.user_body(self.dialect, entry.attributes, string_active=is_odd)
        return entra.group_body(entry.attributes, empty_members=is_odd)

    def _created(self, entry: Entry, operation: str, answer: Answer) -> None:
        """Record the id of a 201 answer, and compare its resource with what was sent."""
        compare = self.comparing(entry, operation)
        if not compare.status(answer, 201) or answer.resource is None:
            return
        self._adopt(entry, answer.resource)
        compare.resource(entry, self.url, self._expected(entry), answer.resource)
        compare.expect("Location header", f"{self.url}{entry.endpoint}/{entry.id}", answer.headers.get("location"))

    def _adopt(self, entry: Entry, resource: dict[str, Any]) -> None:
        """Keep the id that the endpoint gave the entry; it has all attributes now except references."""
        id_ = resource.get("id")
        if isinstance(id_, str) and id_:
            entry.id, entry.deleted, entry.manager_id = id_, False, None
            entry.expected = {path: value for path, value in entry.attributes.items() if path != MANAGER}

    def _match_again(self, entry: Entry) -> list[dict[str, Any]]:
        """Return what a repeated attempt finds: the object, when the failed POST was served after all, or nothing."""
        operation = f"match {entry.kind.lower()}"
        query = entra.match_query(entry.kind, entry.matching, entry.name)
        found = self.comparing(entry, operation).listing(self.client.send(operation, "GET", entry.endpoint, query))
        return found or []


def _owned_paths(profile: Profile, kind: Kind) -> tuple[str, ...]:
    """Return the attributes of the endpoint's own extensions that the mappings write, and the prefixes of open ones."""
    opened = (f"{each.urn}:" for each in profile.extensions(kind) if each.is_open)
    return (*(each.path for each in profile.own_attributes(kind)), *opened)
