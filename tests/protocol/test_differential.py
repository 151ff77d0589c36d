"""The same random requests against our store and against scim2-server's own in-memory storage: every answer agrees.

Both run our protocol and our models; what differs is the handler with its deltas and the table with its keys, against the
library's handler and plain Python objects. What may differ is named here, with its reason, and taken out before comparing:

- ids, dates, versions and entity tags: each storage makes its own;
- a user's ``groups`` and a member's ``type`` and ``$ref``: ours fills them in, the library's stores what was sent;
- a member that does not exist: ours refuses it, the library's keeps it; so only existing members are sent;
- the detail of an error: each words its own; status and ``scimType`` agree;
- the order of an unsorted list: each storage has its own.
"""

import itertools
import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scim2_models import SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.memory import InMemoryStorage
from scim2_server.requests import ScimRequest

from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.provider import build_provider
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.storage import DynamoStorage
from lambdas.store.table import Table
from support.tables import TABLE_NAME
from tests.examples import examples
from tests.protocol.requests_at_random import PATCH, change_sets, entra, text, users

PROVIDER = build_provider()
SERVICE = DirectoryService(PROVIDER, lambda: b"0" * 32)
FRESH = itertools.count()

names = st.sampled_from(["Staff", "staff", "Board", "Écoute", "a b"])
numbers = st.integers(0, 4)
"""Which of the resources made so far a request is about; beyond them it is about none."""

FILTERS = [
    *('userName eq "{}"', 'userName sw "a"', "title pr", "not (title pr)", "active eq true", 'emails.value co "a"'),
    *('emails[type eq "work"]', 'displayName eq "{}"', 'name.givenName gt "a" or active eq false', "name pr"),
    *('externalId eq "{}"', 'emails eq "{}" and title pr'),
]

steps = st.one_of(
    st.tuples(st.just("create user"), users),
    st.tuples(st.just("create group"), names, st.lists(numbers, max_size=3)),
    st.tuples(st.just("patch user"), numbers, change_sets(4)),
    st.tuples(st.just("rename user"), numbers, text),
    st.tuples(st.just("put user"), numbers, users),
    st.tuples(
        st.just("members"),
        numbers,
        st.sampled_from(["add", "remove", "replace", "clear"]),
        st.lists(numbers, max_size=3),
    ),
    st.tuples(st.just("rename group"), numbers, names),
    st.tuples(st.just("put group"), numbers, names, st.lists(numbers, max_size=3)),
    st.tuples(st.just("delete"), st.sampled_from(["Users", "Groups"]), numbers),
    st.tuples(st.just("get"), st.sampled_from(["Users", "Groups"]), numbers),
    st.tuples(st.just("search"), st.sampled_from(FILTERS), text),
    st.tuples(
        st.just("sort"),
        st.sampled_from(["userName", "title", "name.familyName"]),
        st.sampled_from(["ascending", "descending"]),
    ),
)


