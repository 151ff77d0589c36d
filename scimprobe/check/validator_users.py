"""The user tests of Microsoft's SCIM Validator, by its own names (from a result file of February 2026).

The validator is not the provisioning engine: it writes operations in lower case, and booleans as booleans.
"""

import uuid
from typing import Any

from scimprobe.check import people
from scimprobe.check.session import Person, Session
from scimprobe.check.suite import Checks, Level
from scimprobe.endpoint.needs import Need
from scimprobe.endpoint.paths import Value
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import CORE_USER, MANAGER

checks = Checks()

GALLERY = "The application does not pass the validator, as Microsoft requires before it lists it in the gallery. "
RESENT = "Entra reads values that differ from its own, and sends the same change in every cycle."
DUPLICATES = "Entra does not find the existing user, and creates it once more."


def by_name(session: Session, name: str) -> Any:
    """Search for a userName."""
    return session.get("/Users", entra.equals("userName", name))


def verbose(wanted: dict[str, Value], op: str) -> list[dict[str, Any]]:
    """Return one operation for each attribute; those of the role have a filter on `primary`, its type included."""
    operations: list[dict[str, Any]] = []
    for path, value in wanted.items():
        head, bracket, sub = path.partition("].")
        if head.startswith("roles[") and bracket:
            if sub == "primary":
                sub, value = "type", head.split('"')[1]
            path = f'roles[primary eq "True"].{sub}'
        operations.append({"op": op, "path": path, "value": value})
    return operations


def merged(wanted: dict[str, Value]) -> list[dict[str, Any]]:
    """Return one operation without a path for all attributes without brackets, and one each for the others."""
    plain = {path: value for path, value in wanted.items() if "[" not in path}
    rest = {path: value for path, value in wanted.items() if "[" in path}
    return [{"op": "replace", "value": plain}, *verbose(rest, "replace")]


def shows(session: Session, person: Person, wanted: dict[str, Value]) -> None:
    """Expect these values when the user is read by its id and found by its name."""
    session.get(person.path).has_json(200).holds(wanted)
    reply = by_name(session, str(wanted.get("userName", person.name)))
    reply.holds(wanted, reply.finds(person.id))


@checks.add(
    "Create a new User",
    requirement="201, and the search for its userName returns every attribute as it was sent.",
    matters=GALLERY + RESENT,
)
def create(session: Session) -> None:
    """Validator 1."""
    wanted = session.full_user()
    reply = session.post("/Users", people.user_body(wanted)).has_json(201).holds(wanted)
    found = by_name(session, str(wanted["userName"]))
    found.holds(wanted, found.finds(str(reply.body.get("id"))))


@checks.add(
    "Create a duplicate User",
    requirement="The second POST with the same userName returns 409.",
    matters=GALLERY + "Two users for one person; the next search finds both.",
)
def create_twice(session: Session) -> None:
    """Validator 2."""
    person = session.new_full_user()
    session.post("/Users", people.user_body(person.attributes)).has_status(409)


@checks.add(
    "Filter for existing user",
    requirement="200 with a ListResponse of exactly this user: matching totals, every attribute, the core schema in schemas.",
    matters=DUPLICATES,
)
def find(session: Session) -> None:
    """Validator 3, with its eight assertions."""
    person = session.new_full_user()
    reply = by_name(session, person.name)
    found = reply.finds(person.id)
    reply.holds(person.attributes, found)
    schemas = found.get("schemas")
    if not isinstance(schemas, list) or CORE_USER not in schemas:
        reply.record("schemas", f"a list with {CORE_USER}", str(schemas))


@checks.add(
    "Filter for non-existing user",
    requirement="200 with totalResults 0.",
    matters="A 404 puts the job into quarantine at once.",
)
def find_nothing(session: Session) -> None:
    """Validator 4."""
    by_name(session, session.names.user()).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Filter for existing user with different case",
    requirement="A userName in capitals finds the user.",
    matters=DUPLICATES + " The POST is then a duplicate, refused with 409 in every cycle.",
)
def find_in_capitals(session: Session) -> None:
    """Validator 5."""
    person = session.new_full_user()
    by_name(session, person.name.upper()).finds(person.id)


@checks.add(
    "Patch User - Replace Attributes Verbose Request",
    requirement="36 replace operations in one PATCH, also on filtered paths and in the extension, are all applied.",
    matters=GALLERY + RESENT,
)
def replace_each(session: Session) -> None:
    """Validator 6."""
    person, wanted = session.new_full_user(), session.changed_user()
    session.change(person.path, *verbose(wanted, "replace"))
    shows(session, person, wanted)


@checks.add(
    "Update User userName",
    requirement="A search finds the user by its new userName, and not by the former one.",
    matters="Entra does not find a renamed user, or finds it twice.",
)
def rename(session: Session) -> None:
    """Validator 7: an operation without a path."""
    person, name = session.new_full_user(), session.names.user()
    session.change(person.path, {"op": "replace", "value": {"userName": name}})
    by_name(session, name).finds(person.id)
    by_name(session, person.name).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Disable User",
    requirement="`active` is false on GET and in the search, which still finds the user.",
    matters="A leaver keeps access; or Entra does not find the disabled user, and creates another.",
    needs=[Need.DISABLED_USERS_STAY],
)
def disable(session: Session) -> None:
    """Validator 8."""
    person = session.new_full_user()
    session.change(person.path, {"op": "replace", "path": "active", "value": False})
    shows(session, person, {"active": False})


