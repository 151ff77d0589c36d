"""Checks that an endpoint follows its operator's rules on leavers, groups, permission sets and capabilities."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from scimprobe.check import people
from scimprobe.check.reply import Reply, ids
from scimprobe.check.session import Person, Session, Team
from scimprobe.check.suite import Check
from scimprobe.endpoint.needs import Need
from scimprobe.endpoint.rules import Rules
from scimprobe.simulate import entra

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

LEAVERS = "A leaver keeps access, or loses data that the operator wants kept."
RIGHTS = "A user has rights that it must not have, or lacks those that it needs."
GROUPS = "An identity provider changes groups that are the operator's."
ANNOUNCED = "A client relies on something that the operator has switched off, or misses something that works."

DISABLE = {"op": "replace", "path": "active", "value": False}


def checks(rules: Rules) -> Iterator[Check]:
    """Return the checks of every rule that differs from the RFCs."""
    yield from _leaving(rules)
    yield from _groups(rules)
    yield from _permissions(rules)
    off = [name for name, is_on in rules.capabilities.items() if not is_on]
    if off:
        requirement = (
            f"/ServiceProviderConfig announces {', '.join(off)} as unsupported, and a request for it gets 501."
        )
        yield Check(f"capabilities: without {', '.join(off)}", requirement, ANNOUNCED, partial(_switched_off, off))


# Leavers ---------------------------------------------------------------------------------------------------------


def _leaving(rules: Rules) -> Iterator[Check]:
    key = "users.deprovisioning"
    if rules.deactivated == "remove":
        requirement = "A user that is disabled is removed: GET returns 404, and its userName can be used again."
        yield Check(f"{key}.deactivated", requirement, LEAVERS, _remove_the_disabled)
    if rules.deleted == "disable":
        requirement = "A user that is deleted stays, disabled; it is enabled again under the same id."
        yield Check(f"{key}.deleted", requirement, LEAVERS, _keep_the_deleted)
    if rules.memberships == "remove":
        requirement = "A user that is disabled is no longer a member of its groups."
        yield Check(f"{key}.memberships", requirement, LEAVERS, _leave_groups, needs=frozenset({Need.NEW_GROUPS}))


def _remove_the_disabled(session: Session) -> None:
    person = session.new_user()
    session.change(person.path, DISABLE)
    session.get(person.path).has_status(404)
    session.get("/Users", entra.match_query("User", "userName", person.name)).finds_nothing()
    session.post("/Users", {**session.bare_body(), "userName": person.name}).has_json(201)


def _keep_the_deleted(session: Session) -> None:
    person = session.new_user()
    session.delete(person.path).has_status(204)
    session.get(person.path).has_json(200).holds({"active": False})
    session.change(person.path, {**DISABLE, "value": True})
    session.get(person.path).has_json(200).holds({"active": True})


def _leave_groups(session: Session) -> None:
    person, other = session.new_user(), session.new_user()
    group = session.new_group([person, other])
    session.change(person.path, DISABLE)
    session.get(group.path).has_json(200).has_members(other.id)


# Groups ----------------------------------------------------------------------------------------------------------


def _groups(rules: Rules) -> Iterator[Check]:
    if not rules.groups_served:
        requirement = "POST of a group is refused with 400 mutability, and a search for groups finds none."
        yield Check("groups.served", requirement, GROUPS, _serve_no_groups)
    elif not rules.groups_created:
        requirement = "POST of a group is refused with 400 mutability."
        yield Check("groups.created_by_clients", requirement, GROUPS, _create_no_groups)
    for name in rules.system_groups:
        requirement = "The group is found by its name; its members can be changed, it cannot be renamed or deleted."
        yield Check(f"system group: {name}", requirement, GROUPS, partial(_keep_system_group, name))


def _create_no_groups(session: Session) -> None:
    session.post("/Groups", people.group_body(session.group_attributes())).is_error(400, "mutability")


def _serve_no_groups(session: Session) -> None:
    _create_no_groups(session)
    session.get("/Groups", entra.match_query("Group", "displayName", session.names.group())).finds_nothing()


def _keep_system_group(name: str, session: Session) -> None:
    person = session.new_user()
    found = session.get("/Groups", entra.match_query("Group", "displayName", name)).is_list()
    if len(found) != 1:
        session.replies[-1].record("number of Resources", "1", str(len(found)))
        return
    group = Team(str(found[0].get("id")), name, "")
    session.patch(group.path, {"op": "replace", "value": {"displayName": session.names.group()}}).is_error(
        400, "mutability"
    )
    session.delete(group.path).is_error(400, "mutability")
    session.change(group.path, {"op": "add", "path": "members", "value": [{"value": person.id}]})
    _expect_member(session, group, person, is_member=True)
    _expect_sets(session, person, *session.profile.rules.permissions.of(name))
    session.change(group.path, {"op": "remove", "path": f'members[value eq "{person.id}"]'})
    _expect_member(session, group, person, is_member=False)
    _expect_sets(session, person)


def _expect_member(session: Session, group: Team, person: Person, *, is_member: bool) -> None:
    """Expect a user among the members of a group that can have others, too."""
    reply = session.get(group.path).has_json(200)
    reply.expect("displayName", group.name, reply.body.get("displayName"))
    found = ids(reply.body.get("members") or [], "value")
    reply.expect(f"members has {person.id}", is_member, person.id in found)


# Permission sets -------------------------------------------------------------------------------------------------


def _permissions(rules: Rules) -> Iterator[Check]:
    permissions = rules.permissions
    if not permissions.sets:
        return
    default = ", ".join(sorted(permissions.expected(()))) or "none"
    yield Check(
        "permissions.default",
        f"A new user has the base and default sets ({default}) as entitlements, whatever is sent; a disabled one has none.",
        RIGHTS,
        _default_sets,
        needs=frozenset({Need.DISABLED_USERS_STAY}),
    )
    if "roles" in permissions.sources:
        requirement = "A role that names a set by its id or name gives this set."
        yield Check("permissions.sources: roles", requirement, RIGHTS, _sets_by_roles)
        outcome = "is refused with 400" if permissions.refuses_unknown_roles else "is kept and gives no set"
        yield Check("permissions.unknown_role", f"A role that is no set {outcome}.", RIGHTS, _unknown_role)
    if permissions.has_one_role and len(permissions.sets) > 1:
        yield Check("permissions.one_role", "A role that is added replaces the previous one.", RIGHTS, _one_role)
    if permissions.reads_groups_as_roles:
        requirement = "The groups in a user's body give the sets that they name."
        yield Check("permissions.roles_from", requirement, RIGHTS, _groups_as_roles)


def _default_sets(session: Session) -> None:
    body = {**session.bare_body(), "entitlements": [{"value": "sent by a client"}]}
    reply = session.post("/Users", body).has_json(201)
    person = Person(str(reply.body.get("id")), {"userName": body["userName"]})
    _expect_sets(session, person)
    session.change(person.path, DISABLE)
    _expect_no_sets(session, person)


def _sets_by_roles(session: Session) -> None:
    for id_, name in session.profile.rules.permissions.sets:
        for role in dict.fromkeys((id_, name.upper())):
            reply = session.post("/Users", {**session.bare_body(), "roles": [{"value": role, "primary": True}]})
            reply.has_json(201)
            _expect_sets(session, Person(str(reply.body.get("id")), {}), id_)


def _unknown_role(session: Session) -> None:
    permissions = session.profile.rules.permissions
    body = {**session.bare_body(), "roles": [{"value": f"no role of {session.names.marker}"}]}
    reply = session.post("/Users", body)
    if permissions.refuses_unknown_roles:
        reply.is_error(400)
        return
    reply.has_json(201)
    _expect_sets(session, Person(str(reply.body.get("id")), {}))


def _one_role(session: Session) -> None:
    first, second = (id_ for id_, _ in session.profile.rules.permissions.sets[:2])
    reply = session.post("/Users", {**session.bare_body(), "roles": [{"value": first, "primary": True}]}).has_json(201)
    person = Person(str(reply.body.get("id")), {})
    session.change(person.path, {"op": "add", "path": "roles", "value": [{"value": second}]})
    _expect_sets(session, person, second)


def _groups_as_roles(session: Session) -> None:
    id_, name = session.profile.rules.permissions.sets[0]
    for group in ({"value": id_}, {"value": "4711", "display": name}):
        reply = session.post("/Users", {**session.bare_body(), "groups": [group]}).has_json(201)
        _expect_sets(session, Person(str(reply.body.get("id")), {}), id_)


def _expect_sets(session: Session, person: Person, *given: str) -> None:
    """Expect exactly the sets of an active user that gets these from sources as its entitlements."""
    _expect_entitlements(session, person, session.profile.rules.permissions.expected(given))


def _expect_no_sets(session: Session, person: Person) -> None:
    _expect_entitlements(session, person, set())


def _expect_entitlements(session: Session, person: Person, expected: set[str]) -> None:
    reply = session.get(person.path).has_json(200)
    found = reply.body.get("entitlements") or []
    reply.expect("entitlements", sorted(expected), sorted(ids(found, "value")) if isinstance(found, list) else found)


# Capabilities ----------------------------------------------------------------------------------------------------


def _switched_off(off: list[str], session: Session) -> None:
    reply = session.get("/ServiceProviderConfig").has_json(200)
    for name in off:
        _expect_unsupported(reply, name)
    if "bulk" in off:
        session.post("/Bulk", {"schemas": [BULK_REQUEST], "Operations": []}).is_error(501)
    if "sort" in off:
        session.get("/Users", "sortBy=userName").is_error(501)
    if "cursor" in off:
        session.get("/Users", "cursor").is_error(501)


def _expect_unsupported(reply: Reply, name: str) -> None:
    """Expect a capability as unsupported; cursors are a part of `pagination` (RFC 9865 section 4)."""
    if name == "cursor":
        pagination: Any = reply.body.get("pagination") or {}
        reply.expect("pagination.cursor", False, pagination.get("cursor", False))
        return
    config: Any = reply.body.get(name) or {}
    reply.expect(f"{name}.supported", False, config.get("supported"))
