"""The rules of an environment file as `scimprobe --expect` reads them: plain JSON, with every path in full."""

from typing import Any

from lambdas.environment.file import Environment, Source
from lambdas.environment.provider import build_provider
from lambdas.scim.discovery import Declarations
from scimprobe.endpoint.rules import FORMAT


def expectations(environment: Environment) -> dict[str, Any]:
    """Return what an environment's endpoint does beyond the RFCs, by its file."""
    provider = build_provider(environment)
    deprovisioning, groups = environment.users.deprovisioning, environment.groups
    permissions = environment.permissions
    has_system_groups = Source.SYSTEM_GROUPS in permissions.sources
    return {
        "format": FORMAT,
        "name": f"{environment.name}.toml",
        "users": {**_attributes(provider.declared("User")), **deprovisioning.model_dump()},
        "groups": {
            **_attributes(provider.declared("Group")),
            "served": groups.served,
            "created_by_clients": groups.created_by_clients,
            "system": [each.name for each in permissions.sets] if has_system_groups else [],
        },
        "extensions": [
            each.model_dump(
                mode="json",
                exclude={"name": True, "description": True, "attributes": {"__all__": {"description", "trim"}}},
            )
            for each in environment.extensions
        ],
        "permissions": {
            "sets": [{"id": each.id, "name": each.name} for each in permissions.sets],
            "sources": [each.value for each in permissions.sources],
            "default": list(permissions.default),
            "base": list(permissions.base),
            "unknown_role": permissions.unknown_role,
            "roles_from": permissions.roles_from,
            "one_role": permissions.one_role,
        },
        "capabilities": environment.capabilities.model_dump(),
    }


def _attributes(declared: Declarations) -> dict[str, Any]:
    """Return the rules on attributes; a shortened path of the file in full."""
    return {
        "required": [each.name for each in declared.required],
        "unique": [each.name for each in declared.unique],
        "allowed": {attribute.name: list(values) for attribute, values in declared.allowed},
        "defaults": {attribute.name: value for attribute, value in declared.defaults},
    }
