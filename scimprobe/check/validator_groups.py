"""The group tests of Microsoft's SCIM Validator, by its own names (from a result file of February 2026)."""

import uuid
from typing import Any

from scimprobe.check import people
from scimprobe.check.player import Player
from scimprobe.check.suite import Checks, Level
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import CORE_GROUP

checks = Checks()

LARGE = "Every search for a group answers all its members: large groups time out, and the job goes into quarantine."
DUPLICATES = "Entra does not find the group that is there, and creates it once more."
NEVER_HEALED = "Entra never reads members back, so that it never notices."


def by_name(player: Player, name: str, before: str = "") -> Any:
    """The search for a displayName; `before` goes before the filter."""
    return player.get("/Groups", before + entra.equals("displayName", name))


@checks.add(
    "Get group by id excluding members",
    requirement="GET with excludedAttributes=members answers the group without the key `members`.",
    matters=LARGE,
)
def read_without_members(player: Player) -> None:
    """Validator 13."""
    group = player.new_group([player.new_user(), player.new_user()])
    reply = player.get(group.path, "excludedAttributes=members").has_json(200)
    reply.expect("displayName", group.name, reply.body.get("displayName"))
    reply.has_no_key("members")


@checks.add(
    "Filter for existing group by displayName excluding members",
    requirement="The search with excludedAttributes=members answers the group without the key `members`.",
    matters=LARGE,
)
def find_without_members(player: Player) -> None:
    """Validator 14."""
    group = player.new_group([player.new_user(), player.new_user()])
    reply = by_name(player, group.name, "excludedAttributes=members&")
    reply.has_no_key("members", reply.finds(group.id))


@checks.add(
    "Filter for an existing group",
    requirement="200 with a ListResponse of exactly this group.",
    matters=DUPLICATES,
)
def find(player: Player) -> None:
    """Validator 15."""
    group = player.new_group()
    reply = by_name(player, group.name)
    found = reply.finds(group.id)
    reply.expect("displayName", group.name, found.get("displayName"))
    reply.expect("externalId", group.external_id, found.get("externalId"))
    schemas = found.get("schemas")
    if not isinstance(schemas, list) or CORE_GROUP not in schemas:
        reply.tell("schemas", f"a list with {CORE_GROUP}", str(schemas))


@checks.add(
    "Filter for a non-existing group",
    requirement="200 with totalResults 0.",
    matters="A 404 puts the job into quarantine at once.",
)
def find_nothing(player: Player) -> None:
    """Validator 16."""
    by_name(player, player.names.group()).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Filter for an existing group with different case",
    requirement="A displayName in capitals finds the group.",
    matters=DUPLICATES,
)
def find_in_capitals(player: Player) -> None:
    """Validator 17."""
    group = player.new_group()
    by_name(player, group.name.upper()).finds(group.id)


@checks.add(
    "Create a new Group",
    requirement="201 with an id, and GET answers what was sent.",
    matters="No group can be provisioned at all.",
)
def create(player: Player) -> None:
    """Validator 18."""
    name, external_id = player.names.group(), player.names.external_id()
    made = player.post("/Groups", people.group_body(name, external_id)).has_json(201)
    for reply in (made, player.get(f"/Groups/{made.body.get('id')}").has_json(200)):
        reply.expect("displayName", name, reply.body.get("displayName"))
        reply.expect("externalId", external_id, reply.body.get("externalId"))


@checks.add(
    "Create a duplicate Group",
    requirement="The second POST with the same displayName is 409.",
    matters="Two groups of one name; the next search finds both, which is DuplicateTargetEntries.",
)
def create_twice(player: Player) -> None:
    """Validator 19."""
    group = player.new_group()
    player.post("/Groups", people.group_body(group.name, group.external_id)).has_status(409)


@checks.add(
    "Patch Group - Replace Attributes",
    requirement="An operation without path sets externalId.",
    matters="Entra finds another externalId than its own, and sends the same change in every cycle.",
)
def replace_external_id(player: Player) -> None:
    """Validator 20."""
    group, external_id = player.new_group(), player.names.external_id()
    player.change(group.path, {"op": "replace", "value": {"externalId": external_id}})
    reply = player.get(group.path).has_json(200)
    reply.expect("externalId", external_id, reply.body.get("externalId"))
    reply.expect("displayName", group.name, reply.body.get("displayName"))


@checks.add(
    "Update Group displayName",
    requirement="The group is found under its new name, and not under the former one.",
    matters=DUPLICATES,
)
def rename(player: Player) -> None:
    """Validator 21."""
    group, name = player.new_group(), player.names.group()
    player.change(group.path, {"op": "replace", "value": {"displayName": name}})
    by_name(player, name).finds(group.id)
    by_name(player, group.name).finds_nothing(may_omit_nothing=True)


@checks.add(
    "Patch Group - Add Member",
    requirement="`replace members` with one member makes it a member.",
    matters=NEVER_HEALED,
)
def add_member(player: Player) -> None:
    """Validator 22: by its name it adds, on the wire it replaces."""
    member, group = player.new_user(), player.new_group()
    player.change(group.path, {"op": "replace", "path": "members", "value": [{"value": member.id}]})
    player.get(group.path).has_json(200).has_members(member.id)


@checks.add(
    "Patch Group - Remove Member",
    requirement='`remove members[value eq "..."]` removes this member, and leaves the other.',
    matters=NEVER_HEALED,
)
def remove_member(player: Player) -> None:
    """Validator 23."""
    first, second = player.new_user(), player.new_user()
    group = player.new_group([first, second])
    player.change(group.path, {"op": "remove", "path": f'members[value eq "{first.id}"]'})
    player.get(group.path).has_json(200).has_members(second.id)


@checks.add(
    "Delete a Group",
    requirement="204, then GET is 404.",
    matters="A group that was deleted in Entra stays, with its members.",
)
def delete(player: Player) -> None:
    """Validator 24."""
    group = player.new_group()
    player.delete(group.path).has_status(204)
    player.get(group.path).has_status(404)


# Preview tests ---------------------------------------------------------------------------------------------------


@checks.add(
    "Patch Group - Multiple Operations on same attribute",
    requirement="add and remove of one member in one PATCH are applied in this order: nobody is a member.",
    matters=NEVER_HEALED,
    level=Level.PREVIEW,
)
def add_and_remove(player: Player) -> None:
    """Preview 5."""
    member, group = player.new_user(), player.new_group()
    player.change(
        group.path,
        {"op": "add", "path": "members", "value": [{"value": member.id}]},
        {"op": "remove", "path": f'members[value eq "{member.id}"]'},
    )
    player.get(group.path).has_json(200).has_members()


@checks.add(
    "Delete a non-existent Group",
    requirement="404.",
    matters="Entra cannot tell a group that is gone from one that it has just deleted.",
    level=Level.PREVIEW,
)
def delete_nothing(player: Player) -> None:
    """Preview 6."""
    player.delete(f"/Groups/{uuid.uuid4()}").has_status(404)


@checks.add(
    "Delete the same Group twice",
    requirement="204, then 404.",
    matters="Entra cannot tell a group that is gone from one that it has just deleted.",
    level=Level.PREVIEW,
)
def delete_twice(player: Player) -> None:
    """Preview 7."""
    group = player.new_group()
    player.delete(group.path).has_status(204)
    player.delete(group.path).has_status(404)
