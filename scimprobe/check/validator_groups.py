"""The group tests of Microsoft's SCIM Validator, by its own names (from a result file of February 2026)."""

import uuid
from typing import Any

from scimprobe.check import people
from scimprobe.check.session import Session
from scimprobe.check.suite import Checks, Level
from scimprobe.endpoint.needs import Need
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import CORE_GROUP

checks = Checks(Need.NEW_GROUPS)

LARGE = "Every search for a group returns all its members: large groups time out, and the job goes into quarantine."
DUPLICATES = "Entra does not find the existing group, and creates it once more."
NEVER_HEALED = "Entra never reads members back, so it never notices."


def by_name(session: Session, name: str, before: str = "") -> Any:
    """Search for a displayName; `before` stands before the filter."""
    return session.get("/Groups", before + entra.equals("displayName", name))


@checks.add(
    "Get group by id excluding members",
    requirement="GET with excludedAttributes=members returns the group without the key `members`.",
    matters=LARGE,
)
def read_without_members(session: Session) -> None:
    """Validator 13."""
    group = session.new_group([session.new_user(), session.new_user()])
    reply = session.get(group.path, "excludedAttributes=members").has_json(200)
    reply.expect("displayName", group.name, reply.body.get("displayName"))
    reply.has_no_key("members")


@checks.add(
    "Filter for existing group by displayName excluding members",
    requirement="The search with excludedAttributes=members returns the group without the key `members`.",
    matters=LARGE,
)
def find_without_members(session: Session) -> None:
    """Validator 14."""
    group = session.new_group([session.new_user(), session.new_user()])
    reply = by_name(session, group.name, "excludedAttributes=members&")
    reply.has_no_key("members", reply.finds(group.id))


@checks.add(
    "Filter for an existing group",
    requirement="200 with a ListResponse of exactly this group.",
    matters=DUPLICATES,
)
def find(session: Session) -> None:
    """Validator 15."""
    group = session.new_group()
    reply = by_name(session, group.name)
    found = reply.finds(group.id)
    reply.expect("displayName", group.name, found.get("displayName"))
    reply.expect("externalId", group.external_id, found.get("externalId"))
    schemas = found.get("schemas")
    if not isinstance(schemas, list) or CORE_GROUP not in schemas:
        reply.record("schemas", f"a list with {CORE_GROUP}", str(schemas))


@checks.add(
    "Filter for a non-existing group",
    requirement="200 with totalResults 0.",
    matters="A 404 puts the job into quarantine at once.",
)
def find_nothing(session: Session) -> None:
    """Validator 16."""
    by_name(session, session.names.group()).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Filter for an existing group with different case",
    requirement="A displayName in capitals finds the group.",
    matters=DUPLICATES,
)
def find_in_capitals(session: Session) -> None:
    """Validator 17."""
    group = session.new_group()
    by_name(session, group.name.upper()).finds(group.id)


@checks.add(
    "Create a new Group",
    requirement="201 with an id, and GET returns what was sent.",
    matters="No group can be provisioned at all.",
)
def create(session: Session) -> None:
    """Validator 18."""
    attributes = session.group_attributes()
    created = session.post("/Groups", people.group_body(attributes)).has_json(201)
    for reply in (created, session.get(f"/Groups/{created.body.get('id')}").has_json(200)):
        reply.holds(attributes)


@checks.add(
    "Create a duplicate Group",
    requirement="The second POST with the same displayName returns 409.",
    matters="Two groups of one name; the next search finds both, which is DuplicateTargetEntries.",
)
def create_twice(session: Session) -> None:
    """Validator 19."""
    group = session.new_group()
    session.post("/Groups", people.group_body(session.group_attributes(group.name))).has_status(409)


@checks.add(
    "Patch Group - Replace Attributes",
    requirement="An operation without a path sets externalId.",
    matters="Entra finds another externalId than its own, and sends the same change in every cycle.",
)
def replace_external_id(session: Session) -> None:
    """Validator 20."""
    group, external_id = session.new_group(), session.names.external_id()
    session.change(group.path, {"op": "replace", "value": {"externalId": external_id}})
    reply = session.get(group.path).has_json(200)
    reply.expect("externalId", external_id, reply.body.get("externalId"))
    reply.expect("displayName", group.name, reply.body.get("displayName"))


@checks.add(
    "Update Group displayName",
    requirement="A search finds the group by its new name, and not by the former one.",
    matters=DUPLICATES,
)
def rename(session: Session) -> None:
    """Validator 21."""
    group, name = session.new_group(), session.names.group()
    session.change(group.path, {"op": "replace", "value": {"displayName": name}})
    by_name(session, name).finds(group.id)
    by_name(session, group.name).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Patch Group - Add Member",
    requirement="`replace members` with one member adds it.",
    matters=NEVER_HEALED,
)
def add_member(session: Session) -> None:
    """Validator 22: named after add, it sends replace."""
    member, group = session.new_user(), session.new_group()
    session.change(group.path, {"op": "replace", "path": "members", "value": [{"value": member.id}]})
    session.get(group.path).has_json(200).has_members(member.id)


@checks.add(
    "Patch Group - Remove Member",
    requirement='`remove members[value eq "..."]` removes this member, and keeps the other.',
    matters=NEVER_HEALED,
)
def remove_member(session: Session) -> None:
    """Validator 23."""
    first, second = session.new_user(), session.new_user()
    group = session.new_group([first, second])
    session.change(group.path, {"op": "remove", "path": f'members[value eq "{first.id}"]'})
    session.get(group.path).has_json(200).has_members(second.id)


@checks.add(
    "Delete a Group",
    requirement="204, then GET returns 404.",
    matters="A group that was deleted in Entra stays, with its members.",
)
def delete(session: Session) -> None:
    """Validator 24."""
    group = session.new_group()
    session.delete(group.path).has_status(204)
    session.get(group.path).has_status(404)


# Preview tests ---------------------------------------------------------------------------------------------------


@checks.add(
    "Patch Group - Multiple Operations on same attribute",
    requirement="add and remove of one member in one PATCH are applied in this order: the group has no members.",
    matters=NEVER_HEALED,
    level=Level.PREVIEW,
)
def add_and_remove(session: Session) -> None:
    """Preview 5."""
    member, group = session.new_user(), session.new_group()
    session.change(
        group.path,
        {"op": "add", "path": "members", "value": [{"value": member.id}]},
        {"op": "remove", "path": f'members[value eq "{member.id}"]'},
    )
    session.get(group.path).has_json(200).has_members()


@checks.add(
    "Delete a non-existent Group",
    requirement="404.",
    matters="Entra cannot distinguish a group that is gone from one that it has just deleted.",
    level=Level.PREVIEW,
)
def delete_nothing(session: Session) -> None:
    """Preview 6."""
    session.delete(f"/Groups/{uuid.uuid4()}").has_status(404)


@checks.add(
    "Delete the same Group twice",
    requirement="204, then 404.",
    matters="Entra cannot distinguish a group that is gone from one that it has just deleted.",
    level=Level.PREVIEW,
)
def delete_twice(session: Session) -> None:
    """Preview 7."""
    group = session.new_group()
    session.delete(group.path).has_status(204)
    session.delete(group.path).has_status(404)