class Side:
    """One of the two: a way to send a request, and the ids that it gave out."""

    def __init__(self, handle: Callable[[ScimRequest], Any]) -> None:
        self.handle = handle
        self.made: dict[str, list[str]] = {"Users": [], "Groups": []}

    def send(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> tuple[int, Any]:
        """Send a request and return its status and body."""
        content = json.dumps(body).encode() if body is not None else b""
        request = ScimRequest(
            method, "https://scim.example/v2", path, query or {}, {"Content-Type": "application/json"}, content
        )
        try:
            response = self.handle(request)
        except SCIMException as refusal:
            response = SERVICE.error_response(refusal)
        return int(response.status), response.body

    def id(self, kind: str, number: int) -> str:
        """Return the id of a resource made before, or one that nothing has."""
        made = self.made[kind]
        return made[number] if number < len(made) else "00000000-0000-4000-8000-000000000000"

    def existing(self, wanted: list[int]) -> list[dict[str, str]]:
        """Return those of the wanted users that exist, as members."""
        found = [self.id("Users", number) for number in wanted]
        return [{"value": each} for each in dict.fromkeys(found) if self.send("GET", f"/Users/{each}")[0] == 200]

    def create(self, kind: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Create a resource and remember its id."""
        status, answer = self.send("POST", f"/{kind}", body)
        if status == 201:
            self.made[kind].append(answer["id"])
        return status, answer

    def perform(self, step: tuple[Any, ...]) -> Any:
        """Perform a step and return its answer, with all that may differ taken out."""
        return self.comparable(*getattr(self, "_" + step[0].replace(" ", "_"))(*step[1:]))

    def _create_user(self, user: dict[str, Any]) -> tuple[int, Any]:
        return self.create("Users", {"active": True, **user})  # which the store adds by itself

    def _create_group(self, name: str, members: list[int]) -> tuple[int, Any]:
        return self.create("Groups", {"displayName": name, "members": self.existing(members)})

    def _patch_user(self, number: int, changes: Any) -> tuple[int, Any]:
        return self.send("PATCH", f"/Users/{self.id('Users', number)}", entra(changes))

    def _rename_user(self, number: int, name: str) -> tuple[int, Any]:
        return self.patch("Users", number, {"op": "replace", "path": "userName", "value": name})

    def _put_user(self, number: int, user: dict[str, Any]) -> tuple[int, Any]:
        return self.send("PUT", f"/Users/{self.id('Users', number)}", {"active": True, **user})

    def _members(self, number: int, verb: str, members: list[int]) -> tuple[int, Any]:
        if verb == "clear":
            return self.patch("Groups", number, {"op": "remove", "path": "members"})
        values = self.existing(members) or [{"value": "00000000-0000-4000-8000-000000000000"}]
        if verb != "remove" and not self.existing(members):
            return 0, None
        return self.patch("Groups", number, {"op": verb, "path": "members", "value": values})

    def _rename_group(self, number: int, name: str) -> tuple[int, Any]:
        return self.patch("Groups", number, {"op": "replace", "path": "displayName", "value": name})

    def _put_group(self, number: int, name: str, members: list[int]) -> tuple[int, Any]:
        return self.send(
            "PUT", f"/Groups/{self.id('Groups', number)}", {"displayName": name, "members": self.existing(members)}
        )

    def _delete(self, kind: str, number: int) -> tuple[int, Any]:
        if kind == "Users":  # the library's storage keeps deleted users as members: take them out on both sides first
            for group in self.made["Groups"]:
                value = [{"value": self.id("Users", number)}]
                self.send(
                    "PATCH",
                    f"/Groups/{group}",
                    {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "members", "value": value}]},
                )
        return self.send("DELETE", f"/{kind}/{self.id(kind, number)}")

    def _get(self, kind: str, number: int) -> tuple[int, Any]:
        return self.send("GET", f"/{kind}/{self.id(kind, number)}")

    def _search(self, scim_filter: str, value: str) -> tuple[int, Any]:
        quoted = json.dumps(value, ensure_ascii=False)[1:-1]
        status, body = self.send("GET", "/Users", query={"filter": scim_filter.replace("{}", quoted)})
        body.get("Resources", []).sort(key=lambda user: user["userName"].casefold())
        return status, body

    def _sort(self, attribute: str, order: str) -> tuple[int, Any]:
        status, body = self.send("GET", "/Users", query={"sortBy": attribute, "sortOrder": order})
        if attribute != "userName":  # users with equal values may come in any order: compare the values alone
            first, _, second = attribute.partition(".")
            values = [user.get(first, {}).get(second) if second else user.get(first) for user in body["Resources"]]
            return status, {"values": [value and value.lower() for value in values]}
        return status, body

    def patch(self, kind: str, number: int, operation: dict[str, Any]) -> tuple[int, Any]:
        return self.send("PATCH", f"/{kind}/{self.id(kind, number)}", {"schemas": [PATCH], "Operations": [operation]})

    def comparable(self, status: int, body: Any) -> Any:
        """Return an answer without what may differ."""
        if status >= 400:
            return status, body.get("scimType")
        if body is not None and "Resources" in body:
            body = {**body, "Resources": [self._resource(each) for each in body["Resources"]]}
        elif body is not None and "id" in body:
            body = self._resource(body)
        return status, body

    def _resource(self, resource: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in resource.items() if name not in ("id", "meta", "groups")}
        if "members" in kept:
            kept["members"] = sorted(self.made["Users"].index(each["value"]) for each in kept["members"])
        return kept


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=st.lists(steps, min_size=3, max_size=14))
def test_our_store_answers_as_a_directory_in_memory_does(table: Any, sequence: list[tuple[Any, ...]]) -> None:
    directory = f"differential-{next(FRESH)}"
    shared = Table(table, TABLE_NAME)

    ours = Side(
        lambda request: DirectoryHandler(SERVICE, DynamoStorage(shared, directory, PROVIDER), Trace()).handle(request)
    )
    theirs = Side(ScimHandler(SERVICE, InMemoryStorage()).handle)

    for step in sequence:
        assert ours.perform(step) == theirs.perform(step), step
