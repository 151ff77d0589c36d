"""The requests of Entra's provisioning engine about groups and their members, in both of its dialects (entra-docs)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from scimprobe.check.session import Person, Session, Team
from scimprobe.check.suite import Checks, Level
from scimprobe.endpoint.needs import Need
from scimprobe.simulate import entra
from scimprobe.simulate.dialect import Dialect

checks = Checks(Need.NEW_GROUPS)

NEVER_HEALED = "Entra never reads members back: a missing or surplus member stays so until provisioning is restarted."

AT_ONCE = 4
"""Changes of one group that are sent in parallel."""


def add(*members: Person) -> dict[str, object]:
    """Return the operation that adds members, as Entra sends it without the flag."""
    return entra.add_members(Dialect.ENTRA, [member.id for member in members])[0]


def remove(*members: Person) -> dict[str, object]:
    """Return the operation that removes members, as Entra sends it without the flag: their ids are in its value."""
    return entra.remove_members(Dialect.ENTRA, [member.id for member in members])[0]


def has_members(session: Session, group: Team, members: Sequence[Person]) -> None:
    """Expect exactly these members when the group is read back."""
    session.get(group.path).has_json(200).has_members(*(member.id for member in members))


@checks.add(
    "Create a group",
    requirement="201 with the group, although its schemas list a URN that only Microsoft uses.",
    matters="No group can be provisioned at all.",
)
def create(session: Session) -> None:
    """Microsoft adds a schema of its own, and a meta."""
    attributes = session.group_attributes()
    name = str(attributes["displayName"])
    reply = session.post("/Groups", entra.group_body(attributes, empty_members=False)).has_json(201)
    reply.expect("displayName", name, reply.body.get("displayName"))
    session.get("/Groups", entra.match_query("Group", "displayName", name)).finds(str(reply.body.get("id")))


@checks.add(
    "Rename a group",
    requirement="A search finds the group by its new name only, and it keeps its members.",
    matters=NEVER_HEALED,
)
def rename(session: Session) -> None:
    """The operation has a path, or none with the flag."""
    member = session.new_user()
    group = session.new_group([member])
    for operation in ({"op": "Replace", "path": "displayName"}, {"op": "replace"}):
        name = session.names.group()
        value: object = name if "path" in operation else {"displayName": name}
        session.change(group.path, {**operation, "value": value})
        session.get("/Groups", entra.match_query("Group", "displayName", name)).finds(group.id)
    session.get("/Groups", entra.match_query("Group", "displayName", group.name)).finds_nothing()
    has_members(session, group, [member])


@checks.add(
    "Add members",
    requirement="One PATCH adds several members; an existing member stays one, listed once.",
    matters=NEVER_HEALED,
)
def add_members(session: Session) -> None:
    """Each value has a $ref that is null."""
    first, second, third = (session.new_user() for _ in range(3))
    group = session.new_group()
    session.change(group.path, add(first, second))
    session.change(group.path, add(second, third))
    has_members(session, group, [first, second, third])


@checks.add(
    "Remove members, without the flag",
    requirement="Remove with the path `members` and a value removes those members, and no others.",
    matters="The most frequent fault of all endpoints: the group is emptied, because RFC 7644 gives the value no meaning. "
    + NEVER_HEALED,
)
def remove_by_value(session: Session) -> None:
    """The default dialect."""
    first, second, third = (session.new_user() for _ in range(3))
    group = session.new_group([first, second, third])
    session.change(group.path, remove(first))
    has_members(session, group, [second, third])


@checks.add(
    "Remove members, with the flag",
    requirement='`members[value eq "..."]` removes that member; for a user that is no member it changes nothing.',
    matters="After a 400 the whole change is repeated until the job gives up on the group.",
)
def remove_by_path(session: Session) -> None:
    """The dialect with the flag, and a change that is repeated."""
    first, second = session.new_user(), session.new_user()
    group = session.new_group([first, second])
    for _ in range(2):
        session.change(group.path, *entra.remove_members(Dialect.ENTRA_FLAG, [first.id]))
    has_members(session, group, [second])


@checks.add(
    "Changes of one group at the same time",
    requirement=f"{AT_ONCE} parallel requests that add one member each all succeed, and all {AT_ONCE} users are members.",
    matters="Entra sends several changes of a group in parallel: an endpoint that reads the list and writes it back loses "
    "members. " + NEVER_HEALED,
)
def add_in_parallel(session: Session) -> None:
    """A lost update shows only sometimes; the check cannot prove that there is none."""
    members = [session.new_user() for _ in range(AT_ONCE)]
    group = session.new_group()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(lambda member: session.patch(group.path, add(member)), members))
    for reply in replies:
        reply.has_json(200, 204)
    has_members(session, group, members)


@checks.add(
    "A disabled user stays a member",
    requirement="A user whose `active` is false stays a member of its groups.",
    needs=[Need.DISABLED_MEMBERS_STAY],
    matters="Entra does not send memberships again when the user is restored. " + NEVER_HEALED,
)
def keep_disabled_members(session: Session) -> None:
    """Access is for the application to decide, by `active`."""
    member = session.new_user()
    group = session.new_group([member])
    session.change(member.path, {"op": "Replace", "path": "active", "value": "False"})
    has_members(session, group, [member])


@checks.add(
    "A deleted user is no longer a member",
    requirement="DELETE of a user removes it from its groups.",
    needs=[Need.DELETED_USERS_GO],
    matters="Groups fill with ids that lead nowhere.",
)
def forget_deleted_members(session: Session) -> None:
    """Entra deletes the user, and does not touch its groups."""
    gone, member = session.new_user(), session.new_user()
    group = session.new_group([gone, member])
    session.delete(gone.path).has_status(204)
    has_members(session, group, [member])


@checks.add(
    "Search by member",
    requirement='`id eq "..." and members eq "..."` finds the group when the user is a member, and nothing otherwise.',
    matters="Microsoft's documentation describes the search. Whether Entra still sends it is not known.",
    level=Level.OPTIONAL,
)
def ask_for_a_member(session: Session) -> None:
    """`members` stands for `members.value`."""
    member, other = session.new_user(), session.new_user()
    group = session.new_group([member])
    session.get("/Groups", entra.reference_query(group.id, "members", member.id)).finds(group.id)
    session.get("/Groups", entra.reference_query(group.id, "members", other.id)).finds_nothing()


@checks.add(
    "Delete a group",
    requirement="204; afterwards GET returns 404, and the name can be used again.",
    matters="A group that is assigned again cannot be created: Entra gets 409 in every cycle.",
)
def delete(session: Session) -> None:
    """Entra sends it for a group that is unassigned, out of scope or deleted: groups have no soft delete."""
    group = session.new_group()
    session.delete(group.path).has_status(204)
    session.get(group.path).has_status(404)
    attributes = session.group_attributes(group.name)
    session.post("/Groups", entra.group_body(attributes, empty_members=True)).has_json(200, 201)
