"""Microsoft's Logic App suite for the gallery, where it asks more than the validator (AzureAD/SCIMReferenceCode,
SCIM-Validation-Test-Overview.md, SCIMTests_Workflow.json).

Its other tests go through Entra itself, and send what the suite `entra` plays.
"""

from collections.abc import Iterator
from typing import Any

from scimprobe.check import people
from scimprobe.check.player import Player
from scimprobe.check.reply import ids
from scimprobe.check.suite import Checks, Level
from scimprobe.simulate.attributes import (
    CORE_GROUP,
    CORE_USER,
    DEPARTMENT,
    EMPLOYEE_NUMBER,
    ENTERPRISE_USER,
    MANAGER,
    Value,
    address,
    email,
    phone,
)

checks = Checks()

PAGE = 5
"""Resources per page, as the suite asks for."""

ENOUGH = 11
"""Resources for three pages."""

OPTIONAL_ATTRIBUTES = (
    "displayName",
    "title",
    "preferredLanguage",
    "nickName",
    "name.givenName",
    "name.familyName",
    DEPARTMENT,
    EMPLOYEE_NUMBER,
    email("value"),
    address("locality"),
    phone("mobile"),
)
"""What is emptied: attributes that are mapped and not required, of every shape."""

MAPPED_USER = (
    "userName",
    "active",
    "displayName",
    "title",
    "preferredLanguage",
    "name.givenName",
    "name.familyName",
    "name.formatted",
    email("value"),
    *(address(sub) for sub in ("formatted", "streetAddress", "locality", "region", "postalCode", "country")),
    *(phone(kind) for kind in ("work", "mobile", "fax")),
    *(f"{ENTERPRISE_USER}:{name}" for name in ("employeeNumber", "department", "manager")),
)
"""Entra's default mappings for users, without externalId, which RFC 7643 has in no schema (section 3.1)."""

MAPPED_GROUP = ("displayName", "members")

GALLERY = "A gallery application does not pass. "
UNMAPPED = "Entra reads /Schemas of gallery applications: what is not in it cannot be mapped."


@checks.add(
    "Schema_Discoverability",
    requirement="/Schemas lists every mapped attribute; the kinds of e-mails, addresses and numbers are canonicalValues.",
    matters=GALLERY + UNMAPPED,
)
def discover(player: Player) -> None:
    """Each attribute must be there as `emails[type eq "work"].value`, which is made of the type's canonicalValues."""
    reply = player.get("/Schemas").has_json(200)
    schemas = reply.body.get("Resources")
    if not isinstance(schemas, list):
        reply.tell("Resources", "an array of schemas", str(schemas))
        return
    by_id = {str(schema.get("id")): schema for schema in schemas if isinstance(schema, dict)}
    for urn, mapped in ((CORE_USER, MAPPED_USER), (CORE_GROUP, MAPPED_GROUP)):
        if urn not in by_id:
            reply.tell(urn, "a schema", "none")
            continue
        listed = {path.lower() for path in _paths(by_id[urn].get("attributes"))}
        if urn == CORE_USER:
            extension = _dicts(by_id.get(ENTERPRISE_USER, {}).get("attributes"))
            listed |= {f"{ENTERPRISE_USER}:{attribute.get('name')}".lower() for attribute in extension}
        for path in mapped:
            if path.lower() not in listed:
                reply.tell(path, f"in the schema {urn.rpartition(':')[2]}", "not there")


def _dicts(value: object) -> list[dict[str, Any]]:
    """The objects of what should be a list of them."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _paths(attributes: object) -> Iterator[str]:
    """The paths by which a schema's attributes can be mapped, as the suite derives them."""
    for attribute in _dicts(attributes):
        name = str(attribute.get("name"))
        subs = _dicts(attribute.get("subAttributes"))
        if attribute.get("type") != "complex" or name == "members":
            yield name
        elif not attribute.get("multiValued"):
            yield from (f"{name}.{sub.get('name')}" for sub in subs)
        else:
            kinds = next((sub.get("canonicalValues") for sub in subs if sub.get("name") == "type"), None)
            filters = (
                [f'type eq "{kind}"' for kind in kinds] if isinstance(kinds, list) and kinds else ['primary eq "True"']
            )
            yield from (f"{name}[{each}].{sub.get('name')}" for each in filters for sub in subs)


def _empty(player: Player, *, is_verbose: bool) -> None:
    """Clear attributes by the empty string, then by null; afterwards none has a value, and the others have theirs."""
    person = player.full_user()
    kept = {path: value for path, value in person.attributes.items() if path not in OPTIONAL_ATTRIBUTES}
    kept = {path: value for path, value in kept.items() if "[" not in path}
    for nothing in ("", None):
        paths = {path for path in OPTIONAL_ATTRIBUTES if is_verbose or "[" in path}
        operations = [
            {"op": "replace", "path": path, "value": nothing} for path in OPTIONAL_ATTRIBUTES if path in paths
        ]
        rest = {path: nothing for path in OPTIONAL_ATTRIBUTES if path not in paths}
        player.change(person.path, *([{"op": "replace", "value": rest}] if rest else []), *operations)
        reply = player.get(person.path).has_json(200)
        reply.lacks(*OPTIONAL_ATTRIBUTES)
        reply.holds(kept)


