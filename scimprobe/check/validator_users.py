"""The user tests of Microsoft's SCIM Validator, by its own names (from a result file of February 2026).

The validator is not the provisioning engine: its operations are in lower case, its booleans are booleans.
"""

import uuid
from typing import Any

from scimprobe.check import people
from scimprobe.check.player import Person, Player
from scimprobe.check.suite import Checks, Level
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import CORE_USER, MANAGER, Value

checks = Checks()

GALLERY = "The application does not pass the validator, which Microsoft asks for before it is listed in the gallery. "
RESENT = "Entra finds values that differ from its own, and sends the same change in every cycle."
DUPLICATES = "Entra does not find who is there, and creates the user once more."


def by_name(player: Player, name: str) -> Any:
    """The search for a userName."""
    return player.get("/Users", entra.equals("userName", name))


def verbose(wanted: dict[str, Value], op: str) -> list[dict[str, Any]]:
    """One operation for each attribute; those of the role go by the filter on `primary`, its type among them."""
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
    """One operation without path for all attributes without brackets, and one each for the others."""
    plain = {path: value for path, value in wanted.items() if "[" not in path}
    rest = {path: value for path, value in wanted.items() if "[" in path}
    return [{"op": "replace", "value": plain}, *verbose(rest, "replace")]


def shows(player: Player, person: Person, wanted: dict[str, Value]) -> None:
    """The user, read by its id and found by its name, has these values."""
    player.get(person.path).has_json(200).holds(wanted)
    reply = by_name(player, str(wanted.get("userName", person.name)))
    reply.holds(wanted, reply.finds(person.id))


@checks.add(
    "Create a new User",
    requirement="201, and the search for its userName answers every attribute as it was sent.",
    matters=GALLERY + RESENT,
)
def create(player: Player) -> None:
    """Validator 1."""
    wanted = people.full_user(player.names)
    reply = player.post("/Users", people.user_body(wanted)).has_json(201).holds(wanted)
    found = by_name(player, str(wanted["userName"]))
    found.holds(wanted, found.finds(str(reply.body.get("id"))))


@checks.add(
    "Create a duplicate User",
    requirement="The second POST with the same userName is 409.",
    matters=GALLERY + "Two users for one person; the next search finds both.",
)
def create_twice(player: Player) -> None:
    """Validator 2."""
    person = player.full_user()
    player.post("/Users", people.user_body(dict(person.attributes))).has_status(409)


@checks.add(
    "Filter for existing user",
    requirement="200 with a ListResponse of exactly this user: totals that agree, every attribute, core schema named.",
    matters=DUPLICATES,
)
def find(player: Player) -> None:
    """Validator 3, with its eight assertions."""
    person = player.full_user()
    reply = by_name(player, person.name)
    found = reply.finds(person.id)
    reply.holds(person.attributes, found)
    schemas = found.get("schemas")
    if not isinstance(schemas, list) or CORE_USER not in schemas:
        reply.tell("schemas", f"a list with {CORE_USER}", str(schemas))


@checks.add(
    "Filter for non-existing user",
    requirement="200 with totalResults 0.",
    matters="A 404 puts the job into quarantine at once.",
)
def find_nobody(player: Player) -> None:
    """Validator 4."""
    by_name(player, player.names.user()).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Filter for existing user with different case",
    requirement="A userName in capitals finds the user.",
    matters=DUPLICATES + " The POST is then a duplicate, refused with 409 in every cycle.",
)
def find_in_capitals(player: Player) -> None:
    """Validator 5."""
    person = player.full_user()
    by_name(player, person.name.upper()).finds(person.id)


@checks.add(
    "Patch User - Replace Attributes Verbose Request",
    requirement="36 replace operations in one PATCH, also below filters and in the extension, are all applied.",
    matters=GALLERY + RESENT,
)
def replace_each(player: Player) -> None:
    """Validator 6."""
    person, wanted = player.full_user(), people.changed_user(player.names)
    player.change(person.path, *verbose(wanted, "replace"))
    shows(player, person, wanted)


@checks.add(
    "Update User userName",
    requirement="The user is found under its new userName, and not under the former one.",
    matters="After somebody is renamed, Entra does not find them, or finds them twice.",
)
def rename(player: Player) -> None:
    """Validator 7: an operation without path."""
    person, name = player.full_user(), player.names.user()
    player.change(person.path, {"op": "replace", "value": {"userName": name}})
    by_name(player, name).finds(person.id)
    by_name(player, person.name).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Disable User",
    requirement="`active` is false on GET and in the search, which still finds the user.",
    matters="Somebody who left keeps access; or Entra does not find the disabled user, and creates another.",
)
def disable(player: Player) -> None:
    """Validator 8."""
    person = player.full_user()
    player.change(person.path, {"op": "replace", "path": "active", "value": False})
    shows(player, person, {"active": False})


