"""Microsoft's Logic App suite for the gallery, where it requires more than the validator (AzureAD/SCIMReferenceCode,
SCIM-Validation-Test-Overview.md, SCIMTests_Workflow.json).

Its other tests go through Entra itself, and send the requests of the suite `entra`.
"""

from collections.abc import Iterator
from typing import Any

from scimprobe.check import people
from scimprobe.check.reply import ids
from scimprobe.check.session import Session
from scimprobe.check.suite import Checks, Level
from scimprobe.endpoint.needs import Need
from scimprobe.endpoint.paths import Value
from scimprobe.simulate.attributes import (
    CORE_GROUP,
    CORE_USER,
    DEPARTMENT,
    EMPLOYEE_NUMBER,
    ENTERPRISE_USER,
    MANAGER,
    address,
    email,
    phone,
)

checks = Checks()

PAGE = 5
"""Resources per page, as the suite requests them."""

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
"""The attributes that are cleared: mapped and not required, of every shape."""

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
UNMAPPED = "Entra reads /Schemas of gallery applications: an attribute that is not in it cannot be mapped."


@checks.add(
    "Schema_Discoverability",
    requirement="/Schemas lists every mapped attribute; the kinds of e-mails, addresses and numbers are canonicalValues.",
    matters=GALLERY + UNMAPPED,
)
def discover(session: Session) -> None:
    """Each attribute must be there as `emails[type eq "work"].value`, which follows from the type's canonicalValues."""
    reply = session.get("/Schemas").has_json(200)
    schemas = reply.body.get("Resources")
    if not isinstance(schemas, list):
        reply.record("Resources", "an array of schemas", str(schemas))
        return
    by_id = {str(schema.get("id")): schema for schema in schemas if isinstance(schema, dict)}
    groups = ((CORE_GROUP, MAPPED_GROUP),) if session.profile.rules.groups_served else ()
    for urn, mapped in ((CORE_USER, MAPPED_USER), *groups):
        if urn not in by_id:
            reply.record(urn, "a schema", "none")
            continue
        listed = {path.lower() for path in _paths(by_id[urn].get("attributes"))}
        if urn == CORE_USER:
            extension = _dicts(by_id.get(ENTERPRISE_USER, {}).get("attributes"))
            listed |= {f"{ENTERPRISE_USER}:{attribute.get('name')}".lower() for attribute in extension}
        for path in mapped:
            if path.lower() not in listed:
                reply.record(path, f"in the schema {urn.rpartition(':')[2]}", "not there")


def _dicts(value: object) -> list[dict[str, Any]]:
    """Return the objects of a value that should be a list of them."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _paths(attributes: object) -> Iterator[str]:
    """Return the paths by which a schema's attributes can be mapped, as the suite derives them."""
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


def _empty(session: Session, *, is_verbose: bool) -> None:
    """Clear attributes by the empty string, then by null; afterwards none has a value, and the others keep theirs."""
    person = session.new_full_user()
    cleared = [path for path in OPTIONAL_ATTRIBUTES if session.may_be_empty(path)]
    kept = {path: value for path, value in person.attributes.items() if path not in cleared and "[" not in path}
    for nothing in ("", None):
        paths = [path for path in cleared if is_verbose or "[" in path]
        operations = [{"op": "replace", "path": path, "value": nothing} for path in paths]
        rest = {path: nothing for path in cleared if path not in paths}
        session.change(person.path, *([{"op": "replace", "value": rest}] if rest else []), *operations)
        reply = session.get(person.path).has_json(200)
        reply.lacks(*cleared)
        reply.holds(kept)


@checks.add(
    "SCIM_Null_Update, verbose",
    requirement='replace with "", and with null, clears an attribute; one operation for each.',
    matters=GALLERY + "An attribute that is cleared in Entra stays; or the whole change is refused.",
)
def empty_each(session: Session) -> None:
    """Absent, null and the empty string count as the same."""
    _empty(session, is_verbose=True)


@checks.add(
    "SCIM_Null_Update, non-verbose",
    requirement='replace with "", and with null, clears attributes in one operation without a path.',
    matters=GALLERY + "An attribute that is cleared in Entra stays; or the whole change is refused.",
)
def empty_merged(session: Session) -> None:
    """A path with a filter keeps its own operation."""
    _empty(session, is_verbose=False)


@checks.add(
    "SCIM_User_Create",
    requirement="200 or 201, with an id and the userName that was sent.",
    matters=GALLERY + "No user can be provisioned.",
)
def create_user(session: Session) -> None:
    """The validator requires more."""
    wanted = session.full_user()
    reply = session.post("/Users", people.user_body(wanted)).has_json(200, 201)
    reply.holds({"userName": wanted["userName"]})
    if not reply.body.get("id"):
        reply.record("id", "not empty", str(reply.body.get("id")))