@checks.add(
    "SCIM_Null_Update, verbose",
    requirement='replace with "", and with null, clears an attribute; one operation for each.',
    matters=GALLERY + "What is cleared in Entra stays; or the whole change is refused.",
)
def empty_each(player: Player) -> None:
    """Absent, null and the empty string are taken for the same."""
    _empty(player, is_verbose=True)


@checks.add(
    "SCIM_Null_Update, non-verbose",
    requirement='replace with "", and with null, clears attributes in one operation without path.',
    matters=GALLERY + "What is cleared in Entra stays; or the whole change is refused.",
)
def empty_merged(player: Player) -> None:
    """What is below `[...]` keeps its own operation."""
    _empty(player, is_verbose=False)


@checks.add(
    "SCIM_User_Create",
    requirement="200 or 201, with an id and the userName that was sent.",
    matters=GALLERY + "Nobody can be provisioned.",
)
def create_user(player: Player) -> None:
    """Less than the validator asks."""
    wanted = people.full_user(player.names)
    reply = player.post("/Users", people.user_body(wanted)).has_json(200, 201)
    reply.holds({"userName": wanted["userName"]})
    if not reply.body.get("id"):
        reply.tell("id", "not empty", str(reply.body.get("id")))


@checks.add(
    "SCIM_User_Update",
    requirement="Single values that are replaced are answered by GET; an extension's by the text before its last colon.",
    matters=GALLERY + "Entra sends the same change in every cycle.",
)
def update_user(player: Player) -> None:
    """Attributes that are single-valued, writable and not `active`."""
    person = player.full_user()
    wanted: dict[str, Value] = {
        "displayName": "Updated",
        "title": "Updated",
        "nickName": "Updated",
        "name.givenName": "Updated",
        DEPARTMENT: "Updated",
        EMPLOYEE_NUMBER: "77",
    }
    player.change(person.path, *({"op": "replace", "path": path, "value": value} for path, value in wanted.items()))
    player.get(person.path).has_json(200).holds({**person.attributes, **wanted})


@checks.add(
    "SCIM_Group_Create",
    requirement="200 or 201, with an id and the displayName that was sent.",
    matters=GALLERY + "Group provisioning is mandatory.",
)
def create_group(player: Player) -> None:
    """Less than the validator asks."""
    name = player.names.group()
    reply = player.post("/Groups", people.group_body(name, player.names.external_id())).has_json(200, 201)
    reply.expect("displayName", name, reply.body.get("displayName"))
    if not reply.body.get("id"):
        reply.tell("id", "not empty", str(reply.body.get("id")))


@checks.add(
    "SCIM_Group_Update",
    requirement="displayName and externalId that are replaced are answered by GET.",
    matters=GALLERY + "Entra sends the same change in every cycle.",
)
def update_group(player: Player) -> None:
    """One operation for each."""
    group = player.new_group()
    wanted = {"displayName": player.names.group(), "externalId": player.names.external_id()}
    player.change(group.path, *({"op": "replace", "path": path, "value": value} for path, value in wanted.items()))
    player.get(group.path).has_json(200).holds(wanted)


def _page(player: Player, path: str) -> None:
    """Three pages of five: startIndex is echoed, and nobody is on two pages."""
    seen: list[str] = []
    for start in range(1, ENOUGH + 1, PAGE):
        reply = player.get(path, f"startIndex={start}&count={PAGE}")
        found = reply.is_list()
        reply.expect("startIndex", start, reply.body.get("startIndex"))
        total = reply.body.get("totalResults")
        if isinstance(total, int):
            reply.expect("number of Resources", min(PAGE, max(0, total - start + 1)), len(found))
        again = sorted(set(seen) & set(ids(found)))
        if again:
            reply.tell("Resources", "none that an earlier page had", ", ".join(again))
        seen += ids(found)


@checks.add(
    "SCIM_User_Pagination",
    requirement=f"With {ENOUGH} users and count={PAGE}, startIndex 1, 6 and 11 are echoed, and each page has its own users.",
    matters=GALLERY + "Whoever reads the directory page by page, as Okta's and SailPoint's imports do, misses users.",
)
def page_users(player: Player) -> None:
    """Eleven users are made, whoever else is there."""
    for _ in range(ENOUGH):
        player.new_user()
    _page(player, "/Users")


@checks.add(
    "SCIM_Group_Pagination",
    requirement=f"With {ENOUGH} groups and count={PAGE}, startIndex 1, 6 and 11 are echoed, and each page has its own groups.",
    matters="Whoever reads the directory page by page misses groups.",
    level=Level.OPTIONAL,
)
def page_groups(player: Player) -> None:
    """Eleven groups are made, whatever else is there."""
    for _ in range(ENOUGH):
        player.new_group()
    _page(player, "/Groups")


@checks.add(
    "SCIM_Update_Manager",
    requirement='A manager is added and replaced as a plain string, and cleared by ""; GET answers manager.value.',
    matters=GALLERY + "Entra sends the manager again in every cycle.",
)
def update_manager(player: Player) -> None:
    """Strings, where the validator sends objects."""
    first, second, person = player.new_user(), player.new_user(), player.new_user()
    for operation, manager in (("add", first), ("replace", second)):
        player.change(person.path, {"op": operation, "path": MANAGER, "value": manager.id})
        player.get(person.path).has_json(200).holds({MANAGER: manager.id})
    player.change(person.path, {"op": "replace", "path": MANAGER, "value": ""})
    player.get(person.path).has_json(200).lacks(MANAGER)
