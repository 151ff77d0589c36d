"""What a check is given to play with: requests to the endpoint, and users and groups made for it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scimprobe.check import people
from scimprobe.check.ledger import Ledger
from scimprobe.check.people import Names
from scimprobe.check.reply import Difference, Reply, Request
from scimprobe.simulate.attributes import CORE_USER, Value
from scimprobe.simulate.entra import patch_body
from scimprobe.wire import ATTEMPTS, NO_HEADERS, Client

MADE_BY_POST = ("/Users", "/Groups")
"""Where a POST makes something that has to be removed again."""


class Blocked(Exception):  # noqa: N818 - it tells what kept a check from being played
    """A user or a group that the check needs could not be made; its text says why."""


@dataclass(frozen=True)
class Person:
    """A user that exists for one check."""

    id: str
    attributes: Mapping[str, Value]
    """What it was made with, by path."""

    @property
    def name(self) -> str:
        """Its userName."""
        return str(self.attributes["userName"])

    @property
    def path(self) -> str:
        """Where it is, below the Tenant URL."""
        return f"/Users/{self.id}"


@dataclass(frozen=True)
class Team:
    """A group that exists for one check."""

    id: str
    name: str
    external_id: str

    @property
    def path(self) -> str:
        """Where it is, below the Tenant URL."""
        return f"/Groups/{self.id}"


class Player:
    """Plays one check: sends its requests, and keeps them, what differed and what has to be removed."""

    def __init__(
        self, client: Client, ledger: Ledger, names: Names, name: str, headers: Mapping[str, str] = NO_HEADERS
    ) -> None:
        self.names = names
        self.replies: list[Reply] = []
        self.differences: list[Difference] = []
        self._client = client
        self._ledger = ledger
        self._name = name
        self._headers = headers

    # Requests ----------------------------------------------------------------------------------------------------

    def get(self, path: str, query: str = "", headers: Mapping[str, str] = NO_HEADERS) -> Reply:
        """Send a GET; `query` goes out as it is."""
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
        """Send any request; again only when the endpoint asks for it with 429, as every client would."""
        made = None
        if method == "POST" and path in MADE_BY_POST and isinstance(body, dict):
            made = self._ledger.sending(path, body)
        for attempt in range(1, ATTEMPTS + 1):
            began = time.perf_counter()
            answer = self._client.send(
                self._name, method, path, query, body, attempts=1, headers={**self._headers, **headers}
            )
            seconds = time.perf_counter() - began
            if answer.status != 429 or attempt == ATTEMPTS:
                break
            time.sleep(answer.pause(attempt))
        if made is not None:
            self._ledger.settle(made, answer)
        if method == "DELETE" and answer.status in (200, 202, 204):
            self._ledger.deleted(path)
        if method in ("GET", "DELETE") and answer.status == 404 and not query:
            self._ledger.seen_gone(path)
        request = Request(method, f"{path}?{query}" if query else path, body)
        self.replies.append(Reply(request, answer, self.differences, seconds))
        return self.replies[-1]

    # What a check needs ------------------------------------------------------------------------------------------

    def new_user(self, attributes: Mapping[str, Value] | None = None) -> Person:
        """Make a user with these attributes, or with nothing but a name.

        :raises Blocked: The endpoint does not make it.
        """
        attributes = {"userName": self.names.user()} if attributes is None else attributes
        return Person(self._made("/Users", people.user_body(dict(attributes))), attributes)

    def full_user(self) -> Person:
        """Make a user that has every attribute that Microsoft's programs set."""
        return self.new_user(people.full_user(self.names))

    def new_group(self, members: Sequence[Person] = ()) -> Team:
        """Make a group, and put these users into it.

        :raises Blocked: The endpoint does not do it.
        """
        name, external_id = self.names.group(), self.names.external_id()
        group = Team(self._made("/Groups", people.group_body(name, external_id)), name, external_id)
        if members:
            value = [{"value": member.id} for member in members]
            reply = self.patch(group.path, {"op": "add", "path": "members", "value": value})
            if reply.answer.status not in (200, 204):
                raise Blocked(f"members could not be put into a group: PATCH {reply.answer}")
        return group

    def bare_body(self) -> dict[str, Any]:
        """The smallest body of a user."""
        return {"schemas": [CORE_USER], "userName": self.names.user()}

    def _made(self, path: str, body: Mapping[str, Any]) -> str:
        reply = self.post(path, body)
        id_, kind = reply.body.get("id"), "user" if path == "/Users" else "group"
        if reply.answer.status // 100 != 2 or not isinstance(id_, str) or not id_:
            raise Blocked(f"a {kind} that it needs could not be made: POST {path} {reply.answer}")
        if self._ledger.is_of_others(reply.body):
            raise Blocked(f"POST {path} answered another {kind} than the one that was sent: {reply.answer}")
        return id_
