"""Okta's SCIM 2.0 SPEC test, and Okta's requests when it provisions users and groups (Okta's developer documentation).

The SPEC test begins by reading the first user of the list. Here one is created, so the directory may be empty.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from scimprobe.check.reply import Reply
from scimprobe.check.session import Person, Session
from scimprobe.check.suite import Checks, Level
from scimprobe.endpoint.needs import Need
from scimprobe.endpoint.paths import Value
from scimprobe.simulate.attributes import CORE_GROUP, CORE_USER, email, nest

checks = Checks()

HEADERS = {
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "Content-Type": "application/json",
    "User-Agent": "OKTA SCIM Integration",
}
"""The headers of the SPEC test; the media type is that of its bodies."""

SLOW = 0.6
"""Seconds within which `/Groups` must answer."""

TRIES = 3
"""How often it is requested, so that one slow answer of a network does not count."""

UNLISTED = "Okta does not accept the application for its integration network. "


def equals(name: str) -> str:
    """Return the search for a userName as Okta encodes it: spaces as %20, quotes as %22."""
    return "filter=" + quote(f'userName eq "{name}"', safe="")


def attributes(session: Session) -> dict[str, Value]:
    """Return the attributes that Okta sets, by path."""
    name = session.names.user()
    own: dict[str, Value] = {
        "userName": name,
        "name.givenName": "Grace",
        "name.familyName": "Hopper",
        email("primary"): True,
        email("value"): name,
        "displayName": "Grace Hopper",
        "active": True,
    }
    return session.complete(own)


def body(wanted: Mapping[str, Value], **more: Any) -> dict[str, Any]:
    """Return the body of a user as Okta writes it."""
    own = {"locale": "en-US", "externalId": f"00u{wanted['userName']}"}
    return {"schemas": [CORE_USER], **own, **nest(wanted), "groups": [], "password": "1mz050nq", **more}


def new_user(session: Session) -> Person:
    """Create a user that is complete in Okta's sense."""
    return session.new_user(attributes(session))


def counts(reply: Reply) -> list[dict[str, Any]]:
    """Return the resources of a list that has its three counters as numbers."""
    found = reply.is_list(may_omit_nothing=True)
    for name in ("startIndex", "itemsPerPage"):
        if name not in reply.body:
            reply.record(name, "a number", "nothing")
    return found


def is_complete(reply: Reply, user: Mapping[str, Any]) -> None:
    """Expect the attributes that the SPEC test requires."""
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
            reply.record(path, "not empty", "nothing")


# SPEC test -------------------------------------------------------------------------------------------------------


@checks.add(
    "Test Users endpoint",
    requirement="/Users?count=1&startIndex=1 is a list of one user; its counters are numbers.",
    matters=UNLISTED + "Test API Credentials sends the same request, and fails.",
)
def list_users(session: Session) -> None:
    """The first user of a shared directory is any user, so only the count is compared."""
    new_user(session)
    reply = session.get("/Users", "count=1&startIndex=1")
    reply.expect("number of Resources", 1, len(counts(reply)))


@checks.add(
    "Get Users/{id}",
    requirement="The user has an id, a userName, both names, active and an e-mail.",
    matters=UNLISTED + "Okta cannot import such a user.",
)
def read_user(session: Session) -> None:
    """Reads the user that was created."""
    person = new_user(session)
    reply = session.get(person.path).has_json(200)
    reply.expect("id", person.id, reply.body.get("id"))
    is_complete(reply, reply.body)


@checks.add(
    "Test invalid User by username",
    requirement="A search that finds nothing returns 200 with totalResults 0.",
    matters=UNLISTED + "Okta sends the search before it creates a user.",
)
def find_nothing(session: Session) -> None:
    """With the paging that Okta's engine adds."""
    query = f"{equals(session.names.user())}&startIndex=1&count=100"
    session.get("/Users", query).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Test invalid User by ID",
    requirement="404 with a SCIM Error: its status as a string, and a detail.",
    matters=UNLISTED + "Its administrators see no reason for a failure.",
)
def read_nothing(session: Session) -> None:
    """An id in Okta's own form."""
    session.get("/Users/00919288221112222").is_error(404)


