"""What Entra's provisioning engine does with groups and their members, in both of its dialects (entra-docs)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from scimprobe.check.player import Person, Player, Team
from scimprobe.check.suite import Checks, Level
from scimprobe.simulate import entra
from scimprobe.simulate.dialect import Dialect

checks = Checks()

NEVER_HEALED = "Entra never reads members back: who is missing or too many stays so until provisioning is restarted."

AT_ONCE = 4
"""Changes of one group that are sent at the same time."""


def add(*members: Person) -> dict[str, object]:
    """The operation that adds members, as Entra sends it without the flag."""
    return entra.add_members(Dialect.ENTRA, [member.id for member in members])[0]


def remove(*members: Person) -> dict[str, object]:
    """The operation that removes members, as Entra sends it without the flag: whom is in its value."""
    return entra.remove_members(Dialect.ENTRA, [member.id for member in members])[0]


def has_members(player: Player, group: Team, members: Sequence[Person]) -> None:
    """The group, read back, has exactly these members."""
    player.get(group.path).has_json(200).has_members(*(member.id for member in members))


@checks.add(
    "Create a group",
    requirement="201 with the group: a schema URN that only Microsoft has is no reason to refuse it.",
    matters="No group can be provisioned at all.",
)
def create(player: Player) -> None:
    """Microsoft adds a schema of its own, and a meta."""
    name = player.names.group()
    attributes: dict[str, str | bool] = {"externalId": player.names.external_id(), "displayName": name}
    reply = player.post("/Groups", entra.group_body(attributes, empty_members=False)).has_json(201)
    reply.expect("displayName", name, reply.body.get("displayName"))
    player.get("/Groups", entra.match_query("Group", "displayName", name)).finds(str(reply.body.get("id")))


@checks.add(
    "Rename a group",
    requirement="The group is found under its new name only, and keeps its members.",
    matters=NEVER_HEALED,
)
def rename(player: Player) -> None:
    """With a path, or with the flag without one."""
    member = player.new_user()
    group = player.new_group([member])
    for operation in ({"op": "Replace", "path": "displayName"}, {"op": "replace"}):
        name = player.names.group()
        value: object = name if "path" in operation else {"displayName": name}
        player.change(group.path, {**operation, "value": value})
        player.get("/Groups", entra.match_query("Group", "displayName", name)).finds(group.id)
    player.get("/Groups", entra.match_query("Group", "displayName", group.name)).finds_nothing()
    has_members(player, group, [member])


@checks.add(
    "Add members",
    requirement="One PATCH adds several members, and who is a member already stays one, once.",
    matters=NEVER_HEALED,
)
def add_members(player: Player) -> None:
    """Each value has a $ref that is null."""
    first, second, third = (player.new_user() for _ in range(3))
    group = player.new_group()
    player.change(group.path, add(first, second))
    player.change(group.path, add(second, third))
    has_members(player, group, [first, second, third])


@checks.add(
    "Remove members, without the flag",
    requirement="Remove with path `members` and a value removes those members, and no others.",
    matters="The most frequent fault of all: the group is emptied, because RFC 7644 gives the value no meaning here. "
    + NEVER_HEALED,
)
def remove_by_value(player: Player) -> None:
    """The default dialect."""
    first, second, third = (player.new_user() for _ in range(3))
    group = player.new_group([first, second, third])
    player.change(group.path, remove(first))
    has_members(player, group, [second, third])


@checks.add(
    "Remove members, with the flag",
    requirement='`members[value eq "..."]` removes that member; of one who is none, nothing.',
    matters="On 400 the whole change is repeated until the job gives up on the group.",
)
def remove_by_path(player: Player) -> None:
    """The dialect with the flag, and what a repeated change looks like."""
    first, second = player.new_user(), player.new_user()
    group = player.new_group([first, second])
    for _ in range(2):
        player.change(group.path, *entra.remove_members(Dialect.ENTRA_FLAG, [first.id]))
    has_members(player, group, [second])


@checks.add(
    "Changes of one group at the same time",
    requirement=f"{AT_ONCE} members that are added by {AT_ONCE} requests at once are all members; none fails.",
    matters="Entra sends several changes of a group in parallel: whoever reads the list and writes it back loses "
    "members. " + NEVER_HEALED,
)
def add_in_parallel(player: Player) -> None:
    """A lost update shows only sometimes; the check cannot prove that there is none."""
    members = [player.new_user() for _ in range(AT_ONCE)]
    group = player.new_group()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(lambda member: player.patch(group.path, add(member)), members))
    for reply in replies:
        reply.has_json(200, 204)
    has_members(player, group, members)


@checks.add(
    "A disabled user stays a member",
    requirement="`active` false takes nobody out of a group.",
    matters="Entra does not send memberships again when the user is restored. " + NEVER_HEALED,
)
def keep_disabled_members(player: Player) -> None:
    """Who may use what is for the application to decide, by `active`."""
    member = player.new_user()
    group = player.new_group([member])
    player.change(member.path, {"op": "Replace", "path": "active", "value": "False"})
    has_members(player, group, [member])


@checks.add(
    "A deleted user is no member any more",
    requirement="DELETE of a user takes it out of its groups.",
    matters="Groups fill with ids of nobody.",
)
def forget_deleted_members(player: Player) -> None:
    """Entra deletes the user, and does not touch its groups."""
    gone, member = player.new_user(), player.new_user()
    group = player.new_group([gone, member])
    player.delete(gone.path).has_status(204)
    has_members(player, group, [member])


@checks.add(
    "Is she a member?",
    requirement='`id eq "..." and members eq "..."` finds the group, or none.',
    matters="Microsoft's documentation describes the question. Whether Entra still asks it is not known.",
    level=Level.OPTIONAL,
)
def ask_for_a_member(player: Player) -> None:
    """`members` stands for `members.value`."""
    member, other = player.new_user(), player.new_user()
    group = player.new_group([member])
    player.get("/Groups", entra.reference_query(group.id, "members", member.id)).finds(group.id)
    player.get("/Groups", entra.reference_query(group.id, "members", other.id)).finds_nothing()


@checks.add(
    "Delete a group",
    requirement="204; afterwards the id is 404, and the name is free again.",
    matters="A group that is assigned again cannot be created: Entra gets 409 in every cycle.",
)
def delete(player: Player) -> None:
    """Unassigned, out of scope or deleted: groups know no soft delete."""
    group = player.new_group()
    player.delete(group.path).has_status(204)
    player.get(group.path).has_status(404)
    attributes: dict[str, str | bool] = {"externalId": player.names.external_id(), "displayName": group.name}
    player.post("/Groups", entra.group_body(attributes, empty_members=True)).has_json(200, 201)