@checks.add(
    "Patch User - Add Manager",
    requirement="The manager is set, and answered as an object with value.",
    matters="A manager answered as a string breaks Entra's parser for this user.",
)
def add_manager(player: Player) -> None:
    """Validator 9."""
    boss, person = player.new_user(), player.full_user()
    player.change(person.path, {"op": "add", "path": MANAGER, "value": {"value": boss.id}})
    player.get(person.path).has_json(200).holds({MANAGER: boss.id})


@checks.add(
    "Patch User - Replace Manager",
    requirement="Another manager takes the place of the first.",
    matters=RESENT,
)
def replace_manager(player: Player) -> None:
    """Validator 10."""
    boss, other, person = player.new_user(), player.new_user(), player.full_user()
    player.change(person.path, {"op": "add", "path": MANAGER, "value": {"value": boss.id}})
    player.change(person.path, {"op": "replace", "path": MANAGER, "value": {"value": other.id}})
    player.get(person.path).has_json(200).holds({MANAGER: other.id})


@checks.add(
    "Patch User - Remove Manager",
    requirement='`replace` with `{"value": ""}` leaves no manager, and no error.',
    matters="People keep reporting to whom they no longer report to.",
)
def remove_manager(player: Player) -> None:
    """Validator 11."""
    boss, person = player.new_user(), player.full_user()
    player.change(person.path, {"op": "add", "path": MANAGER, "value": {"value": boss.id}})
    player.change(person.path, {"op": "replace", "path": MANAGER, "value": {"value": ""}})
    player.get(person.path).has_json(200).lacks(MANAGER)


@checks.add(
    "Delete a User",
    requirement="204, then GET is 404.",
    matters="A user that was purged in Entra stays; nobody is told.",
)
def delete(player: Player) -> None:
    """Validator 12."""
    person = player.full_user()
    player.delete(person.path).has_status(204)
    player.get(person.path).has_status(404)


# Preview tests ---------------------------------------------------------------------------------------------------


@checks.add(
    "Patch User - Multiple Operations on different attributes",
    requirement="add displayName and replace title in one PATCH are both applied.",
    matters=RESENT,
    level=Level.PREVIEW,
)
def change_two(player: Player) -> None:
    """Preview 1."""
    person = player.full_user()
    player.change(
        person.path,
        {"op": "add", "path": "displayName", "value": "D2"},
        {"op": "replace", "path": "title", "value": "T2"},
    )
    player.get(person.path).has_json(200).holds({"displayName": "D2", "title": "T2"})


@checks.add(
    "Patch User - Multiple Operations on same attribute",
    requirement="remove, add and replace of displayName in one PATCH are applied in this order.",
    matters=RESENT,
    level=Level.PREVIEW,
)
def change_one_often(player: Player) -> None:
    """Preview 2; skipped in the result file, so that what it sends is supposed."""
    person = player.full_user()
    player.change(
        person.path,
        {"op": "remove", "path": "displayName"},
        {"op": "add", "path": "displayName", "value": "D2"},
        {"op": "replace", "path": "displayName", "value": "D3"},
    )
    player.get(person.path).has_json(200).holds({"displayName": "D3"})


@checks.add(
    "Delete a non-existent User",
    requirement="404.",
    matters="Entra cannot tell a user that is gone from one that it has just deleted.",
    level=Level.PREVIEW,
)
def delete_nobody(player: Player) -> None:
    """Preview 3."""
    player.delete(f"/Users/{uuid.uuid4()}").has_status(404)


@checks.add(
    "Delete the same User twice",
    requirement="204, then 404.",
    matters="Entra cannot tell a user that is gone from one that it has just deleted.",
    level=Level.PREVIEW,
)
def delete_twice(player: Player) -> None:
    """Preview 4."""
    person = player.full_user()
    player.delete(person.path).has_status(204)
    player.delete(person.path).has_status(404)


# Named by other reports of the validator -------------------------------------------------------------------------


@checks.add(
    "Patch User - Add Attributes Verbose Request",
    requirement="36 add operations on a user that has nothing but a name are all applied.",
    matters=GALLERY + RESENT,
    level=Level.OPTIONAL,
)
def add_each(player: Player) -> None:
    """Named by reports, not in the result file."""
    person, wanted = player.new_user(), people.changed_user(player.names)
    player.change(person.path, *verbose(wanted, "add"))
    shows(player, person, wanted)


@checks.add(
    "Patch User - Replace Attributes",
    requirement="The same values, all without brackets in one operation without path, are applied.",
    matters=GALLERY + RESENT,
    level=Level.OPTIONAL,
)
def replace_merged(player: Player) -> None:
    """Named by reports, not in the result file."""
    person, wanted = player.full_user(), people.changed_user(player.names)
    player.change(person.path, *merged(wanted))
    shows(player, person, wanted)


@checks.add(
    "Patch User - no operations",
    requirement="A PATCH with an empty list of operations is 200 or 204, and changes nothing.",
    matters="The validator sends it when a schema leaves it nothing to change.",
    level=Level.OPTIONAL,
)
def change_nothing(player: Player) -> None:
    """Reported to scimmy as its issue 59."""
    person = player.full_user()
    player.change(person.path)
    player.get(person.path).has_json(200).holds(person.attributes)
