"""What the servers are asked: the requests of an identity provider, and the mix of them that one joiner and leaver makes."""

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

USERS = 500
"""Users of the directory. Peers in memory look through all of them for a filter; with more of them they would only be slower."""

MEMBERS = 100
"""Members of the group."""

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


class WrongAnswerError(Exception):
    """A server does not do what is measured."""


@dataclass
class Directory:
    """A client of one server, with the directory that it filled there."""

    server: str
    port: int
    root: str
    users: list[str] = field(default_factory=list)
    group: str = ""
    made: str = ""
    """The user that is created and deleted."""

    def __post_init__(self) -> None:
        """Open the connection that all requests take."""
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request, and return the decoded body of its response, or None.

        :raises WrongAnswerError: When the response is not a success.
        """
        content = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/scim+json"} | ({"Content-Type": "application/scim+json"} if content else {})
        self.connection.request(method, self.root + path, content, headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise WrongAnswerError(f"{self.server}: {method} {path}: {response.status} {answer[:500]!r}")
        return json.loads(answer) if answer else None

    def find(self, query: str, count: int) -> None:
        """List users, which must be so many.

        :raises WrongAnswerError: When they are not: what answers wrongly is not worth timing.
        """
        found = self.send("GET", f"/Users?{query}")
        if len(found.get("Resources") or []) != count:
            raise WrongAnswerError(f"{self.server}: {query}: not {count} users but {found}")

    def fill(self) -> None:
        """Create the users and the group."""
        self.users = [self.send("POST", "/Users", user_values(number))["id"] for number in range(USERS)]
        self.group = self.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Everyone"})["id"]
        for start in range(1, MEMBERS, 45):
            self.change_members("add", self.users[start : min(start + 45, MEMBERS)])

    def change_members(self, op: str, ids: list[str]) -> None:
        """Add or remove members by their ids, as Entra does."""
        value = [{"value": each} for each in ids]
        self.patch(f"/Groups/{self.group}", {"op": op, "path": "members", "value": value})

    def patch(self, path: str, operation: dict[str, Any]) -> None:
        """Send a PATCH of one operation."""
        self.send("PATCH", path, {"schemas": [PATCH], "Operations": [operation]})


def user_values(number: int) -> dict[str, Any]:
    """Return a user as an identity provider creates one."""
    name = f"user{number:05d}@example.com"
    return {
        "schemas": [USER],
        "userName": name,
        "externalId": f"external-{number:05d}",
        "displayName": f"Given Family {number:05d}",
        "active": True,
        "name": {"givenName": "Given", "familyName": f"Family {number:05d}"},
        "emails": [{"value": name, "type": "work", "primary": True}],
    }


def match_nobody(at: Directory) -> None:
    """Ask for a user that is not there."""
    at.find("filter=" + quote('userName eq "nobody@example.com"'), 0)


def match_user(at: Directory) -> None:
    """Ask for a user by the userName."""
    at.find("filter=" + quote('userName eq "user00007@example.com"'), 1)


def read_user(at: Directory) -> None:
    """Read a user."""
    at.send("GET", f"/Users/{at.users[200]}")


def create_user(at: Directory) -> None:
    """Create a user."""
    at.made = at.send("POST", "/Users", user_values(USERS))["id"]


def delete_user(at: Directory) -> None:
    """Delete the user that was created."""
    at.send("DELETE", f"/Users/{at.made}")


def disable_user(at: Directory) -> None:
    """Disable the user that was created."""
    at.patch(f"/Users/{at.made}", {"op": "replace", "path": "active", "value": False})


def patch_email(at: Directory) -> None:
    """Change the address of the user that was created."""
    work = 'emails[type eq "work"].value'
    at.patch(f"/Users/{at.made}", {"op": "replace", "path": work, "value": "changed@example.com"})


def add_member(at: Directory) -> None:
    """Add the user that was created to the group."""
    at.change_members("add", [at.made])


def remove_member(at: Directory) -> None:
    """Remove the user that was created from the group, by a filter or, where that is refused, by value."""
    if at.server == "django-scim2":
        at.change_members("remove", [at.made])
    else:
        at.patch(f"/Groups/{at.group}", {"op": "remove", "path": f'members[value eq "{at.made}"]'})


def list_page(at: Directory) -> None:
    """List 50 users."""
    at.find("startIndex=101&count=50", 50)


Request = Callable[[Directory], None]

LIFE: dict[str, Request] = {
    "filter userName, miss": match_nobody,
    "create user": create_user,
    "filter userName, hit": match_user,
    "get user": read_user,
    "patch e-mail": patch_email,
    "add 1 member to 100": add_member,
    "remove 1 member of 101": remove_member,
    "disable user": disable_user,
    "delete user": delete_user,
    "page of 50": list_page,
}
"""The requests of one joiner and leaver, in their order, by the names of the report's rows."""

REFUSED = {"django-scim2": {"patch e-mail"}}
"""What a peer answers with 501: it is measured nowhere else than where it works, and left out of the mix of all."""

MIX = [name for name in LIFE if name not in set().union(*REFUSED.values()) and name != "page of 50"]
"""What the mix counts: all that every server answers; the page only once for ten lives."""

PAGE_EVERY = 10
"""Lives to one page of 50."""
