"""The requests of Entra's provisioning engine about users, in both dialects (entra-docs; captures of its requests)."""

from typing import Any

from scimprobe.check.session import Person, Session
from scimprobe.check.suite import Checks, Level
from scimprobe.endpoint.needs import Need
from scimprobe.endpoint.paths import Value
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import DEPARTMENT, EMPLOYEE_NUMBER, MANAGER, address, email, phone
from scimprobe.simulate.dialect import Dialect

checks = Checks()

RESENT = "Entra compares what it reads with its source: it sends the same change again in every cycle."
FAILED = "Entra reports the user as failed, and retries in later cycles at a falling rate."


def worker(session: Session, tag: str = "") -> dict[str, Value]:
    """Return the attributes of Entra's default mappings, by path."""
    name = session.names.user(tag)
    attributes: dict[str, Value] = {
        "externalId": session.names.external_id(),
        "userName": name,
        "active": True,
        "displayName": "Ada Lovelace",
        "title": "Analyst",
        "name.formatted": "Ada Lovelace",
        "name.familyName": "Lovelace",
        "name.givenName": "Ada",
        email("primary"): True,
        email("value"): name,
        EMPLOYEE_NUMBER: "10001",
        DEPARTMENT: "Sales",
    }
    return session.complete(attributes)


def search(session: Session, person: Person, name: str | None = None) -> dict[str, Any]:
    """Return the user as Entra's search for its userName finds it."""
    return session.get("/Users", entra.match_query("User", "userName", name or person.name)).finds(person.id)


@checks.add(
    "Create a user",
    requirement='201 with the user, although Entra adds meta, an empty list of roles, and active as "True".',
    matters=FAILED,
)
def create(session: Session) -> None:
    """`active` is a string in mappings of the older default expression."""
    wanted = worker(session)
    body = entra.user_body(Dialect.ENTRA, wanted, string_active=True)
    reply = session.post("/Users", body).has_json(201)
    reply.holds(wanted)
    if not isinstance(reply.body.get("id"), str):
        reply.record("id", "a string", str(reply.body.get("id")))


@checks.add(
    "Create a user with empty attributes",
    requirement="null and an empty list in a POST mean that there is no value.",
    matters=FAILED,
)
def create_with_nulls(session: Session) -> None:
    """The second example of Microsoft's documentation has six attributes that are null, one of them misplaced."""
    wanted = worker(session)
    if session.may_be_empty("title"):
        del wanted["title"]
    session.post("/Users", entra.user_body(Dialect.ENTRA, wanted, string_active=False)).has_json(201).holds(wanted)


@checks.add(
    "A new user is found at once",
    requirement="A search finds it by its userName milliseconds after it was created, also with a plus sign in it.",
    matters="Entra does not find the user, creates it once more and gets 409 in every cycle.",
)
def find_at_once(session: Session) -> None:
    """Entra writes a space as +, a plus sign as %2b, an at sign as %40 and quotes as they are."""
    person = session.new_user(worker(session, "+ext"))
    search(session, person)


@checks.add(
    "Values are kept as they were sent",
    requirement="Names, phone numbers and addresses are returned character for character.",
    matters=RESENT,
)
def keep_values(session: Session) -> None:
    """No number is formatted, no space is trimmed, no letter is changed."""
    own: dict[str, Value] = {
        "displayName": "Zoë O'Brien-Šimková",
        phone("work"): "+44 (0)20 7946-0001",
        address("formatted"): "Königstraße 7\n50667 Köln",
        DEPARTMENT: "R&D + Legal",
    }
    wanted = worker(session) | session.adapt(own)
    person = session.new_user(wanted)
    session.get(person.path).has_json(200).holds(wanted)


@checks.add(
    "Update a user, without the flag",
    requirement="One Add or Replace for each attribute sets it, whether it had a value or not.",
    matters=RESENT,
)
def update_without_flag(session: Session) -> None:
    """Entra writes Add and Replace with capitals; which of the two is not dependable."""
    person = session.new_user(worker(session))
    other: dict[str, Value] = {
        "displayName": "Ada King",
        "nickName": "Ada",
        "title": "Countess",
        "name.familyName": "King",
        EMPLOYEE_NUMBER: "10002",
        DEPARTMENT: "Research",
    }
    wanted = session.adapt(other)
    operations = [
        {"op": "Add" if path in ("nickName", "title") else "Replace", "path": path, "value": value}
        for path, value in wanted.items()
    ]
    session.change(person.path, *operations)
    session.get(person.path).has_json(200).holds({**person.attributes, **wanted})


