"""What the commands of `scimctl permissions` do."""

from collections.abc import Mapping
from typing import Any

from lambdas.environment.file.permissions import Source
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.resources import Resources
from scimctl.lookup import find
from scimctl.options import Output
from scimctl.permissions.show import print_change, print_permissions
from scimctl.targets import resolve


def list_permissions(environment: str, directory: str | None, output: Output) -> None:
    """Print the permission sets and the mapped groups."""
    print_permissions(_permissions(environment, directory), output)


def map_group(environment: str, directory: str | None, name: str, sets: list[str], output: Output) -> None:
    """Map a group to permission sets."""
    permissions = _permissions(environment, directory)
    permissions.require(Source.GROUPS)
    chosen = permissions.sets(sets)
    group = find(permissions.resources, "group", name)
    print_change(group, permissions.map_group(group, chosen), "is mapped to", output)


def unmap(environment: str, directory: str | None, name: str, sets: list[str] | None, output: Output) -> None:
    """Remove permission sets, or all, from a group's mapping. The group may be deleted."""
    permissions = _permissions(environment, directory)
    mapped = permissions.mappings()
    if name in mapped:
        group: Mapping[str, Any] = permissions.resources.find("Group", name) or {"id": name, "displayName": name}
    else:
        group = find(permissions.resources, "group", name)
    ids = _ids(permissions, sets, mapped.get(group["id"], frozenset()))
    print_change(group, permissions.unmap_group(group, ids), "is mapped to", output)


def assign(environment: str, directory: str | None, name: str, sets: list[str], output: Output) -> None:
    """Assign permission sets to a user."""
    permissions = _permissions(environment, directory)
    permissions.require(Source.OPERATOR)
    chosen = permissions.sets(sets)
    user = find(permissions.resources, "user", name)
    print_change(user, permissions.assign(user, chosen), "is assigned", output)


def unassign(environment: str, directory: str | None, name: str, sets: list[str] | None, output: Output) -> None:
    """Remove permission sets, or all, from those assigned to a user."""
    permissions = _permissions(environment, directory)
    user = find(permissions.resources, "user", name)
    ids = _ids(permissions, sets, permissions.assigned(user) if sets else frozenset())
    print_change(user, permissions.unassign(user, ids), "is assigned", output)


def _permissions(environment: str, directory: str | None) -> PermissionOperations:
    return PermissionOperations(Resources(resolve(environment), directory))


def _ids(permissions: PermissionOperations, sets: list[str] | None, there: frozenset[str]) -> list[str] | None:
    """Return the ids of the sets to remove, None for all. An id that is there may be of a set that the file no longer has."""
    if not sets:
        return None
    return [each if each in there else permissions.sets([each])[0].id for each in sets]
