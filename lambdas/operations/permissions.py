"""What an operator decides about groups and users of a directory, recorded in the log under the operator's name."""

import difflib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from scim2_models import SCIMException

from lambdas.environment.file.permissions import Permissions, PermissionSet, Source
from lambdas.environment.permission_sets import Grant, sets_if_active
from lambdas.operations.journal import Journal
from lambdas.operations.permission_store import PermissionChange, PermissionStore
from lambdas.operations.problems import Problem
from lambdas.operations.resources import Resources
from lambdas.records import Kind, record
from lambdas.store.user_groups import permission_facts


class PermissionOperations:
    """Decides in one directory, and keeps a record of each decision that changed something."""

    def __init__(self, resources: Resources) -> None:
        """Take the directory's users and groups."""
        self.resources = resources
        self.store = PermissionStore(resources.table, resources.directory)

    @property
    def permissions(self) -> Permissions:
        """The permission sets of the environment's file."""
        return self.resources.target.settings.permissions

    def mappings(self) -> dict[str, frozenset[str]]:
        """Return the ids of the sets that groups are mapped to, by the groups' ids."""
        with self.resources.target.readable():
            return self.store.mappings()

    def assigned(self, user: Mapping[str, Any]) -> frozenset[str]:
        """Return the ids of the sets that operators assigned to a user."""
        with self._told():
            return self.store.assigned(user["id"])

    def sets(self, names: Iterable[str]) -> list[PermissionSet]:
        """Return the sets that an operator calls by their ids or names, whatever their case.

        :raises Problem: When one is no set of the environment.
        """
        return [self._set(name) for name in names]

    def require(self, source: Source) -> None:
        """Refuse a decision that would change nothing for anybody.

        :raises Problem: When the environment's file does not take sets from this source.
        """
        if source not in self.permissions.sources:
            name = self.resources.target.settings.name
            raise Problem(
                f"No user of environment {name} would get anything from it: permissions.sources in environments/{name}.toml has "
                f'no "{source}".'
            )

    def map_group(self, group: Mapping[str, Any], sets: Sequence[PermissionSet]) -> PermissionChange:
        """Let the members of a group have these sets, too."""
        return self._decide("map group", group, lambda: self.store.map_group(group["id"], [each.id for each in sets]))

    def unmap_group(self, group: Mapping[str, Any], ids: Sequence[str] | None) -> PermissionChange:
        """Take sets, or with None all, from what a group is mapped to."""
        return self._decide("unmap group", group, lambda: self.store.unmap_group(group["id"], ids))

    def assign(self, user: Mapping[str, Any], sets: Sequence[PermissionSet]) -> PermissionChange:
        """Give a user these sets."""
        return self._decide("assign sets", user, lambda: self.store.assign(user["id"], [each.id for each in sets]))

    def unassign(self, user: Mapping[str, Any], ids: Sequence[str] | None) -> PermissionChange:
        """Take sets, or with None all, from what operators assigned to a user."""
        return self._decide("unassign sets", user, lambda: self.store.unassign(user["id"], ids))

    def set_login(self, user: Mapping[str, Any], method: str | None) -> PermissionChange:
        """Say how a user signs in; None for the environment's default."""
        return self._decide("set login", user, lambda: self.store.set_login(user["id"], method))

    def grants(self, user: Mapping[str, Any]) -> list[Grant]:
        """Return the sets that a user has or, when disabled, would have, each with its reasons."""
        with self.resources.target.readable():
            reader = self.resources.reader()
            stored = reader.stored(reader.type_named("User"), user["id"])
            groups = list(reader.user_groups.existing(stored.groups).values())
        return sets_if_active(self.permissions, permission_facts(stored, None, user.get("roles"), groups))

    def _set(self, name: str) -> PermissionSet:
        known = {text.casefold(): each for each in self.permissions.sets for text in (each.name, each.id)}
        if name.casefold() in known:
            return known[name.casefold()]
        environment = self.resources.target.settings.name
        near = difflib.get_close_matches(name.casefold(), known, n=1)
        hint = f" Did you mean {known[near[0]].id}?" if near else ""
        there = ", ".join(each.id for each in self.permissions.sets) or "none"
        raise Problem(f"{name} is no permission set of environment {environment}.{hint} The sets are: {there}.")

    def _decide(
        self, action: str, subject: Mapping[str, Any], decide: Callable[[], PermissionChange]
    ) -> PermissionChange:
        journal = Journal(self.resources.target)
        with self._told():
            decided = decide()
        if decided.before != decided.after:
            journal.write(self._record(journal, action, subject, decided))
        return decided

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what goes wrong into a :class:`Problem`."""
        try:
            with self.resources.target.readable():
                yield
        except SCIMException as refusal:
            raise Problem(f"{refusal.detail}") from refusal

    def _record(
        self, journal: Journal, action: str, subject: Mapping[str, Any], decided: PermissionChange
    ) -> dict[str, Any]:
        return record(
            Kind.OPERATION,
            environment=self.resources.target.settings.name,
            request_id=str(uuid.uuid4()),
            directory=self.resources.directory,
            resource_type="User" if "userName" in subject else "Group",
            resource_id=subject["id"],
            resource_name=subject.get("userName") or subject.get("displayName"),
            operator=journal.operator,
            action=action,
            detail=f"{told(decided.before)} → {told(decided.after)}",
        )


def told(values: Iterable[str]) -> str:
    """Return ids as people read them; ``none`` for none."""
    return ", ".join(sorted(values)) or "none"