@checks.add(
    "Update a user, with the flag",
    requirement="An operation without a path sets each key of its value, also dotted ones and those with a URN.",
    matters="Attributes are lost, or kept under a key such as `name.givenName` that no client reads.",
)
def update_with_flag(session: Session) -> None:
    """Single values are merged into one operation; paths with a filter keep their own."""
    person = session.new_user(worker(session))
    merged = session.adapt({"displayName": "Ada King", "name.familyName": "King", DEPARTMENT: "Research"})
    own: dict[str, Value] = {email("value"): session.names.user(), "nickName": "Ada"}
    wanted = session.adapt(own) | merged
    session.change(
        person.path,
        {"op": "replace", "path": email("value"), "value": wanted[email("value")]},
        {"op": "add", "path": "nickName", "value": wanted["nickName"]},
        {"op": "replace", "value": merged},
    )
    session.get(person.path).has_json(200).holds({**person.attributes, **wanted})


@checks.add(
    "An e-mail or address that is not there yet is created",
    requirement='`emails[type eq "work"].value` creates the element; several paths with one filter share it.',
    matters="RFC 7644 specifies 400 noTarget, but Entra relies on the element being created: a user that was created "
    "without an e-mail never gets one.",
)
def make_elements(session: Session) -> None:
    """The type of the new element is the one in the filter."""
    person = session.new_user()
    own: dict[str, Value] = {
        email("value"): session.names.user(),
        address("streetAddress"): "12 St John's Lane",
        address("locality"): "London",
        address("country"): "GB",
        phone("mobile"): "07700 900001",
    }
    wanted = session.adapt(own)
    session.change(person.path, *({"op": "Add", "path": path, "value": value} for path, value in wanted.items()))
    session.get(person.path).has_json(200).holds(wanted)


@checks.add(
    "An unknown attribute does not stop an update",
    requirement="A PATCH that also sets an attribute of no schema returns 200 or 204, and the rest of it is applied.",
    matters="With one mapping too many, no user is updated any more.",
)
def apply_the_rest(session: Session) -> None:
    """Administrators map attributes that an endpoint does not have."""
    person, wanted = session.new_user(worker(session)), session.adapt({"title": "Countess"})
    session.change(
        person.path,
        {"op": "Add", "path": "favouriteColour", "value": "blue"},
        {"op": "Replace", "path": "title", "value": wanted["title"]},
    )
    session.get(person.path).has_json(200).holds(wanted)


@checks.add(
    "Disable a user",
    requirement='The string "False" sets `active` to the boolean false; GET and a search still return the user.',
    matters="A leaver keeps access; or Entra does not find the disabled user, and creates another.",
    needs=[Need.DISABLED_USERS_STAY],
)
def disable(session: Session) -> None:
    """Entra sends it for a user that is unassigned, out of scope, soft-deleted or blocked."""
    person = session.new_user(worker(session))
    session.change(person.path, {"op": "Replace", "path": "active", "value": "False"})
    session.get(person.path).has_json(200).holds({"active": False})
    reply = session.get("/Users", entra.match_query("User", "userName", person.name))
    reply.holds({"active": False}, reply.finds(person.id))


@checks.add(
    "Restore a user",
    requirement="A disabled user is enabled again under the same id.",
    matters="A user that returns stays locked out.",
    needs=[Need.DISABLED_USERS_STAY],
)
def restore(session: Session) -> None:
    """Entra searches again, and updates what it finds."""
    person = session.new_user(worker(session))
    session.change(person.path, {"op": "Replace", "path": "active", "value": "False"})
    session.change(person.path, {"op": "Replace", "path": "active", "value": "True"})
    session.get(person.path).has_json(200).holds({"active": True})


@checks.add(
    "Delete a user",
    requirement="204; afterwards GET returns 404, a search finds nothing, and the userName can be used again.",
    matters="A person who is hired again cannot be created: Entra gets 409 in every cycle.",
    needs=[Need.DELETED_USERS_GO],
)
def delete(session: Session) -> None:
    """Entra sends it thirty days after a soft delete, or at once when the user is purged."""
    person = session.new_user(worker(session))
    session.delete(person.path).has_status(204)
    session.get(person.path).has_status(404)
    session.get("/Users", entra.match_query("User", "userName", person.name)).finds_nothing()
    again = session.post("/Users", {**session.bare_body(), "userName": person.name}).has_json(200, 201)
    if again.body.get("id") == person.id:
        again.record("id", "another one than that of the deleted user", person.id)


