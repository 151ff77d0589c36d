"""Okta's SCIM 2.0 SPEC test, and what Okta sends when it provisions users and groups (Okta's developer documentation).

The SPEC test begins by reading the first user of the list. Here one is made, so that an empty directory will do.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from scimprobe.check.player import Person, Player
from scimprobe.check.reply import Reply
from scimprobe.check.suite import Checks, Level
from scimprobe.simulate.attributes import CORE_GROUP, CORE_USER, Value, email

checks = Checks()

HEADERS = {
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "Content-Type": "application/json",
    "User-Agent": "OKTA SCIM Integration",
}
"""What the SPEC test sends; the media type is the one of its bodies."""

SLOW = 0.6
"""Seconds in which `/Groups` must answer."""

TRIES = 3
"""How often it is asked, so that one slow answer of a network does not count."""

UNLISTED = "Okta does not accept the application for its integration network. "


def equals(name: str) -> str:
    """The search for a userName as Okta encodes it: spaces as %20, quotes as %22."""
    return "filter=" + quote(f'userName eq "{name}"', safe="")


def attributes(player: Player) -> dict[str, Value]:
    """What Okta sets, by path."""
    name = player.names.user()
    return {
        "userName": name,
        "name.givenName": "Grace",
        "name.familyName": "Hopper",
        email("primary"): True,
        email("value"): name,
        "displayName": "Grace Hopper",
        "active": True,
    }


def body(wanted: Mapping[str, Value], **more: Any) -> dict[str, Any]:
    """The user as Okta writes it."""
    name = wanted["userName"]
    return {
        "schemas": [CORE_USER],
        "userName": name,
        "name": {"givenName": wanted["name.givenName"], "familyName": wanted["name.familyName"]},
        "emails": [{"primary": True, "value": wanted[email("value")], "type": "work"}],
        "displayName": wanted["displayName"],
        "locale": "en-US",
        "externalId": f"00u{name}",
        "groups": [],
        "password": "1mz050nq",
        "active": wanted["active"],
        **more,
    }


def new_user(player: Player) -> Person:
    """A user that is complete in Okta's sense."""
    return player.new_user(attributes(player))


def counts(reply: Reply) -> list[dict[str, Any]]:
    """The resources of a list whose three counters are there, as numbers."""
    found = reply.is_list(may_omit_nothing=True)
    for name in ("startIndex", "itemsPerPage"):
        if name not in reply.body:
            reply.tell(name, "a number", "nothing")
    return found


def is_complete(reply: Reply, user: Mapping[str, Any]) -> None:
    """The user has the attributes that the SPEC test asks for."""
    name, emails = user.get("name"), user.get("emails")
    first = emails[0] if isinstance(emails, list) and emails and isinstance(emails[0], dict) else {}
    name = name if isinstance(name, dict) else {}
    for path, value in {
        "id": user.get("id"),
        "userName": user.get("userName"),
        "name.familyName": name.get("familyName"),
        "name.givenName": name.get("givenName"),
        "active": user.get("active"),
        "emails[0].value": first.get("value"),
    }.items():
        if value in (None, ""):
            reply.tell(path, "not empty", "nothing")


# SPEC test -------------------------------------------------------------------------------------------------------


@checks.add(
    "Test Users endpoint",
    requirement="/Users?count=1&startIndex=1 is a list of one user; its counters are numbers.",
    matters=UNLISTED + "Test API Credentials sends the same without a filter, and fails.",
)
def list_users(player: Player) -> None:
    """On a directory of others, the first user is one of theirs: only that there is one is looked at here."""
    new_user(player)
    reply = player.get("/Users", "count=1&startIndex=1")
    reply.expect("number of Resources", 1, len(counts(reply)))


@checks.add(
    "Get Users/{id}",
    requirement="The user has an id, a userName, both names, active and an e-mail.",
    matters=UNLISTED + "Okta cannot import such a user.",
)
def read_user(player: Player) -> None:
    """Of the user that was made."""
    person = new_user(player)
    reply = player.get(person.path).has_json(200)
    reply.expect("id", person.id, reply.body.get("id"))
    is_complete(reply, reply.body)