@checks.add(
    "Patch User - Add Manager",
    requirement="The manager is set, and returned as an object with value.",
    matters="A manager returned as a string breaks Entra's parser for this user.",
)
def add_manager(session: Session) -> None:
    """Validator 9."""
    boss, person = session.new_user(), session.new_full_user()
    session.change(person.path, {"op": "add", "path": MANAGER, "value": {"value": boss.id}})
    session.get(person.path).has_json(200).holds({MANAGER: boss.id})


@checks.add(
    "Patch User - Replace Manager",
    requirement="Another manager replaces the first.",
    matters=RESENT,
)
def replace_manager(session: Session) -> None:
    """Validator 10."""
    boss, other, person = session.new_user(), session.new_user(), session.new_full_user()
    session.change(person.path, {"op": "add", "path": MANAGER, "value": {"value": boss.id}})
    session.change(person.path, {"op": "replace", "path": MANAGER, "value": {"value": other.id}})
    session.get(person.path).has_json(200).holds({MANAGER: other.id})


@checks.add(
    "Patch User - Remove Manager",
    requirement='`replace` with `{"value": ""}` removes the manager.',
    matters="A user keeps a manager that it no longer has.",
)
def remove_manager(session: Session) -> None:
    """Validator 11."""
    boss, person = session.new_user(), session.new_full_user()
    session.change(person.path, {"op": "add", "path": MANAGER, "value": {"value": boss.id}})
    session.change(person.path, {"op": "replace", "path": MANAGER, "value": {"value": ""}})
    session.get(person.path).has_json(200).lacks(MANAGER)


@checks.add(
    "Delete a User",
    requirement="204, then GET returns 404.",
    matters="A user that was purged in Entra stays, unnoticed.",
    needs=[Need.DELETED_USERS_GO],
)
def delete(session: Session) -> None:
    """Validator 12."""
    person = session.new_full_user()
    session.delete(person.path).has_status(204)
    session.get(person.path).has_status(404)


# Preview tests ---------------------------------------------------------------------------------------------------


@checks.add(
    "Patch User - Multiple Operations on different attributes",
    requirement="add displayName and replace title in one PATCH are both applied.",
    matters=RESENT,
    level=Level.PREVIEW,
)
def change_two(session: Session) -> None:
    """Preview 1."""
    person = session.new_full_user()
    wanted = session.adapt({"displayName": "D2", "title": "T2"})
    session.change(
        person.path,
        {"op": "add", "path": "displayName", "value": wanted["displayName"]},
        {"op": "replace", "path": "title", "value": wanted["title"]},
    )
    session.get(person.path).has_json(200).holds(wanted)


@checks.add(
    "Patch User - Multiple Operations on same attribute",
    requirement="remove, add and replace of displayName in one PATCH are applied in this order.",
    matters=RESENT,
    level=Level.PREVIEW,
)
def change_one_often(session: Session) -> None:
    """Preview 2; skipped in the result file, so its request is assumed."""
    person = session.new_full_user()
    path = session.optional("displayName", "title", "nickName")
    first, last = session.adapt({path: "D2"}), session.adapt({path: "D3"})
    session.change(
        person.path,
        {"op": "remove", "path": path},
        {"op": "add", "path": path, "value": first[path]},
        {"op": "replace", "path": path, "value": last[path]},
    )
    session.get(person.path).has_json(200).holds(last)


@checks.add(
    "Delete a non-existent User",
    requirement="404.",
    matters="Entra cannot distinguish a user that is gone from one that it has just deleted.",
    level=Level.PREVIEW,
)
def delete_nothing(session: Session) -> None:
    """Preview 3."""
    session.delete(f"/Users/{uuid.uuid4()}").has_status(404)


@checks.add(
    "Delete the same User twice",
    requirement="204, then 404.",
    matters="Entra cannot distinguish a user that is gone from one that it has just deleted.",
    level=Level.PREVIEW,
    needs=[Need.DELETED_USERS_GO],
)
def delete_twice(session: Session) -> None:
    """Preview 4."""
    person = session.new_full_user()
    session.delete(person.path).has_status(204)
    session.delete(person.path).has_status(404)


# Named by other reports of the validator -------------------------------------------------------------------------


@checks.add(
    "Patch User - Add Attributes Verbose Request",
    requirement="36 add operations on a user that has only a name are all applied.",
    matters=GALLERY + RESENT,
    level=Level.OPTIONAL,
)
def add_each(session: Session) -> None:
    """Named by reports, not in the result file."""
    person, wanted = session.new_user(), session.changed_user()
    session.change(person.path, *verbose(wanted, "add"))
    shows(session, person, wanted)


@checks.add(
    "Patch User - Replace Attributes",
    requirement="The same values are applied when all paths without brackets are keys of one operation without a path.",
    matters=GALLERY + RESENT,
    level=Level.OPTIONAL,
)
def replace_merged(session: Session) -> None:
    """Named by reports, not in the result file."""
    person, wanted = session.new_full_user(), session.changed_user()
    session.change(person.path, *merged(wanted))
    shows(session, person, wanted)


@checks.add(
    "Patch User - no operations",
    requirement="A PATCH with an empty list of operations returns 200 or 204, and changes nothing.",
    matters="The validator sends it when a schema leaves it nothing to change.",
    level=Level.OPTIONAL,
)
def change_nothing(session: Session) -> None:
    """Reported to scimmy as its issue 59."""
    person = session.new_full_user()
    session.change(person.path)
    session.get(person.path).has_json(200).holds(person.attributes)