@checks.add(
    "A duplicate userName is refused",
    requirement="The same userName in another case is refused with 409 and scimType uniqueness.",
    matters="Two users for one person; the next search finds both, which is DuplicateTargetEntries.",
)
def refuse_a_duplicate(session: Session) -> None:
    """userName is not case-exact (RFC 7643 section 4.1.1)."""
    person = session.new_user(worker(session))
    body = {**session.bare_body(), "userName": person.name.upper()}
    session.post("/Users", body).is_error(409, "uniqueness")


@checks.add(
    "Set, change and remove a manager",
    requirement="An id as a plain string sets the manager; GET returns an object with value; Remove clears it.",
    matters="A manager returned as a string breaks Entra's parser for this user; one that is not returned is sent again "
    "in every cycle.",
)
def manage(session: Session) -> None:
    """References come last in a cycle, in requests of their own."""
    first, second, person = session.new_user(), session.new_user(), session.new_user(worker(session))
    for operation, manager in (("Add", first), ("Replace", second)):
        session.change(person.path, {"op": operation, "path": MANAGER, "value": manager.id})
        session.get(person.path).has_json(200).holds({MANAGER: manager.id, DEPARTMENT: person.attributes[DEPARTMENT]})
    session.change(person.path, {"op": "Remove", "path": MANAGER})
    session.get(person.path).has_json(200).lacks(MANAGER)


@checks.add(
    "A manager in an array, without URN",
    requirement='`{"path": "manager", "value": [{"$ref": ..., "value": id}]}` sets the manager.',
    matters="Microsoft's documentation shows it (example 5). Whether Entra still sends it is not known.",
    level=Level.OPTIONAL,
)
def manage_by_array(session: Session) -> None:
    """The path is short and the value is a list."""
    boss, person = session.new_user(), session.new_user(worker(session))
    session.change(person.path, {"op": "Add", "path": "manager", "value": [{"$ref": None, "value": boss.id}]})
    session.get(person.path).has_json(200).holds({MANAGER: boss.id})


@checks.add(
    "Search by manager",
    requirement='`id eq "..." and manager eq "..."` finds the user that has this manager, and nothing otherwise.',
    matters="By Microsoft's documentation Entra searches so before it sets a manager (example 4).",
    level=Level.OPTIONAL,
)
def ask_for_the_manager(session: Session) -> None:
    """`manager` stands for `manager.value` of the extension."""
    boss, other, person = session.new_user(), session.new_user(), session.new_user(worker(session))
    session.change(person.path, {"op": "Add", "path": MANAGER, "value": boss.id})
    session.get("/Users", entra.reference_query(person.id, "manager", boss.id)).finds(person.id)
    session.get("/Users", entra.reference_query(person.id, "manager", other.id)).finds_nothing()


@checks.add(
    "Roles by SingleAppRoleAssignment",
    requirement='`roles[primary eq "True"].value` creates the primary role, and changes it later.',
    matters="The mapping that Microsoft documents for one role has no effect.",
    level=Level.OPTIONAL,
)
def set_one_role(session: Session) -> None:
    """The operand is a string, the attribute a boolean."""
    person = session.new_user(worker(session))
    for operation, value in (("Add", session.role(0)), ("Replace", session.role(1))):
        session.change(person.path, {"op": operation, "path": 'roles[primary eq "True"].value', "value": value})
        reply = session.get(person.path).has_json(200)
        reply.expect("roles", [(value, True)], _roles(reply.body))


@checks.add(
    "Roles by AssertiveAppRoleAssignmentsComplex",
    requirement="`replace roles` with a list replaces all roles.",
    matters="Roles that were removed in Entra stay.",
    level=Level.OPTIONAL,
)
def replace_roles(session: Session) -> None:
    """The only one of Entra's expressions that removes roles."""
    person = session.new_user(worker(session))
    several, one = list(dict.fromkeys([session.role(0), session.role(1)])), [session.role(2)]
    for names in (several, one):
        value = [{"primary": False, "type": "WindowsAzureActiveDirectoryRole", "display": n, "value": n} for n in names]
        session.change(person.path, {"op": "replace", "path": "roles", "value": value})
    reply = session.get(person.path).has_json(200)
    reply.expect("roles", one, [value for value, _ in _roles(reply.body)])


def _roles(body: dict[str, Any]) -> list[tuple[str, bool]]:
    """Return value and primary of each role."""
    roles = body.get("roles")
    elements = [each for each in roles if isinstance(each, dict)] if isinstance(roles, list) else []
    return [(str(each.get("value")), each.get("primary") is True) for each in elements]
