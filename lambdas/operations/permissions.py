"""Who has which permission sets, and what an operator changes about it."""

import difflib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lambdas.environment.file.permissions import Permissions, PermissionSet, Source
from lambdas.environment.permission_sets import Grant, sets_if_active
from lambdas.operations.journal import Journal
from lambdas.operations.permission_store import PermissionChange, PermissionStore
from lambdas.operations.problems import NotFound, Problem
from lambdas.operations.resources import Resources
from lambdas.records import Kind, record
from lambdas.scim.case_sensitivity import comparable_text
from lambdas.store.user_groups import permission_facts

Resource = Mapping[str, Any]
"""A user or group as :meth:`Resources.find` returns it."""


class PermissionOperations:
    """The permission sets of one directory's users. Each change is recorded, unless it changes nothing.

    Every method raises :class:`Problem` when the table cannot be reached.
    """

    def __init__(self, resources: Resources) -> None:
        """Open the permissions of a directory's users and groups."""
        self.resources = resources
        self.store = PermissionStore(resources.table, resources.directory)

    @property
    def permissions(self) -> Permissions:
        """The permission sets of the environment's file."""
        return self.resources.target.settings.permissions

    # -- Reading ----------------------------------------------------------------------------------------------------

    def mappings(self) -> dict[str, frozenset[str]]:
        """Return the ids of the sets that groups are mapped to, by the groups' ids."""
        with self.resources.target.aws_errors_as_problems():
            return self.store.mappings()

    def mapped_groups(self) -> list[dict[str, Any]]:
        """Return the mapped groups by name: ``group`` (its id), ``displayName`` (None when deleted), ``sets`` (ids)."""
        mapped = self.mappings()
        with self.resources.target.aws_errors_as_problems():
            groups = self.resources.reader().user_groups.existing(mapped)
        names = {each: facts.name for each, facts in groups.items()}
        lines = [{"group": each, "displayName": names.get(each), "sets": sorted(sets)} for each, sets in mapped.items()]
        return sorted(lines, key=lambda line: (line["displayName"] is None, line["displayName"] or "", line["group"]))

    def assigned(self, user: Resource) -> frozenset[str]:
        """Return the ids of the sets that operators assigned to a user."""
        with self.resources.errors_as_problems():
            return self.store.assigned(user["id"])

    def grants(self, user: Resource) -> list[Grant]:
        """Return the sets that a user has or, when disabled, would have, each with its reasons."""
        with self.resources.target.aws_errors_as_problems():
            reader = self.resources.reader()
            stored = reader.stored(reader.type_named("User"), user["id"])
            groups = list(reader.user_groups.existing(stored.groups).values())
        return sets_if_active(self.permissions, permission_facts(stored, None, user.get("roles"), groups))

    def grants_of(
        self, users: Sequence[Resource], mapping: tuple[str, frozenset[str]] | None = None
    ) -> dict[str, list[Grant]]:
        """Return the same for each user of a page, by id: 1 BatchGetItem for each 100 users, and 1 for each 100 of their groups.

        :param mapping: A group's id, and the ids of sets that it would be mapped to instead of those that it is.
        """
        with self.resources.target.aws_errors_as_problems():
            reader = self.resources.reader()
            stored = reader.stored_many(reader.type_named("User"), [each["id"] for each in users])
            groups = dict(reader.user_groups.existing({each for one in stored for each in one.groups}))
        if mapping is not None and mapping[0] in groups:
            groups[mapping[0]] = replace(groups[mapping[0]], sets=mapping[1])
        roles = {each["id"]: each.get("roles") for each in users}
        return {
            one.id: sets_if_active(
                self.permissions,
                permission_facts(
                    one, None, roles[one.id], [groups[each] for each in sorted(one.groups) if each in groups]
                ),
            )
            for one in stored
        }

    def sets(self, names: Iterable[str]) -> list[PermissionSet]:
        """Return the sets with these ids or names, in any case.

        :raises NotFound: When the environment's file has no such set.
        """
        return [self._set(name) for name in names]

    def require(self, source: Source) -> None:
        """Raise an error for a change that would have no effect.

        :raises Problem: When the environment's file does not use this source of permission sets.
        """
        if source not in self.permissions.sources:
            name = self.resources.target.settings.name
            raise Problem(
                f"This would have no effect in environment {name}: permissions.sources in environments/{name}.toml does "
                f'not include "{source}".'
            )

    # -- Changing ---------------------------------------------------------------------------------------------------

    def map_group(self, group: Resource, sets: Sequence[PermissionSet]) -> PermissionChange:
        """Map a group to permission sets, in addition to those it is mapped to."""
        return self._change("map group", group, lambda: self.store.map_group(group["id"], [each.id for each in sets]))

    def unmap_group(self, group: Resource, ids: Sequence[str] | None) -> PermissionChange:
        """Remove sets, or with None all, from a group's mapping."""
        return self._change("unmap group", group, lambda: self.store.unmap_group(group["id"], ids))

    def assign(self, user: Resource, sets: Sequence[PermissionSet]) -> PermissionChange:
        """Assign permission sets to a user, in addition to those already assigned."""
        return self._change("assign sets", user, lambda: self.store.assign(user["id"], [each.id for each in sets]))

    def unassign(self, user: Resource, ids: Sequence[str] | None) -> PermissionChange:
        """Remove sets, or with None all, from those assigned to a user."""
        return self._change("unassign sets", user, lambda: self.store.unassign(user["id"], ids))

    def set_login(self, user: Resource, method: str | None) -> PermissionChange:
        """Set a user's login method; None for the environment's default."""
        return self._change("set login", user, lambda: self.store.set_login(user["id"], method))

    def _set(self, name: str) -> PermissionSet:
        known = {comparable_text(text): each for each in self.permissions.sets for text in (each.name, each.id)}
        if comparable_text(name) in known:
            return known[comparable_text(name)]
        environment = self.resources.target.settings.name
        near = difflib.get_close_matches(comparable_text(name), known, n=1)
        hint = f" Did you mean {known[near[0]].id}?" if near else ""
        there = ", ".join(each.id for each in self.permissions.sets) or "none"
        raise NotFound(f"Environment {environment} has no permission set {name}.{hint} Its sets are: {there}.")

    def _change(self, action: str, subject: Resource, change: Callable[[], PermissionChange]) -> PermissionChange:
        journal = Journal(self.resources.target)
        with self.resources.errors_as_problems():
            made = change()
        if made.before != made.after:
            journal.write(self._record(journal, action, subject, made))
        return made

    def _record(self, journal: Journal, action: str, subject: Resource, made: PermissionChange) -> dict[str, Any]:
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
            detail=f"{listed(made.before)} → {listed(made.after)}",
        )


def listed(values: Iterable[str]) -> str:
    """Return ids as one text: sorted, separated by commas; ``none`` for none."""
    return ", ".join(sorted(values)) or "none"
