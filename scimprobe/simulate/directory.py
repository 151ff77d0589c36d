"""The source of a simulation: its users and groups, and the state that the endpoint must show of them.

An independent model of plain dicts and sets. Nothing the endpoint answers changes it, except for the ids that it assigns and
the members that a system group had before.
"""

import random
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scimprobe.endpoint.paths import Kind, Value, plain
from scimprobe.endpoint.profile import Profile
from scimprobe.simulate import names
from scimprobe.simulate.attributes import MANAGER, PRIMARY_ROLE

MANAGED_BY = 7
"""How many reports a manager has: a hierarchy of this breadth."""


@dataclass(eq=False)
class Entry:
    """One user or group of the source."""

    kind: Kind
    key: str
    """The source's own name for it, such as `user 7`; references between entries are keys."""

    attributes: dict[str, Value] = field(default_factory=dict)
    """The source's current values, by attribute path. A manager is a key."""

    members: set[str] = field(default_factory=set)
    """The keys of a group's current members in the source."""

    expected: dict[str, Value] = field(default_factory=dict)
    """The attributes that the endpoint must answer now."""

    manager_id: str | None = None
    """The endpoint's id of the manager in `expected`, as it was sent."""

    sent_members: set[str] = field(default_factory=set)
    """The members that were sent to the endpoint, as the identity provider believes them to be."""

    left_members: set[str] = field(default_factory=set)
    """Those of them that the endpoint has taken out by its own rules."""

    other_members: set[str] = field(default_factory=set)
    """The ids of members that a system group had before the run."""

    id: str | None = None
    """The endpoint's id; None until it is created."""

    deleted: bool = False
    """Whether the endpoint must not have it any more."""

    is_system: bool = False
    """Whether it is a group that exists from the start and is neither renamed nor deleted."""

    former_names: list[str] = field(default_factory=list)
    """The matching values it had before: a search for one must find nothing."""

    @property
    def matching(self) -> str:
        """The attribute that Entra matches by: userName of users, displayName of groups."""
        return "userName" if self.kind == "User" else "displayName"

    @property
    def name(self) -> str:
        """The current matching value in the source."""
        return str(self.attributes[self.matching])

    @property
    def endpoint(self) -> str:
        """The path of its resource type: `/Users` or `/Groups`."""
        return f"/{self.kind}s"

    @property
    def label(self) -> str:
        """Its name in reports, such as `User ada.li0@r1.example.com`."""
        return f"{self.kind} {self.name}"

    @property
    def expected_members(self) -> set[str]:
        """The keys of the members that the endpoint must answer now."""
        return self.sent_members - self.left_members

    @property
    def is_there(self) -> bool:
        """Whether the endpoint must have it."""
        return self.id is not None and not self.deleted

    def rename(self, name: str) -> None:
        """Change the matching value, and remember the former one."""
        self.former_names.append(self.name)
        self.attributes[self.matching] = name


