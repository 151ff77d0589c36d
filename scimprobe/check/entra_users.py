"""What Entra's provisioning engine does with users, in both of its dialects (entra-docs; captures of its requests)."""

from typing import Any

from scimprobe.check.player import Person, Player
from scimprobe.check.suite import Checks, Level
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import DEPARTMENT, EMPLOYEE_NUMBER, MANAGER, Value, address, email, phone
from scimprobe.simulate.dialect import Dialect

checks = Checks()

RESENT = "Entra compares what it reads with what it wants: it sends the same change again in every cycle, for ever."
FAILED = "Entra reports the user as failed, and tries again in later cycles at a falling rate."


def worker(player: Player, tag: str = "") -> dict[str, Value]:
    """The attributes of Entra's default mappings, by path."""
    name = player.names.user(tag)
    return {
        "externalId": player.names.external_id(),
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


def search(player: Player, person: Person, name: str | None = None) -> dict[str, Any]:
    """The user as Entra's search for its userName answers it."""
    return player.get("/Users", entra.match_query("User", "userName", name or person.name)).finds(person.id)


@checks.add(
    "Create a user",
    requirement='201 with the user: what Entra adds (meta, an empty list of roles, active as "True") is understood.',
    matters=FAILED,
)
def create(player: Player) -> None:
    """`active` is a string in mappings that were made with the older default expression."""
    wanted = worker(player)
    body = entra.user_body(Dialect.ENTRA, wanted, string_active=True)
    reply = player.post("/Users", body).has_json(201)
    reply.holds(wanted)
    if not isinstance(reply.body.get("id"), str):
        reply.tell("id", "a string", str(reply.body.get("id")))


@checks.add(
    "Create a user with empty attributes",
    requirement="null and empty lists in a POST mean that there is no value.",
    matters=FAILED,
)
def create_with_nulls(player: Player) -> None:
    """The second example of Microsoft's documentation has six attributes that are null, one of them misplaced."""
    wanted = worker(player)
    del wanted["title"]
    player.post("/Users", entra.user_body(Dialect.ENTRA, wanted, string_active=False)).has_json(201).holds(wanted)


@checks.add(
    "A new user is found at once",
    requirement="The search for its userName finds it milliseconds after it was created, a plus sign in it included.",
    matters="Entra does not find who is there, creates the user once more and gets 409 in every cycle.",
)
def find_at_once(player: Player) -> None:
    """Entra writes a space as +, a plus sign as %2b, an at sign as %40 and quotes as they are."""
    person = player.new_user(worker(player, "+ext"))
    search(player, person)


@checks.add(
    "Values are kept as they were sent",
    requirement="Names, telephone numbers and addresses come back character for character.",
    matters=RESENT,
)
def keep_values(player: Player) -> None:
    """No number is formatted, nothing is trimmed, no letter is changed."""
    wanted = worker(player) | {
        "displayName": "Zoë O'Brien-Šimková",
        phone("work"): "+44 (0)20 7946-0001",
        address("formatted"): "Königstraße 7\n50667 Köln",
        DEPARTMENT: "R&D + Legal",
    }
    person = player.new_user(wanted)
    player.get(person.path).has_json(200).holds(wanted)


@checks.add(
    "Update a user, without the flag",
    requirement="Operations Add and Replace, one for each attribute, set it whether it had a value or not.",
    matters=RESENT,
)
def update_without_flag(player: Player) -> None:
    """Entra says Add and Replace with capitals; which of the two is not dependable."""
    person = player.new_user(worker(player))
    wanted: dict[str, Value] = {
        "displayName": "Ada King",
        "nickName": "Ada",
        "title": "Countess",
        "name.familyName": "King",
        EMPLOYEE_NUMBER: "10002",
        DEPARTMENT: "Research",
    }
    operations = [
        {"op": "Add" if path in ("nickName", "title") else "Replace", "path": path, "value": value}
        for path, value in wanted.items()
    ]
    player.change(person.path, *operations)
    player.get(person.path).has_json(200).holds({**person.attributes, **wanted})


@checks.add(
    "Update a user, with the flag",
    requirement="An operation without path sets each key of its value, also dotted ones and those with a URN.",
    matters="Attributes are lost, or kept under a key such as `name.givenName` that no client reads.",
)
def update_with_flag(player: Player) -> None:
    """Single values are merged into one operation; values below `[...]` keep their own."""
    person = player.new_user(worker(player))
    merged: dict[str, Value] = {"displayName": "Ada King", "name.familyName": "King", DEPARTMENT: "Research"}
    wanted: dict[str, Value] = {email("value"): player.names.user(), "nickName": "Ada", **merged}
    player.change(
        person.path,
        {"op": "replace", "path": email("value"), "value": wanted[email("value")]},
        {"op": "add", "path": "nickName", "value": "Ada"},
        {"op": "replace", "value": merged},
    )
    player.get(person.path).has_json(200).holds({**person.attributes, **wanted})


@checks.add(
    "An e-mail or address that is not there yet is made",
    requirement='`emails[type eq "work"].value` makes the element; several paths with one filter share it.',
    matters="RFC 7644 has 400 noTarget for it, but Entra relies on the element being made: nobody who was created "
    "without an e-mail ever gets one.",
)
def make_elements(player: Player) -> None:
    """The type of the new element is the one in the filter."""
    person = player.new_user()
    wanted: dict[str, Value] = {
        email("value"): player.names.user(),
        address("streetAddress"): "12 St John's Lane",
        address("locality"): "London",
        address("country"): "GB",
        phone("mobile"): "07700 900001",
    }
    player.change(person.path, *({"op": "Add", "path": path, "value": value} for path, value in wanted.items()))
    player.get(person.path).has_json(200).holds(wanted)


@checks.add(
    "An unknown attribute does not stop an update",
    requirement="A PATCH that also sets an attribute of no schema is 200 or 204, and the rest of it is applied.",
    matters="One mapping too many, and no user is updated any more.",
)
def apply_the_rest(player: Player) -> None:
    """Administrators map attributes that an endpoint has not."""
    person = player.new_user(worker(player))
    player.change(
        person.path,
        {"op": "Add", "path": "favouriteColour", "value": "blue"},
        {"op": "Replace", "path": "title", "value": "Countess"},
    )
    player.get(person.path).has_json(200).holds({"title": "Countess"})


@checks.add(
    "Disable a user",
    requirement='The string "False" makes `active` the boolean false; the user is still read and found.',
    matters="Somebody who left keeps access; or Entra does not find the disabled user, and creates another.",
)
def disable(player: Player) -> None:
    """What Entra sends for a user that is unassigned, out of scope, soft-deleted or blocked."""
    person = player.new_user(worker(player))
    player.change(person.path, {"op": "Replace", "path": "active", "value": "False"})
    player.get(person.path).has_json(200).holds({"active": False})
    reply = player.get("/Users", entra.match_query("User", "userName", person.name))
    reply.holds({"active": False}, reply.finds(person.id))


@checks.add(
    "Restore a user",
    requirement="A disabled user is enabled again under the same id.",
    matters="Somebody who comes back stays locked out.",
)
def restore(player: Player) -> None:
    """Entra searches again, and updates what it finds."""
    person = player.new_user(worker(player))
    player.change(person.path, {"op": "Replace", "path": "active", "value": "False"})
    player.change(person.path, {"op": "Replace", "path": "active", "value": "True"})
    player.get(person.path).has_json(200).holds({"active": True})


@checks.add(
    "Delete a user",
    requirement="204; afterwards the id is 404, the search finds nobody, and the userName is free again.",
    matters="A person who is hired again cannot be created: Entra gets 409 in every cycle.",
)
def delete(player: Player) -> None:
    """Thirty days after a soft delete, or at once when the user is purged."""
    person = player.new_user(worker(player))
    player.delete(person.path).has_status(204)
    player.get(person.path).has_status(404)
    player.get("/Users", entra.match_query("User", "userName", person.name)).finds_nothing()
    again = player.post("/Users", {**player.bare_body(), "userName": person.name}).has_json(200, 201)
    if again.body.get("id") == person.id:
        again.tell("id", "another one than that of the deleted user", person.id)


@checks.add(
    "A duplicate userName is refused",
    requirement="The same userName in another case is 409 with scimType uniqueness.",
    matters="Two users for one person; the next search finds both, which is DuplicateTargetEntries.",
)
def refuse_a_duplicate(player: Player) -> None:
    """userName is not case-exact (RFC 7643 section 4.1.1)."""
    person = player.new_user(worker(player))
    body = {**player.bare_body(), "userName": person.name.upper()}
    player.post("/Users", body).is_error(409, "uniqueness")


@checks.add(
    "Set, change and remove a manager",
    requirement="An id as a plain string sets the manager; GET answers an object with value; Remove clears it.",
    matters="A manager answered as a string breaks Entra's parser for this user; one that is not answered is sent again "
    "in every cycle.",
)
def manage(player: Player) -> None:
    """References come last in a cycle, as changes of their own."""
    first, second, person = player.new_user(), player.new_user(), player.new_user(worker(player))
    for operation, manager in (("Add", first), ("Replace", second)):
        player.change(person.path, {"op": operation, "path": MANAGER, "value": manager.id})
        player.get(person.path).has_json(200).holds({MANAGER: manager.id, DEPARTMENT: "Sales"})
    player.change(person.path, {"op": "Remove", "path": MANAGER})
    player.get(person.path).has_json(200).lacks(MANAGER)


@checks.add(
    "A manager in an array, without URN",
    requirement='`{"path": "manager", "value": [{"$ref": ..., "value": id}]}` sets the manager.',
    matters="Microsoft's documentation shows it (example 5). Whether Entra still sends it is not known.",
    level=Level.OPTIONAL,
)
def manage_by_array(player: Player) -> None:
    """The path is short and the value is a list."""
    boss, person = player.new_user(), player.new_user(worker(player))
    player.change(person.path, {"op": "Add", "path": "manager", "value": [{"$ref": None, "value": boss.id}]})
    player.get(person.path).has_json(200).holds({MANAGER: boss.id})


@checks.add(
    "Is she the manager?",
    requirement='`id eq "..." and manager eq "..."` finds the user, or nobody.',
    matters="Microsoft's documentation has Entra ask so before it sets a manager (example 4).",
    level=Level.OPTIONAL,
)
def ask_for_the_manager(player: Player) -> None:
    """`manager` stands for `manager.value` of the extension."""
    boss, other, person = player.new_user(), player.new_user(), player.new_user(worker(player))
    player.change(person.path, {"op": "Add", "path": MANAGER, "value": boss.id})
    player.get("/Users", entra.reference_query(person.id, "manager", boss.id)).finds(person.id)
    player.get("/Users", entra.reference_query(person.id, "manager", other.id)).finds_nothing()


@checks.add(
    "Roles by SingleAppRoleAssignment",
    requirement='`roles[primary eq "True"].value` makes the primary role, and changes it later.',
    matters="The mapping that Entra documents for one role has no effect.",
    level=Level.OPTIONAL,
)
def set_one_role(player: Player) -> None:
    """The operand is a string, what is compared a boolean."""
    person = player.new_user(worker(player))
    for operation, value in (("Add", "reader"), ("Replace", "owner")):
        player.change(person.path, {"op": operation, "path": 'roles[primary eq "True"].value', "value": value})
        reply = player.get(person.path).has_json(200)
        reply.expect("roles", [(value, True)], _roles(reply.body))


@checks.add(
    "Roles by AssertiveAppRoleAssignmentsComplex",
    requirement="`replace roles` with a list replaces all roles.",
    matters="Roles that were taken away in Entra stay.",
    level=Level.OPTIONAL,
)
def replace_roles(player: Player) -> None:
    """The only one of Entra's expressions that removes roles."""
    person = player.new_user(worker(player))
    for names in (["reader", "writer"], ["owner"]):
        value = [{"primary": False, "type": "WindowsAzureActiveDirectoryRole", "display": n, "value": n} for n in names]
        player.change(person.path, {"op": "replace", "path": "roles", "value": value})
    reply = player.get(person.path).has_json(200)
    reply.expect("roles", ["owner"], [value for value, _ in _roles(reply.body)])


def _roles(body: dict[str, Any]) -> list[tuple[str, bool]]:
    """Value and primary of each role."""
    roles = body.get("roles")
    elements = [each for each in roles if isinstance(each, dict)] if isinstance(roles, list) else []
    return [(str(each.get("value")), each.get("primary") is True) for each in elements]