@checks.add(
    "Test invalid User by username",
    requirement="A search that finds nobody is 200 with totalResults 0.",
    matters=UNLISTED + "Okta asks so before it creates a user.",
)
def find_nobody(player: Player) -> None:
    """With the paging that Okta's engine adds."""
    query = f"{equals(player.names.user())}&startIndex=1&count=100"
    player.get("/Users", query).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Test invalid User by ID",
    requirement="404 with a SCIM Error: its status as a string, and a detail.",
    matters=UNLISTED + "Its administrators see no reason for a failure.",
)
def read_nobody(player: Player) -> None:
    """An id in a form of its own."""
    player.get("/Users/00919288221112222").is_error(404)


@checks.add(
    "Create Okta user with realistic values",
    requirement="201 with the whole user, active as a boolean; the password is nowhere.",
    matters=UNLISTED + "An empty answer is an error to Okta; it keeps the id that it finds in it.",
)
def create(player: Player) -> None:
    """Okta sends a password, empty groups, and its own id."""
    wanted = attributes(player)
    reply = player.post("/Users", body(wanted)).has_json(201).holds(wanted)
    reply.has_no_key("password")
    schemas = reply.body.get("schemas")
    if not isinstance(schemas, list) or CORE_USER not in schemas:
        reply.tell("schemas", f"a list with {CORE_USER}", str(schemas))
    stored = player.get(f"/Users/{reply.body.get('id')}").has_json(200).holds(wanted)
    stored.has_no_key("password")


@checks.add(
    "Expect failure when recreating user with same values",
    requirement="409.",
    matters=UNLISTED + "Two accounts for one person.",
)
def create_twice(player: Player) -> None:
    """The same body again."""
    person = new_user(player)
    player.post("/Users", body(person.attributes)).has_status(409)


@checks.add(
    "Username Case Sensitivity Check",
    requirement="200, and the user is found in capitals. (Okta's test is content with 200.)",
    matters="Okta creates the user that it does not find; the endpoint refuses it as a duplicate.",
)
def find_in_capitals(player: Player) -> None:
    """The SPEC test does not look into the answer."""
    person = new_user(player)
    player.get("/Users", equals(person.name.upper())).finds(person.id)


@checks.add(
    "Verify Groups endpoint",
    requirement=f"/Groups is 200 in less than {SLOW * 1000:.0f} ms.",
    matters="Okta's SPEC test reports it; groups are optional in it.",
    level=Level.OPTIONAL,
)
def list_groups(player: Player) -> None:
    """The fastest of three answers counts."""
    fastest = min((player.get("/Groups") for _ in range(TRIES)), key=lambda reply: reply.seconds)
    fastest.is_list(may_omit_nothing=True)
    if fastest.seconds >= SLOW:
        fastest.tell(
            "time", f"less than {SLOW * 1000:.0f} ms", f"{fastest.seconds * 1000:.0f} ms, the fastest of {TRIES}"
        )


@checks.add(
    "Check status 401",
    requirement="A wrong Authorization header is 401 with a SCIM Error, its status as a string.",
    matters=UNLISTED + "Okta tells its administrator nothing else that is of use.",
)
def refuse_a_wrong_token(player: Player) -> None:
    """A header that is not even a bearer token."""
    player.get("/Users", equals(player.names.user()), {"Authorization": "non-token"}).is_error(401)


# What Okta sends when it provisions ------------------------------------------------------------------------------


@checks.add(
    "Update a user",
    requirement="PUT of the whole user changes it; what is read-only in it is ignored, and what is not in it is cleared.",
    matters="Applications of the App Integration Wizard update users so: no profile is ever updated.",
)
def replace(player: Player) -> None:
    """Okta reads the user, changes it, and sends all of it back."""
    person = player.new_user({**attributes(player), "nickName": "Amazing"})
    read = player.get(person.path).has_json(200).body
    read = {name: value for name, value in read.items() if name != "nickName"}
    changed = {**read, "title": "Rear admiral", "password": "t1meMa$heen", "groups": [{"value": "1", "display": "x"}]}
    reply = player.put(person.path, changed).has_json(200)
    reply.expect("id", person.id, reply.body.get("id"))
    reply = player.get(person.path).has_json(200)
    reply.holds({"userName": person.name, "name.familyName": "Hopper", "title": "Rear admiral"})
    reply.lacks("nickName")
    reply.has_no_key("password")


