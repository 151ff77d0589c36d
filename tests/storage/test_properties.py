"""A directory under any sequence of requests: always what a few plain dictionaries say it is.

Hypothesis makes up the sequences: users and groups are created, renamed and deleted, members added, removed and replaced, deleted
groups swept now, later or never, and a walk through all users by cursor goes on meanwhile. Names are few, so that they collide.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from scim2_models import SCIMException
from scim2_server.requests import ScimRequest

from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from scimctl.maintenance.verification import verify
from tests.examples import examples
from tests.storage.builders import NOBODY, PROVIDER, Directory

SERVICE = DirectoryService(PROVIDER, lambda: b"0" * 32)

names = st.sampled_from(["ann", "Ann", "bob", "BOB", "zoë", "ZOË", "a b#c", "eve"])
externals = st.sampled_from(["e1", "E1", "e#2", ""])
picks = st.integers(0, 1_000)
"""Which of the resources that there are: the number modulo how many."""

some = st.lists(picks, max_size=5)


@dataclass
class User:
    """A user as the model has it."""

    name: str
    external: str


@dataclass
class Group:
    """A group as the model has it."""

    name: str
    members: set[str] = field(default_factory=set)


@dataclass
class Walk:
    """A walk through all users by cursor, that is under way."""

    cursor: str
    count: int
    throughout: set[str]
    """The users that existed since its beginning and still do."""

    seen: list[str] = field(default_factory=list)


class DirectoryMachine(RuleBasedStateMachine):
    """Sends requests to a directory and tells the model the same."""

    new_table: Callable[[], Table]

    def __init__(self) -> None:
        super().__init__()
        self.directory = Directory(self.new_table())
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.unswept: list[str] = []
        self.walk: Walk | None = None

    # -- Asking -----------------------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """Send one request and return its status and body."""
        request = ScimRequest(
            method,
            "https://scim.example/v2/c",
            path,
            query=query,
            headers={"Content-Type": "application/scim+json"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        try:
            response = DirectoryHandler(SERVICE, self.directory.storage, Trace()).handle(request)
        except SCIMException as refusal:
            response = SERVICE.error_response(refusal)
        return int(response.status), response.body

    def patch(self, path: str, op: str, target: str, value: Any = None) -> int:
        operation = {"op": op, "path": target} | ({} if value is None else {"value": value})
        return self.ask("PATCH", path, {"Operations": [operation]})[0]

    def found(self, endpoint: str, **query: str) -> set[str]:
        """Return the ids that a search finds, and check its total."""
        status, body = self.ask("GET", endpoint, **query)
        assert status == 200
        ids = [each["id"] for each in body.get("Resources", [])]
        assert len(set(ids)) == len(ids) == body["totalResults"]
        return set(ids)

    # -- Choosing ---------------------------------------------------------------------------------------------------

    @staticmethod
    def pick(existing: dict[str, Any], number: int) -> str:
        """Return the id of one resource, in the order of their creation; of none when there is none."""
        ids = list(existing)
        return ids[number % len(ids)] if ids else NOBODY

    def pick_members(self, numbers: list[int], *, besides: str = "") -> list[str]:
        """Return the ids of some users and groups."""
        ids = [*self.users, *self.groups]
        return list(dict.fromkeys(ids[each % len(ids)] for each in numbers if ids and ids[each % len(ids)] != besides))

    def taken(self, existing: dict[str, Any], name: str, *, by_other_than: str = "") -> bool:
        same = (each for each, one in existing.items() if one.name.casefold() == name.casefold())
        return any(each != by_other_than for each in same)

    @initialize(users=st.integers(0, 9), numbers=st.lists(picks, max_size=9))
    def begin_with_some(self, users: int, numbers: list[int]) -> None:
        for number in range(users):
            self.create_user(f"user{number}", "e1" if number % 2 else "")
        self.create_group("Everyone", numbers)

    # -- Users ------------------------------------------------------------------------------------------------------

    @rule(name=names, external=externals)
    def create_user(self, name: str, external: str) -> None:
        body = {"userName": name} | ({"externalId": external} if external else {})
        status, answer = self.ask("POST", "/Users", body)
        assert status == (409 if self.taken(self.users, name) else 201)
        if status == 201:
            self.users[answer["id"]] = User(name, external)

    @rule(number=picks, name=names)
    def rename_user(self, number: int, name: str) -> None:
        user = self.pick(self.users, number)
        status = self.patch(f"/Users/{user}", "replace", "userName", name)
        if user not in self.users:
            assert status == 404
        elif self.taken(self.users, name, by_other_than=user):
            assert status == 409
        else:
            assert status == 200
            self.users[user].name = name

    @rule(number=picks, external=externals.filter(bool))
    def change_user(self, number: int, external: str) -> None:
        user = self.pick(self.users, number)
        assert self.patch(f"/Users/{user}", "replace", "externalId", external) == (200 if user in self.users else 404)
        if user in self.users:
            self.users[user].external = external

    @rule(number=picks)
    def delete_user(self, number: int) -> None:
        user = self.pick(self.users, number)
        assert self.ask("DELETE", f"/Users/{user}")[0] == (204 if user in self.users else 404)
        if self.users.pop(user, None):
            self._forget(user)

    def _forget(self, deleted: str) -> None:
        for group in self.groups.values():
            group.members.discard(deleted)
        if self.walk:
            self.walk.throughout.discard(deleted)

    # -- Groups -----------------------------------------------------------------------------------------------------

    @rule(name=names, numbers=some)
    def create_group(self, name: str, numbers: list[int]) -> None:
        members = self.pick_members(numbers)
        status, answer = self.ask("POST", "/Groups", {"displayName": name, "members": values(members)})
        assert status == (409 if self.taken(self.groups, name) else 201)
        if status == 201:
            self.groups[answer["id"]] = Group(name, set(members))

    @rule(name=names, numbers=some)
    def create_group_with_an_unknown_member(self, name: str, numbers: list[int]) -> None:
        members = [*self.pick_members(numbers), NOBODY]
        status, _ = self.ask("POST", "/Groups", {"displayName": name, "members": values(members)})
        assert status in ({400, 409} if self.taken(self.groups, name) else {400})

    @precondition(lambda self: self.groups)
    @rule(number=picks, name=names)
    def rename_group(self, number: int, name: str) -> None:
        group = self.pick(self.groups, number)
        status = self.patch(f"/Groups/{group}", "replace", "displayName", name)
        if self.taken(self.groups, name, by_other_than=group):
            assert status == 409
        else:
            assert status == 204
            self.groups[group].name = name

    @precondition(lambda self: self.groups)
    @rule(number=picks, numbers=some)
    def add_members(self, number: int, numbers: list[int]) -> None:
        group = self.pick(self.groups, number)
        members = self.pick_members(numbers, besides=group)
        assert self.patch(f"/Groups/{group}", "add", "members", values(members)) == 204
        self.groups[group].members |= set(members)

    @precondition(lambda self: self.groups)
    @rule(number=picks, numbers=some)
    def remove_members(self, number: int, numbers: list[int]) -> None:
        group = self.pick(self.groups, number)
        members = self.pick_members(numbers) or [NOBODY]
        assert self.patch(f"/Groups/{group}", "remove", "members", values(members)) == 204
        self.groups[group].members -= set(members)

    @precondition(lambda self: self.groups)
    @rule(number=picks, member=picks)
    def remove_one_member(self, number: int, member: int) -> None:
        group = self.pick(self.groups, number)
        one = self.pick({**self.users, **self.groups}, member)
        assert self.patch(f"/Groups/{group}", "remove", f'members[value eq "{one}"]') == 204
        self.groups[group].members.discard(one)

    @precondition(lambda self: self.groups)
    @rule(number=picks, numbers=some)
    def replace_members(self, number: int, numbers: list[int]) -> None:
        group = self.pick(self.groups, number)
        members = self.pick_members(numbers, besides=group)
        assert self.patch(f"/Groups/{group}", "replace", "members", values(members)) == 204
        self.groups[group].members = set(members)

    @precondition(lambda self: self.groups)
    @rule(number=picks, name=names, numbers=some)
    def put_group(self, number: int, name: str, numbers: list[int]) -> None:
        group = self.pick(self.groups, number)
        members = self.pick_members(numbers, besides=group)
        status, answer = self.ask("PUT", f"/Groups/{group}", {"displayName": name, "members": values(members)})
        if self.taken(self.groups, name, by_other_than=group):
            assert status == 409
        else:
            assert status == 200
            assert {each["value"] for each in answer.get("members", [])} == set(members)
            self.groups[group] = Group(name, set(members))

    @precondition(lambda self: self.groups)
    @rule(number=picks)
    def delete_group(self, number: int) -> None:
        group = self.pick(self.groups, number)
        assert self.ask("DELETE", f"/Groups/{group}")[0] == 204
        del self.groups[group]
        self._forget(group)
        self.unswept.append(group)

    @precondition(lambda self: self.unswept)
    @rule(number=picks, again=st.booleans())
    def sweep(self, number: int, *, again: bool) -> None:
        group = self.unswept[number % len(self.unswept)]
        sweep_group(self.directory.table, self.directory.id, group)
        if not again:
            self.unswept.remove(group)

    # -- Looking ----------------------------------------------------------------------------------------------------

    @invariant()
    def the_totals_are_exact(self) -> None:
        for endpoint, existing in (("/Users", self.users), ("/Groups", self.groups)):
            assert self.ask("GET", endpoint, count="0")[1]["totalResults"] == len(existing)

    @rule(name=names)
    def find_by_name(self, name: str) -> None:
        for endpoint, attribute, existing in (
            ("/Users", "userName", self.users),
            ("/Groups", "displayName", self.groups),
        ):
            same = {each for each, one in existing.items() if one.name.casefold() == name.casefold()}
            assert self.found(endpoint, filter=f'{attribute} eq "{name}"') == same

    @rule(external=externals.filter(bool))
    def find_by_external_id(self, external: str) -> None:
        """``externalId`` is compared with its case (RFC 7643 section 3.1)."""
        same = {each for each, one in self.users.items() if one.external == external}
        assert self.found("/Users", filter=f'externalId eq "{external}"') == same

    @rule(number=picks)
    def look_at_a_user(self, number: int) -> None:
        user = self.pick(self.users, number)
        status, body = self.ask("GET", f"/Users/{user}")
        assert status == (200 if user in self.users else 404)
        if status == 200:
            groups = {each for each, one in self.groups.items() if user in one.members}
            assert {each["value"] for each in body.get("groups", [])} == groups
            assert {each["display"] for each in body.get("groups", [])} == {self.groups[each].name for each in groups}
            assert body["userName"] == self.users[user].name

    @rule(number=picks, member=picks)
    def look_for_members(self, number: int, member: int) -> None:
        group, one = self.pick(self.groups, number), self.pick({**self.users, **self.groups}, member)
        having = {each for each, there in self.groups.items() if one in there.members}
        assert self.found("/Groups", filter=f'members eq "{one}"') == having
        assert self.found("/Groups", filter=f'id eq "{group}" and members.value eq "{one}"') == having & {group}

    @rule(size=st.integers(1, 4))
    def look_at_all_pages(self, size: int) -> None:
        for endpoint, existing in (("/Users", self.users), ("/Groups", self.groups)):
            for start in range(1, len(existing) + 2, size):
                status, body = self.ask("GET", endpoint, startIndex=str(start), count=str(size))
                assert status == 200
                listed = [each["id"] for each in body.get("Resources", [])]
                assert listed == sorted(existing)[start - 1 : start - 1 + size]

    @rule(count=st.integers(1, 3))
    def begin_to_walk(self, count: int) -> None:
        self.walk = Walk("", count, set(self.users))

    @precondition(lambda self: self.walk)
    @rule(pages=st.integers(1, 5))
    def walk_on(self, pages: int) -> None:
        for _ in range(pages):
            if self.walk:
                self._walk_one_page()

    def _walk_one_page(self) -> None:
        assert self.walk
        status, body = self.ask("GET", "/Users", count=str(self.walk.count), cursor=self.walk.cursor)
        assert status == 200
        page = [each["id"] for each in body.get("Resources", [])]
        assert set(page) <= set(self.users)
        self.walk.seen += page
        if "nextCursor" in body:
            self.walk.cursor = body["nextCursor"]
            return
        assert len(set(self.walk.seen)) == len(self.walk.seen)
        assert self.walk.throughout <= set(self.walk.seen)
        self.walk = None

    def teardown(self) -> None:
        for group, one in self.groups.items():
            status, body = self.ask("GET", f"/Groups/{group}")
            assert status == 200
            assert body["displayName"] == one.name
            assert {each["value"] for each in body.get("members", [])} == one.members
        table, directory = self.directory.table, self.directory.id
        assert all(each.harmless for each in verify(table, directory, PROVIDER))
        for group in self.unswept:
            sweep_group(table, directory, group)
        assert verify(table, directory, PROVIDER) == []
        table.client.delete_table(TableName=table.name)


def values(ids: list[str]) -> list[dict[str, str]]:
    return [{"value": each} for each in ids]


def test_a_directory_is_what_its_requests_say(new_table: Callable[[], Table]) -> None:
    class Machine(DirectoryMachine):
        pass

    Machine.new_table = staticmethod(new_table)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples(12),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