@checks.add(
    "Create Okta user with realistic values",
    requirement="201 with the whole user, active as a boolean; the password is never returned.",
    matters=UNLISTED + "Okta keeps the id of the answer, and reports an empty answer as an error.",
)
def create(session: Session) -> None:
    """Okta sends a password, empty groups, and its own id."""
    wanted = attributes(session)
    reply = session.post("/Users", body(wanted)).has_json(201).holds(wanted)
    reply.has_no_key("password")
    schemas = reply.body.get("schemas")
    if not isinstance(schemas, list) or CORE_USER not in schemas:
        reply.record("schemas", f"a list with {CORE_USER}", str(schemas))
    stored = session.get(f"/Users/{reply.body.get('id')}").has_json(200).holds(wanted)
    stored.has_no_key("password")


@checks.add(
    "Expect failure when recreating user with same values",
    requirement="409.",
    matters=UNLISTED + "Two accounts for one person.",
)
def create_twice(session: Session) -> None:
    """The same body again."""
    person = new_user(session)
    session.post("/Users", body(person.attributes)).has_status(409)


@checks.add(
    "Username Case Sensitivity Check",
    requirement="200, and a search in capitals finds the user. (Okta's test accepts any 200.)",
    matters="Okta creates the user that it does not find; the endpoint refuses it as a duplicate.",
)
def find_in_capitals(session: Session) -> None:
    """The SPEC test does not read the answer."""
    person = new_user(session)
    session.get("/Users", equals(person.name.upper())).finds(person.id)


@checks.add(
    "Verify Groups endpoint",
    requirement=f"/Groups returns 200 in less than {SLOW * 1000:.0f} ms.",
    matters="Okta's SPEC test reports it; groups are optional in it.",
    level=Level.OPTIONAL,
)
def list_groups(session: Session) -> None:
    """The fastest of three answers counts."""
    fastest = min((session.get("/Groups") for _ in range(TRIES)), key=lambda reply: reply.seconds)
    fastest.is_list(may_omit_nothing=True)
    if fastest.seconds >= SLOW:
        fastest.record(
            "time", f"less than {SLOW * 1000:.0f} ms", f"{fastest.seconds * 1000:.0f} ms, the fastest of {TRIES}"
        )


@checks.add(
    "Check status 401",
    requirement="A wrong Authorization header is refused with 401 and a SCIM Error whose status is a string.",
    matters=UNLISTED + "Okta shows its administrator nothing else.",
)
def refuse_a_wrong_token(session: Session) -> None:
    """The header is no bearer token at all."""
    session.get("/Users", equals(session.names.user()), {"Authorization": "non-token"}).is_error(401)


# What Okta sends when it provisions ------------------------------------------------------------------------------


@checks.add(
    "Update a user",
    requirement="PUT of the whole user changes it; read-only attributes in it are ignored, and absent ones are cleared.",
    matters="Applications of the App Integration Wizard update users so: no profile is ever updated.",
)
def replace(session: Session) -> None:
    """Okta reads the user, changes it, and sends all of it back."""
    cleared = session.optional("nickName", "profileUrl", "timezone")
    person = session.new_user(attributes(session) | session.adapt({cleared: "Amazing"}))
    wanted = session.adapt({"title": "Rear admiral"})
    read = session.get(person.path).has_json(200).body
    read = {name: value for name, value in read.items() if name != cleared}
    groups = [] if session.profile.rules.permissions.reads_groups_as_roles else [{"value": "1", "display": "x"}]
    changed = {**read, **wanted, "password": "t1meMa$heen", "groups": groups}
    reply = session.put(person.path, changed).has_json(200)
    reply.expect("id", person.id, reply.body.get("id"))
    reply = session.get(person.path).has_json(200)
    reply.holds({"userName": person.name, "name.familyName": person.attributes["name.familyName"], **wanted})
    reply.lacks(cleared)
    reply.has_no_key("password")


