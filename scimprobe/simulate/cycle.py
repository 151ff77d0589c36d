"""The phases of a provisioning job, in Entra's order: users first, then groups, then references.

Each cycle is a generator: a phase is built when the one before it is done, because it needs the ids of its answers.
The tasks of one phase run at the same time; all steps for one object are one task, unless a phase says otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from scimprobe.simulate.attributes import MANAGER
from scimprobe.simulate.changes import Changes
from scimprobe.simulate.dialect import Dialect
from scimprobe.simulate.directory import Entry
from scimprobe.simulate.provisioner import Provisioner

MEMBERS_PER_PATCH = 20
"""How many members one PATCH adds or removes. The engine's own batch size is not documented; it does send several."""

Task = Callable[[], None]


@dataclass(frozen=True)
class Phase:
    """Tasks that may run at the same time."""

    name: str
    """Shown by the progress bar, such as `Initial cycle: users`."""

    tasks: Sequence[Task]


def connection_test(engine: Provisioner) -> Phase:
    """Entra's Test Connection, repeated at the start of each cycle: a user and a group that cannot exist."""
    return Phase(
        "Test connection",
        [partial(engine.test_connection, "User", "userName"), partial(engine.test_connection, "Group", "displayName")],
    )


def initial_cycle(engine: Provisioner) -> Iterator[Phase]:
    """Create all users, then all groups, then managers and members; groups that exist already are matched."""
    directory = engine.directory
    yield Phase("Initial cycle: users", [partial(engine.create, user) for user in directory.users.values()])
    yield Phase(
        "Initial cycle: groups",
        [partial(engine.link if group.is_system else engine.create, group) for group in directory.groups.values()],
    )
    yield _references(engine)


def incremental_cycle(engine: Provisioner, changes: Changes) -> Iterator[Phase]:
    """Provision the changes: only differences, each after reading the object as it is."""
    yield connection_test(engine)
    yield Phase(
        "Incremental cycle: users",
        [partial(engine.create, user) for user in changes.created]
        + [partial(engine.update, user) for user in changes.updated]
        + [partial(_restore, engine, user) for user in changes.restored]
        + [partial(_purge, engine, user) for user in changes.deleted],
    )
    yield Phase(
        "Incremental cycle: groups",
        [partial(engine.create, group) for group in changes.created_groups]
        + [partial(engine.update, group) for group in changes.renamed_groups]
        + [partial(engine.delete, group) for group in changes.deleted_groups],
    )
    yield _references(engine)
    yield Phase("Repeated requests", list(_repeats(engine, changes)))
    yield Phase("On-demand provisioning", [partial(_provision_on_demand, engine, user) for user in _alive(engine)[:1]])


def clean_up(engine: Provisioner) -> Iterator[Phase]:
    """Delete what the run created: groups, then users."""
    for name, entries in (("groups", engine.directory.groups), ("users", engine.directory.users)):
        left = [entry for entry in entries.values() if entry.is_there and not entry.is_system]
        yield Phase(f"Clean up: {name}", [partial(engine.delete, entry) for entry in left])


# Parts -----------------------------------------------------------------------------------------------------------


def _alive(engine: Provisioner) -> list[Entry]:
    """Return the users that the endpoint has."""
    return [user for user in engine.directory.users.values() if user.is_there]


def _restore(engine: Provisioner, user: Entry) -> None:
    """Disable a user that is back in scope later: matched again, found with the same id, and enabled.

    Where the endpoint's operator has disabled users removed, it is created again.
    """
    engine.update(user)
    user.attributes["active"] = True
    if user.deleted:
        engine.create(user)
        return
    found = engine.match(user, expected=1)
    compare = engine.comparing(user, "match user")
    compare.expect("id after it was disabled", [user.id], [resource.get("id") for resource in found])
    engine.update(user)


def _purge(engine: Provisioner, user: Entry) -> None:
    """Disable a user at once, and delete it when the source's recycle bin is emptied."""
    engine.update(user)
    engine.delete(user)


def _references(engine: Provisioner) -> Phase:
    """Return the phase of managers, and of members in batches. Those of the first group are sent in parallel, as in the field.

    Between batches of one cycle the order is free: no user both joins and leaves a group in it.
    """
    tasks: list[Task] = [
        partial(engine.refer_to_manager, user)
        for user in _alive(engine)
        if user.attributes.get(MANAGER) or user.manager_id
    ]
    for number, group in enumerate(engine.directory.groups.values()):
        if not group.is_there:
            continue
        size = MEMBERS_PER_PATCH if number else max(1, len(group.members ^ group.sent_members) // 8)
        batches = _member_batches(engine, group, min(size, MEMBERS_PER_PATCH))
        tasks += batches if number == 0 else [partial(_in_order, batches)]
    return Phase("References: managers and members", tasks)


def _member_batches(engine: Provisioner, group: Entry, size: int) -> list[Task]:
    """Return the requests that turn the members that were sent into those of the source.

    Where disabled users leave their groups, none is added: the endpoint would take it out again.
    """
    directory = engine.directory
    removes_disabled = directory.profile.rules.memberships == "remove"
    joining = {key for key in group.members - group.sent_members if directory.users[key].is_there}
    if removes_disabled:
        joining -= {key for key in joining if directory.users[key].expected.get("active") is False}
    coming = _batches(sorted(joining), size)
    leaving = _batches(sorted(group.sent_members - group.members), size)
    return [
        *(partial(engine.add_members, group, keys) for keys in coming),
        *(partial(engine.remove_members, group, keys) for keys in leaving),
    ]


def _batches(keys: list[str], size: int) -> list[list[str]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def _in_order(tasks: Sequence[Task]) -> None:
    for task in tasks:
        task()


def _repeats(engine: Provisioner, changes: Changes) -> Iterator[Task]:
    """Return requests that come twice in the field: creations of what exists, members that are in, or gone."""
    for user in _alive(engine)[:2]:
        yield partial(engine.conflict, user, user.name.upper())
    groups = [group for group in engine.directory.groups.values() if group.is_there]
    for group in groups[:2]:
        if not group.is_system:
            yield partial(engine.conflict, group, group.name)
        yield partial(engine.add_members, group, sorted(group.expected_members)[:1])
        gone = [user.key for user in changes.deleted if user.id and user.deleted]
        yield partial(engine.remove_members, group, gone[:1])


def _provision_on_demand(engine: Provisioner, user: Entry) -> None:
    """Provision one user on an administrator's click: test, match, read, change; without the flag even in a flagged job."""
    engine.test_connection("User", "userName")
    engine.match(user, expected=1)
    engine.directory.change(user, {"title": "Provisioned on demand"})
    engine.update(user, Dialect.ENTRA)