class Directory:
    """All users and groups of one run, by key. The run's id is in every name, so that no two runs collide."""

    def __init__(self, run: str, seed: int, profile: Profile | None = None) -> None:
        self.run = run
        self.domain = f"r{run}.example.com"
        self.profile = profile or Profile()
        self.random = random.Random(seed)  # noqa: S311 - names, not secrets; a seed makes them repeatable
        self.users: dict[str, Entry] = {}
        self.groups: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        yield from self.users.values()
        yield from self.groups.values()

    # The source --------------------------------------------------------------------------------------------------

    def add_user(self) -> Entry:
        """Add a user, with a manager unless it is at the top or the odd one that has none.

        Every second user has values for the endpoint's own extensions, and two of three have a role.
        """
        number = len(self.users)
        key = f"user {number}"
        attributes = {"externalId": self._guid(key), **names.person(self.random, number, self.domain)}
        entry = Entry("User", key, self.profile.fit("User", attributes, self._tag(key)))
        if number % 2 == 0:
            entry.attributes |= self.own_values(entry, number)
        if self.profile.roles and number % 3:
            entry.attributes[PRIMARY_ROLE] = self.profile.roles[number % len(self.profile.roles)]
        if number and number % 5:
            entry.attributes[MANAGER] = f"user {(number - 1) // MANAGED_BY}"
        self.users[key] = entry
        return entry

    def add_group(self, members: set[str]) -> Entry:
        """Add a group with these keys as members."""
        number = len(self.groups)
        key = f"group {number}"
        named: dict[str, Value] = {"externalId": self._guid(key), "displayName": names.group_name(number, self.run)}
        fitted = self.profile.fit("Group", named, self._tag(key))
        if number % 2 == 0:
            fitted |= self.profile.own_values("Group", number, self._tag(key))
        self.groups[key] = Entry("Group", key, fitted, members)
        return self.groups[key]

    def add_system_group(self, name: str, members: set[str]) -> Entry:
        """Add a group that the endpoint has already, under this name."""
        key = f"system group {len(self.groups)}"
        attributes: dict[str, Value] = {"externalId": self._guid(key), "displayName": name}
        self.groups[key] = Entry("Group", key, attributes, members, is_system=True)
        return self.groups[key]

    def populate(self, users: int, groups: int) -> None:
        """Fill the source before the first cycle: the first group has most users, the last of many has none."""
        keys = [self.add_user().key for _ in range(users)]
        for number in range(groups):
            if number == 0:
                size = users * 3 // 4
            elif number == groups - 1 and groups > 2:
                size = 0
            else:
                size = self.random.randint(min(2, users), max(min(2, users), users // 3))
            self.add_group(set(self.random.sample(keys, size)))
        for name in self.profile.rules.system_groups:
            self.add_system_group(name, set(self.random.sample(keys, min(2, users))))

    def change(self, entry: Entry, attributes: Mapping[str, Value]) -> Entry:
        """Set attributes in the source, with values that the endpoint allows."""
        entry.attributes |= self.profile.adapt(entry.kind, attributes, self._tag(entry.key))
        return entry

    def own_values(self, entry: Entry, number: int) -> dict[str, Value]:
        """Return values for the endpoint's own extensions."""
        return self.profile.own_values(entry.kind, number, self._tag(entry.key))

    # The endpoint ------------------------------------------------------------------------------------------------

    def resolved(self, entry: Entry, attributes: Mapping[str, Value]) -> dict[str, Value]:
        """Return attributes as the endpoint must answer them: a manager by its id, and defaults where nothing was sent."""
        resolved = dict(attributes)
        if resolved.pop(MANAGER, None) is not None and entry.manager_id is not None:
            resolved[MANAGER] = entry.manager_id
        sent = {plain(path) for path in resolved}
        defaults = self.profile.defaults(entry.kind)
        return resolved | {path: value for path, value in defaults.items() if plain(path) not in sent}

    def member_ids(self, keys: set[str]) -> list[str]:
        """Return the endpoint's ids of these users, in the order of their keys; those never created are left out."""
        ids = [self.users[key].id for key in sorted(keys)]
        return [id_ for id_ in ids if id_ is not None]

    def expected_groups(self, user: Entry) -> list[Entry]:
        """Return the groups that must list this user as a member now."""
        return [group for group in self.groups.values() if group.is_there and user.key in group.expected_members]

    def expected_sets(self, user: Entry) -> set[str] | None:
        """Return the ids of the permission sets that the user must have as `entitlements`; None when there are none.

        No operator maps a group of the run, or assigns a set to one of its users.
        """
        permissions = self.profile.rules.permissions
        if not permissions.sets:
            return None
        if user.expected.get("active") is False:
            return set()
        found: set[str] = set()
        if "roles" in permissions.sources and PRIMARY_ROLE in user.expected:
            found |= set(permissions.of(str(user.expected[PRIMARY_ROLE])))
        if "system-groups" in permissions.sources:
            found |= {id_ for group in self.expected_groups(user) for id_ in permissions.of(group.name)}
        return permissions.expected(found)

    def remove(self, entry: Entry) -> None:
        """Record that the endpoint must not have an entry, or a group with it."""
        entry.deleted = True
        for group in self.groups.values():
            group.sent_members.discard(entry.key)
            group.left_members.discard(entry.key)

    def disable(self, user: Entry) -> None:
        """Record the state that the endpoint must have of a disabled user, by its operator's rules."""
        rules = self.profile.rules
        if rules.deactivated == "remove":
            self.remove(user)
        elif rules.memberships == "remove":
            for group in self.groups.values():
                group.left_members |= {user.key} & group.sent_members

    def delete(self, entry: Entry) -> None:
        """Record the state that the endpoint must have of a deleted entry, by its operator's rules."""
        if entry.kind == "User" and self.profile.rules.deleted == "disable":
            entry.expected["active"] = False
            self.disable(entry)
        else:
            self.remove(entry)

    def _tag(self, key: str) -> str:
        """Return a text that nothing else of any run has."""
        return f"{self.run}-{key.replace(' ', '-')}"

    def _guid(self, key: str) -> str:
        """Return a stable object id of the source, unique to the run."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.run}/{key}"))