@checks.add(
    "Deactivate and reactivate a user, wizard",
    requirement="PUT with active false, then true; in between a search still finds the user.",
    matters="Okta never deletes users: a leaver keeps access, or cannot return.",
    needs=[Need.DISABLED_USERS_STAY],
)
def deactivate_by_put(session: Session) -> None:
    """Applications of the App Integration Wizard."""
    person = new_user(session)
    for active in (False, True):
        session.put(person.path, body({**person.attributes, "active": active}, id=person.id)).has_json(200)
        reply = session.get("/Users", f"{equals(person.name)}&startIndex=1&count=100")
        reply.holds({"active": active}, reply.finds(person.id))


@checks.add(
    "Deactivate and reactivate a user, integration network",
    requirement='PATCH with `{"op": "replace", "value": {"active": false}}`, then true.',
    matters="Okta never deletes users: a leaver keeps access, or cannot return.",
    needs=[Need.DISABLED_USERS_STAY],
)
def deactivate_by_patch(session: Session) -> None:
    """Applications of the Okta Integration Network."""
    person = new_user(session)
    for active in (False, True):
        session.change(person.path, {"op": "replace", "value": {"active": active}})
        session.get(person.path).has_json(200).holds({"active": active})


@checks.add(
    "Import users page by page",
    requirement="startIndex and count return pages without overlap, in an order that does not change.",
    matters="An import misses users, or reads them twice.",
)
def import_users(session: Session) -> None:
    """Okta reads pages of 100; two users are enough to compare the pages."""
    new_user(session), new_user(session)
    both = counts(session.get("/Users", "startIndex=1&count=2"))
    second = session.get("/Users", "startIndex=2&count=1")
    found = counts(second)
    second.expect("startIndex", 2, second.body.get("startIndex"))
    second.expect("ids of the page", [each.get("id") for each in both[1:2]], [each.get("id") for each in found])


@checks.add(
    "Push a group",
    requirement="POST with an empty list of members; rename by an operation whose value also holds the group's id.",
    matters="Group Push fails: the id is read-only, and must be ignored.",
    needs=[Need.NEW_GROUPS],
)
def push_group(session: Session) -> None:
    """Okta names the group again with every change of its members."""
    new_name = session.names.group()
    named = session.profile.fit("Group", {"displayName": session.names.group()}, session.names.tag())
    sent = {"schemas": [CORE_GROUP], **nest(named), "members": []}
    created = session.post("/Groups", sent).has_json(201)
    path = f"/Groups/{created.body.get('id')}"
    session.change(path, {"op": "replace", "value": {"id": created.body.get("id"), "displayName": new_name}})
    session.get(path).has_json(200).holds({"displayName": new_name})


@checks.add(
    "Push members",
    requirement="Members are added with their display, removed by a filter, replaced as a whole, and by an empty list.",
    matters="Okta's groups and the application's differ, unnoticed.",
    needs=[Need.NEW_GROUPS],
)
def push_members(session: Session) -> None:
    """The operations of Group Push."""
    first, second, group = new_user(session), new_user(session), session.new_group()
    name = {"op": "replace", "value": {"id": group.id, "displayName": session.names.group()}}
    leave = {"op": "remove", "path": f'members[value eq "{first.id}"]'}
    steps: list[tuple[list[dict[str, Any]], list[Person]]] = [
        ([name, _members("add", first)], [first]),
        ([leave, _members("add", second)], [second]),
        ([_members("replace", first, second)], [first, second]),
        ([_members("replace")], []),
    ]
    for operations, members in steps:
        session.change(group.path, *operations)
        session.get(group.path).has_json(200).has_members(*(member.id for member in members))


@checks.add(
    "Unlink a group",
    requirement="DELETE returns 204, then GET returns 404.",
    matters="A group that is unlinked with deletion stays.",
    level=Level.OPTIONAL,
    needs=[Need.NEW_GROUPS],
)
def delete_group(session: Session) -> None:
    """Okta lets its administrator choose whether to delete the group."""
    group = session.new_group()
    session.delete(group.path).has_status(204)
    session.get(group.path).has_status(404)


def _members(op: str, *members: Person) -> dict[str, Any]:
    """Return an operation on the list of members."""
    return {"op": op, "path": "members", "value": [{"value": each.id, "display": each.name} for each in members]}