@checks.add(
    "Deactivate and reactivate a user, wizard",
    requirement="PUT with active false, then true; in between the user is still found.",
    matters="Okta never deletes users: somebody who left keeps access, or cannot come back.",
)
def deactivate_by_put(player: Player) -> None:
    """Applications of the App Integration Wizard."""
    person = new_user(player)
    for active in (False, True):
        player.put(person.path, body({**person.attributes, "active": active}, id=person.id)).has_json(200)
        reply = player.get("/Users", f"{equals(person.name)}&startIndex=1&count=100")
        reply.holds({"active": active}, reply.finds(person.id))


@checks.add(
    "Deactivate and reactivate a user, integration network",
    requirement='PATCH with `{"op": "replace", "value": {"active": false}}`, then true.',
    matters="Okta never deletes users: somebody who left keeps access, or cannot come back.",
)
def deactivate_by_patch(player: Player) -> None:
    """Applications of the Okta Integration Network."""
    person = new_user(player)
    for active in (False, True):
        player.change(person.path, {"op": "replace", "value": {"active": active}})
        player.get(person.path).has_json(200).holds({"active": active})


@checks.add(
    "Import users page by page",
    requirement="startIndex and count give pages of their own, in an order that does not change.",
    matters="An import misses users, or has them twice.",
)
def import_users(player: Player) -> None:
    """Okta reads pages of 100; two users are enough to see the seam."""
    new_user(player), new_user(player)
    both = counts(player.get("/Users", "startIndex=1&count=2"))
    second = player.get("/Users", "startIndex=2&count=1")
    found = counts(second)
    second.expect("startIndex", 2, second.body.get("startIndex"))
    second.expect("ids of the page", [each.get("id") for each in both[1:2]], [each.get("id") for each in found])


@checks.add(
    "Push a group",
    requirement="POST with an empty list of members; renamed by an operation whose value also holds the group's id.",
    matters="Group Push fails: the id is read-only, and must be ignored.",
)
def push_group(player: Player) -> None:
    """Okta names the group again with every change of its members."""
    name, new_name = player.names.group(), player.names.group()
    made = player.post("/Groups", {"schemas": [CORE_GROUP], "displayName": name, "members": []}).has_json(201)
    path = f"/Groups/{made.body.get('id')}"
    player.change(path, {"op": "replace", "value": {"id": made.body.get("id"), "displayName": new_name}})
    player.get(path).has_json(200).holds({"displayName": new_name})


@checks.add(
    "Push members",
    requirement="Members are added with their display, removed by a filter, replaced as a whole and by nobody.",
    matters="Okta's groups and the application's differ, and nobody is told.",
)
def push_members(player: Player) -> None:
    """The forms that Group Push uses."""
    first, second, group = new_user(player), new_user(player), player.new_group()
    name = {"op": "replace", "value": {"id": group.id, "displayName": player.names.group()}}
    leave = {"op": "remove", "path": f'members[value eq "{first.id}"]'}
    steps: list[tuple[list[dict[str, Any]], list[Person]]] = [
        ([name, _members("add", first)], [first]),
        ([leave, _members("add", second)], [second]),
        ([_members("replace", first, second)], [first, second]),
        ([_members("replace")], []),
    ]
    for operations, members in steps:
        player.change(group.path, *operations)
        player.get(group.path).has_json(200).has_members(*(member.id for member in members))


@checks.add(
    "Unlink a group",
    requirement="DELETE is 204, then GET is 404.",
    matters="A group that is unlinked with deletion stays.",
    level=Level.OPTIONAL,
)
def delete_group(player: Player) -> None:
    """Okta asks its administrator whether the group shall be deleted."""
    group = player.new_group()
    player.delete(group.path).has_status(204)
    player.get(group.path).has_status(404)


def _members(op: str, *members: Person) -> dict[str, Any]:
    """An operation on the list of members."""
    return {"op": op, "path": "members", "value": [{"value": each.id, "display": each.name} for each in members]}
