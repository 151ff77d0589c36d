"""What a check works with: requests to the endpoint, and users and groups created for it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scimprobe.check import people
from scimprobe.check.ledger import Ledger
from scimprobe.check.people import Names
from scimprobe.check.reply import Difference, Reply, Request
from scimprobe.endpoint.announcement import Attribute
from scimprobe.endpoint.paths import Kind, Value
from scimprobe.endpoint.profile import Profile
from scimprobe.endpoint.values import invent
from scimprobe.simulate.attributes import CORE_USER, nest
from scimprobe.simulate.entra import patch_body
from scimprobe.wire import ATTEMPTS, NO_HEADERS, Answer, Client

CREATED_BY_POST = ("/Users", "/Groups")
"""Where a POST creates something that has to be removed again."""


class Blocked(Exception):  # noqa: N818 - an outcome of a check, not a fault of the program
    """A user or a group that the check needs could not be created; its text says why."""


@dataclass(frozen=True)
class Person:
    """A user that exists for one check."""

    id: str
    attributes: Mapping[str, Value]
    """The attributes that it was created with, by path."""

    @property
    def name(self) -> str:
        """Its userName."""
        return str(self.attributes["userName"])

    @property
    def path(self) -> str:
        """Its path below the Tenant URL."""
        return f"/Users/{self.id}"


@dataclass(frozen=True)
class Team:
    """A group that exists for one check."""

    id: str
    name: str
    external_id: str

    @property
    def path(self) -> str:
        """Its path below the Tenant URL."""
        return f"/Groups/{self.id}"


@dataclass(frozen=True)
class Run:
    """The state that all checks of a run share."""

    client: Client
    ledger: Ledger
    names: Names
    profile: Profile


class Session:
    """Sends the requests of one check, and keeps them, their differences, and what has to be removed."""

    def __init__(self, run: Run, name: str, headers: Mapping[str, str] = NO_HEADERS) -> None:
        self.names = run.names
        self.profile = run.profile
        self.replies: list[Reply] = []
        self.differences: list[Difference] = []
        self._client = run.client
        self._ledger = run.ledger
        self._name = name
        self._headers = headers

    # Requests ----------------------------------------------------------------------------------------------------

    def get(self, path: str, query: str = "", headers: Mapping[str, str] = NO_HEADERS) -> Reply:
        """Send a GET; `query` is sent as it is."""
        return self.send("GET", path, query, headers=headers)

    def post(self, path: str, body: object) -> Reply:
        """Send a POST."""
        return self.send("POST", path, body=body)

    def put(self, path: str, body: object) -> Reply:
        """Send a PUT."""
        return self.send("PUT", path, body=body)

    def patch(self, path: str, *operations: Mapping[str, Any]) -> Reply:
        """Send a PATCH with these operations."""
        return self.send("PATCH", path, body=patch_body([dict(operation) for operation in operations]))

    def change(self, path: str, *operations: Mapping[str, Any]) -> Reply:
        """Send a PATCH that must be answered with 200 and the resource, or with 204; clients accept both."""
        return self.patch(path, *operations).has_json(200, 204)

    def delete(self, path: str) -> Reply:
        """Send a DELETE."""
        return self.send("DELETE", path)

    def send(
        self, method: str, path: str, query: str = "", body: object = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Reply:
        """Send any request; it is repeated only after 429, as every client would."""
        created = None
        if method == "POST" and path in CREATED_BY_POST and isinstance(body, dict):
            created = self._ledger.sending(path, body)
        for attempt in range(1, ATTEMPTS + 1):
            began = time.perf_counter()
            answer = self._client.send(
                self._name, method, path, query, body, attempts=1, headers={**self._headers, **headers}
            )
            seconds = time.perf_counter() - began
            if answer.status != 429 or attempt == ATTEMPTS:
                break
            time.sleep(answer.pause(attempt))
        if created is not None:
            self._ledger.settle(created, answer)
        if method == "DELETE" and answer.status in (200, 202, 204):
            self._ledger.deleted(path)
        if method in ("GET", "DELETE") and answer.status == 404 and not query:
            self._ledger.seen_gone(path)
        request = Request(method, f"{path}?{query}" if query else path, body)
        self.replies.append(Reply(request, answer, self.differences, seconds))
        return self.replies[-1]

    def keep(self, request: Request, send: Callable[[], Answer]) -> Reply:
        """Send a request that does not go to the SCIM endpoint, such as one for a token, and keep it with the others."""
        began = time.perf_counter()
        answer = send()
        self.replies.append(Reply(request, answer, self.differences, time.perf_counter() - began))
        return self.replies[-1]

    # Attributes that the endpoint takes --------------------------------------------------------------------------

    def complete(self, attributes: Mapping[str, Value]) -> dict[str, Value]:
        """Return the attributes of a new user as the endpoint takes them, with those that it requires."""
        return self.profile.fit("User", attributes, self.names.tag())

    def adapt(self, attributes: Mapping[str, Value]) -> dict[str, Value]:
        """Return attributes for a change of a user, with values that the endpoint allows."""
        return self.profile.adapt("User", attributes, self.names.tag())

    def mapped(self, path: str) -> str:
        """Return the path by which a mapping sets an attribute of users, such as `emails[type eq "work"].value`."""
        return self.profile.mapped("User", path)

    def value_of(self, path: str) -> Value:
        """Return a value of an attribute of users that no other user has."""
        known = self.profile.attribute("User", path) or Attribute(path)
        return invent(known, self.names.tag()) or self.names.tag()

    def own_values(self, kind: Kind, number: int, urn: str) -> dict[str, Value]:
        """Return values for the attributes of one of the endpoint's own extensions; another number gives others."""
        values = self.profile.own_values(kind, number, self.names.tag())
        return {path: value for path, value in values.items() if path.startswith(f"{urn}:")}

    def may_be_empty(self, path: str) -> bool:
        """Return whether a user may be without an attribute."""
        return self.profile.may_be_empty("User", path)

    def optional(self, *paths: str) -> str:
        """Return the first of these attributes that a user may be without; the first of all when there is none."""
        return next((path for path in paths if self.may_be_empty(path)), paths[0])

    def role(self, number: int) -> str:
        """Return the value of a role, another one for each number as far as the endpoint knows several."""
        known = self.profile.roles or ("reader", "writer", "owner")
        return known[number % len(known)]

    def bare_user(self) -> dict[str, Value]:
        """Return the attributes of a user with nothing but a name and what the endpoint requires."""
        return self.complete({"userName": self.names.user()})

    def full_user(self) -> dict[str, Value]:
        """Return every attribute that Microsoft's programs set."""
        return self.complete(people.full_user(self.names))

    def changed_user(self) -> dict[str, Value]:
        """Return another value for each attribute that the SCIM Validator replaces."""
        return self.adapt(people.changed_user(self.names))

    def bare_body(self) -> dict[str, Any]:
        """Return the smallest body of a user."""
        return {"schemas": [CORE_USER], **nest(self.bare_user())}

    def group_attributes(self, name: str | None = None) -> dict[str, Value]:
        """Return the attributes of a new group."""
        named: dict[str, Value] = {
            "externalId": self.names.external_id(),
            "displayName": self.names.group() if name is None else name,
        }
        return self.profile.fit("Group", named, self.names.tag())

    # What a check needs ------------------------------------------------------------------------------------------

    def new_user(self, attributes: Mapping[str, Value] | None = None) -> Person:
        """Create a user with these attributes, or with no more than the endpoint requires.

        :raises Blocked: The endpoint does not create it.
        """
        attributes = self.bare_user() if attributes is None else attributes
        return Person(self._created("/Users", people.user_body(attributes)), attributes)

    def new_full_user(self) -> Person:
        """Create a user that has every attribute that Microsoft's programs set."""
        return self.new_user(self.full_user())

    def new_group(self, members: Sequence[Person] = ()) -> Team:
        """Create a group, and add these users to it.

        :raises Blocked: The endpoint does not do it.
        """
        attributes = self.group_attributes()
        id_ = self._created("/Groups", people.group_body(attributes))
        group = Team(id_, str(attributes["displayName"]), str(attributes["externalId"]))
        if members:
            value = [{"value": member.id} for member in members]
            reply = self.patch(group.path, {"op": "add", "path": "members", "value": value})
            if reply.answer.status not in (200, 204):
                raise Blocked(f"members could not be added to a group: PATCH {reply.answer}")
        return group

    def _created(self, path: str, body: Mapping[str, Any]) -> str:
        reply = self.post(path, body)
        id_, kind = reply.body.get("id"), "user" if path == "/Users" else "group"
        if reply.answer.status // 100 != 2 or not isinstance(id_, str) or not id_:
            raise Blocked(f"a {kind} that it needs could not be created: POST {path} {reply.answer}")
        if self._ledger.is_of_others(reply.body):
            raise Blocked(f"POST {path} returned another {kind} than the one that was sent: {reply.answer}")
        return id_
