"""The intended state: the users and groups of the source, and what of them the endpoint has been told.

An independent model of plain dicts and sets. Nothing the endpoint answers changes it, except for the ids it assigns.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from scimprobe.simulate import names
from scimprobe.simulate.attributes import MANAGER, Value

Kind = Literal["User", "Group"]

MANAGED_BY = 7
"""How many reports a manager has: a hierarchy of this breadth."""


@dataclass(eq=False)
class Entry:
    """One user or group of the source."""

    kind: Kind
    key: str
    """The source's own name for it, such as `user 7`; references between entries are keys."""

    attributes: dict[str, Value] = field(default_factory=dict)
    """What the source says now, by attribute path. A manager is a key."""

    members: set[str] = field(default_factory=set)
    """The keys of a group's members, as the source says now."""

    told: dict[str, Value] = field(default_factory=dict)
    """The attributes the endpoint has been told: what it must answer now."""

    told_members: set[str] = field(default_factory=set)
    """The members the endpoint has been told."""

    id: str | None = None
    """What the endpoint calls it; None until it is created."""

    deleted: bool = False
    """Whether the endpoint has been told to delete it."""

    former_names: list[str] = field(default_factory=list)
    """The matching values it had before: nothing may be found under them."""

    @property
    def matching(self) -> str:
        """The attribute that Entra matches by: userName of users, displayName of groups."""
        return "userName" if self.kind == "User" else "displayName"

    @property
    def name(self) -> str:
        """The value that Entra matches by, as the source says now."""
        return str(self.attributes[self.matching])

    @property
    def endpoint(self) -> str:
        """The path of its resource type: `/Users` or `/Groups`."""
        return f"/{self.kind}s"

    @property
    def label(self) -> str:
        """How reports call it, such as `User ada.li0@r1.example.com`."""
        return f"{self.kind} {self.name}"

    def rename(self, name: str) -> None:
        """Change the matching value, and remember the former one."""
        self.former_names.append(self.name)
        self.attributes[self.matching] = name


class Directory:
    """All users and groups of one run, by key. The run's id is in every name, so that no two runs collide."""

    def __init__(self, run: str, seed: int) -> None:
        self.run = run
        self.domain = f"r{run}.example.com"
        self.random = random.Random(seed)  # noqa: S311 - names, not secrets; a seed makes them repeatable
        self.users: dict[str, Entry] = {}
        self.groups: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        yield from self.users.values()
        yield from self.groups.values()

    def add_user(self) -> Entry:
        """A new user of the source, with a manager unless it is at the top or the odd one that has none."""
        number = len(self.users)
        attributes = names.person(self.random, number, self.domain)
        entry = Entry("User", f"user {number}", {"externalId": self._guid(f"user {number}"), **attributes})
        if number and number % 5:
            entry.attributes[MANAGER] = f"user {(number - 1) // MANAGED_BY}"
        self.users[entry.key] = entry
        return entry

    def add_group(self, members: set[str]) -> Entry:
        """A new group of the source with these keys as members."""
        number = len(self.groups)
        key = f"group {number}"
        attributes: dict[str, Value] = {
            "externalId": self._guid(key),
            "displayName": names.group_name(number, self.run),
        }
        self.groups[key] = Entry("Group", key, attributes, members)
        return self.groups[key]

    def populate(self, users: int, groups: int) -> None:
        """What the source holds before the first cycle: the first group has most users, the last of many has none."""
        keys = [self.add_user().key for _ in range(users)]
        for number in range(groups):
            if number == 0:
                size = users * 3 // 4
            elif number == groups - 1 and groups > 2:
                size = 0
            else:
                size = self.random.randint(min(2, users), max(min(2, users), users // 3))
            self.add_group(set(self.random.sample(keys, size)))

    def resolved(self, attributes: dict[str, Value]) -> dict[str, Value]:
        """Attributes as the endpoint must answer them: a manager by its id there; left out while it has none."""
        resolved = dict(attributes)
        if MANAGER in resolved:
            manager = self.users[str(resolved.pop(MANAGER))].id
            if manager is not None:
                resolved[MANAGER] = manager
        return resolved

    def member_ids(self, keys: set[str]) -> list[str]:
        """The endpoint's ids of these users, in the order of their keys; those never created are left out."""
        ids = [self.users[key].id for key in sorted(keys)]
        return [id_ for id_ in ids if id_ is not None]

    def told_groups(self, user: Entry) -> list[Entry]:
        """The groups that must list this user as a member now."""
        return [group for group in self.groups.values() if not group.deleted and user.key in group.told_members]

    def _guid(self, key: str) -> str:
        """A stable object id of the source, unique to the run."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.run}/{key}"))
