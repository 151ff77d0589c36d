"""The summary of an environment file in words, for people to read before they deploy it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from lambdas.environment.deployment_summary import days, deployment
from lambdas.environment.file import (
    AttributeRules,
    Deprovisioning,
    EndpointSettings,
    ExtensionAttribute,
    ExtensionSchema,
    Permissions,
    Source,
)

if TYPE_CHECKING:  # as in deployment_summary
    from lambdas.environment.file import Environment

NOTHING = "nothing"
AS_SPECIFIED = "as RFC 7643 says"

SOURCES: Mapping[Source, str] = {
    Source.GROUPS: "groups that an operator maps",
    Source.ROLES: "roles that the client sends",
    Source.SYSTEM_GROUPS: "a system group for each set",
    Source.OPERATOR: "an operator's assignment to a user",
}
"""The sources of permission sets, as parts of a sentence."""


def place_of(environment: "Environment") -> str:
    """Return where an environment is deployed, in short."""
    return "local cloud" if environment.local else f"{environment.aws.account}, {environment.aws.region}"


def summary(environment: "Environment") -> Iterator[tuple[str, list[str]]]:
    """Return the settings of an environment, as titles with one or more lines each."""
    yield "Description", [environment.description]
    yield "Deployed", [f"stack scim-{environment.name} in {_account(environment)}"]
    yield "Tenant URLs", [_tenant_url(environment)]
    yield from deployment(environment)
    yield from behavior(environment)


def behavior(environment: EndpointSettings) -> Iterator[tuple[str, list[str]]]:
    """Return how the endpoint of an environment behaves, as titles with one or more lines each."""
    yield "Directory", [environment.directory]
    yield "Tokens", [f"expire {days(environment.tokens.lifetime_days)} after they are generated"]
    off = [name for name, on in environment.capabilities.model_dump().items() if not on]
    yield "Switched off", [", ".join(off) or NOTHING]
    yield "Users", _rules(environment.users) or [AS_SPECIFIED]
    yield "Leaving", [_leaving(environment.users.deprovisioning)]
    yield "Groups", _groups(environment) or [AS_SPECIFIED]
    yield "Extensions", [line for each in environment.extensions for line in _extension(each)] or ["none"]
    yield "Permissions", list(_permissions(environment.permissions)) or ["none: entitlements are the client's"]
    yield "Login", [_login(environment)]
    yield "Watch", [_watch(environment)]
    yield "Guard", [_guard(environment)]


def _account(environment: "Environment") -> str:
    if environment.local:
        return "the local cloud"
    return f"account {environment.aws.account}, {environment.aws.region}"


def _tenant_url(environment: "Environment") -> str:
    if environment.domain:
        return f"{environment.domain.base_url}/v2/CONNECTION"
    return "at the local cloud's own address" if environment.local else "at API Gateway's own address"


def _rules(rules: AttributeRules) -> list[str]:
    """Return what holds for attributes beyond RFC 7643."""
    named = {"required": rules.required, "unique": rules.unique, "matched by": rules.matching}
    lines = [f"{what}: {', '.join(paths)}" for what, paths in named.items() if paths]
    lines += [f"{path}: only {_listed(values, 'or')}" for path, values in rules.allowed.items()]
    lines += [f"{path}: {_value(value)} when none is sent" for path, value in rules.defaults.items()]
    return lines


def _groups(environment: EndpointSettings) -> list[str]:
    if not environment.groups.served:
        return ["none: a search finds none, and creating one is refused"]
    fixed = "clients change members only; they create, rename and delete no group"
    return [*([] if environment.groups.created_by_clients else [fixed]), *_rules(environment.groups)]


def _leaving(leaving: Deprovisioning) -> str:
    deactivated = "removes the user" if leaving.deactivated == "remove" else "disables the user"
    deleted = "removes it" if leaving.deleted == "remove" else "keeps it, disabled"
    parts = [f"active = false {deactivated}", f"DELETE {deleted}"]
    if "disable" in (leaving.deactivated, leaving.deleted):
        stays = "stays in its groups" if leaving.memberships == "keep" else "leaves its groups"
        parts.append(f"a disabled user {stays}")
    return ", ".join(parts)


def _extension(schema: ExtensionSchema) -> Iterator[str]:
    opened = ", open: takes any other attribute as text" if schema.open else ""
    yield f"{schema.urn} of {schema.resource.lower()}s{opened}"
    for attribute in schema.attributes:
        yield f"  {attribute.name}: {_attribute(attribute)}"


def _attribute(attribute: ExtensionAttribute) -> str:
    parts = [f"list of {attribute.type}s" if attribute.multi_valued else attribute.type]
    if attribute.multi_valued and attribute.shape == "objects":
        parts.append("returned as objects")
    if attribute.mutability != "readWrite":
        parts.append(attribute.mutability)
    if attribute.case_exact:
        parts.append("case exact")
    return ", ".join(parts)


def _permissions(permissions: Permissions) -> Iterator[str]:
    if not permissions.sets:
        return
    yield f"sets: {', '.join(f'{each.id} ({each.name})' for each in permissions.sets)}"
    sources = [SOURCES[each] for each in dict.fromkeys(permissions.sources)]
    yield f"from: {', '.join(sources) or 'no source, so every user has the default'}"
    yield f"a user who gets none has: {', '.join(permissions.default) or NOTHING}"
    if permissions.base:
        yield f"every active user has, too: {', '.join(permissions.base)}"
    if permissions.one_role:
        yield "a user has one role: a new one replaces the others"
    if permissions.roles_from == "groups":
        yield "the groups in a user's body are read as roles"
    if Source.ROLES in permissions.sources:
        refused = permissions.unknown_role == "refuse"
        yield f"a role that is no set is {'refused' if refused else 'kept and gives nothing'}"


def _login(environment: EndpointSettings) -> str:
    if environment.login is None:
        return "users have no login method"
    return f"{environment.login.default}, unless an operator says otherwise of a user"


def _watch(environment: EndpointSettings) -> str:
    watch = environment.watch
    if watch is None:
        return "nothing notices that provisioning stopped"
    silent = f"is stalled after {watch.silent_hours} silent hours" if watch.silent_hours else "is never stalled"
    return (
        f"a connection {silent}, a user is failing after {watch.failures} refused requests a day, credentials are reported "
        f"{days(watch.ending_days)} before they expire"
    )


def _guard(environment: EndpointSettings) -> str:
    guard = environment.guard
    if guard is None:
        return "an identity provider can deprovision any number of users"
    share = f" and {guard.percent} % of the directory" if guard.percent else ""
    done = "is held until an operator releases it" if guard.action == "hold" else "raises an alarm"
    return f"deprovisioning more than {guard.users} users{share} within an hour {done}"


def _listed(values: Iterable[str], last: str) -> str:
    *most, end = map(_value, values)
    return f"{', '.join(most)} {last} {end}" if most else end


def _value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