@checks.add(
    "SCIM_User_Update",
    requirement="GET returns single values that were replaced; the URN of an extension is the text before the last colon.",
    matters=GALLERY + "Entra sends the same change in every cycle.",
)
def update_user(session: Session) -> None:
    """Attributes that are single-valued, writable and not `active`."""
    person = session.new_full_user()
    updated: dict[str, Value] = {
        "displayName": "Updated",
        "title": "Updated",
        "nickName": "Updated",
        "name.givenName": "Updated",
        DEPARTMENT: "Updated",
        EMPLOYEE_NUMBER: "77",
    }
    wanted = session.adapt(updated)
    session.change(person.path, *({"op": "replace", "path": path, "value": value} for path, value in wanted.items()))
    session.get(person.path).has_json(200).holds({**person.attributes, **wanted})


@checks.add(
    "SCIM_Group_Create",
    requirement="200 or 201, with an id and the displayName that was sent.",
    matters=GALLERY + "Group provisioning is mandatory.",
    needs=[Need.NEW_GROUPS],
)
def create_group(session: Session) -> None:
    """The validator requires more."""
    wanted = session.group_attributes()
    reply = session.post("/Groups", people.group_body(wanted)).has_json(200, 201)
    reply.expect("displayName", wanted["displayName"], reply.body.get("displayName"))
    if not reply.body.get("id"):
        reply.record("id", "not empty", str(reply.body.get("id")))


@checks.add(
    "SCIM_Group_Update",
    requirement="GET returns displayName and externalId that were replaced.",
    matters=GALLERY + "Entra sends the same change in every cycle.",
    needs=[Need.NEW_GROUPS],
)
def update_group(session: Session) -> None:
    """One operation for each attribute."""
    group = session.new_group()
    wanted = {"displayName": session.names.group(), "externalId": session.names.external_id()}
    session.change(group.path, *({"op": "replace", "path": path, "value": value} for path, value in wanted.items()))
    session.get(group.path).has_json(200).holds(wanted)


def _page(session: Session, path: str) -> None:
    """Read three pages of five: startIndex is echoed, and no resource is on two pages."""
    seen: list[str] = []
    for start in range(1, ENOUGH + 1, PAGE):
        reply = session.get(path, f"startIndex={start}&count={PAGE}")
        found = reply.is_list()
        reply.expect("startIndex", start, reply.body.get("startIndex"))
        total = reply.body.get("totalResults")
        if isinstance(total, int):
            reply.expect("number of Resources", min(PAGE, max(0, total - start + 1)), len(found))
        again = sorted(set(seen) & set(ids(found)))
        if again:
            reply.record("Resources", "none that an earlier page had", ", ".join(again))
        seen += ids(found)


@checks.add(
    "SCIM_User_Pagination",
    requirement=f"With {ENOUGH} users and count={PAGE}, startIndex 1, 6 and 11 are echoed, and no user is on two pages.",
    matters=GALLERY
    + "A client that reads the directory page by page, as Okta's and SailPoint's imports do, misses users.",
)
def page_users(session: Session) -> None:
    """Eleven users are created, beside those that exist."""
    for _ in range(ENOUGH):
        session.new_user()
    _page(session, "/Users")


@checks.add(
    "SCIM_Group_Pagination",
    requirement=f"With {ENOUGH} groups and count={PAGE}, startIndex 1, 6 and 11 are echoed, and no group is on two pages.",
    matters="A client that reads the directory page by page misses groups.",
    level=Level.OPTIONAL,
    needs=[Need.NEW_GROUPS],
)
def page_groups(session: Session) -> None:
    """Eleven groups are created, beside those that exist."""
    for _ in range(ENOUGH):
        session.new_group()
    _page(session, "/Groups")


@checks.add(
    "SCIM_Update_Manager",
    requirement='A manager is added and replaced as a plain string, and cleared by ""; GET returns manager.value.',
    matters=GALLERY + "Entra sends the manager again in every cycle.",
)
def update_manager(session: Session) -> None:
    """The suite sends strings, where the validator sends objects."""
    first, second, person = session.new_user(), session.new_user(), session.new_user()
    for operation, manager in (("add", first), ("replace", second)):
        session.change(person.path, {"op": operation, "path": MANAGER, "value": manager.id})
        session.get(person.path).has_json(200).holds({MANAGER: manager.id})
    session.change(person.path, {"op": "replace", "path": MANAGER, "value": ""})
    session.get(person.path).has_json(200).lacks(MANAGER)
