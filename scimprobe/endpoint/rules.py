"""What the operator of an endpoint expects of it: the rules of an environment, as `--expect FILE` gives them.

The file is JSON. A key that is left out has the meaning of RFC 7643 and RFC 7644::

    {
      "format": 1,
      "name": "forms",                                           what reports call the file
      "users": {
        "required": ["emails.value"],                            paths that no user may lack
        "unique": ["emails.value"],                              paths of which no two users share a value
        "allowed": {"userType": ["Premium", "Standard"]},        paths with their only values
        "defaults": {"userType": "Standard"},                    paths with the value of a user that is sent without one
        "deactivated": "disable",                                what `active` false does: "disable" or "remove"
        "deleted": "remove",                                     what DELETE does: "remove" or "disable"
        "memberships": "keep"                                    of a disabled user: "keep" or "remove"
      },
      "groups": {"served": true, "created_by_clients": true,     and required, unique, allowed, defaults as above
                 "system": ["Owner"]},                           groups that exist, and are neither renamed nor deleted
      "extensions": [{"urn": "urn:...", "resource": "User", "open": false,
                      "attributes": [{"name": "folders", "type": "string", "multi_valued": true,
                                      "mutability": "readWrite", "shape": "strings"}]}],
      "permissions": {"sets": [{"id": "admin", "name": "Administrator"}],
                      "sources": ["roles"], "default": ["reader"], "base": [], "unknown_role": "ignore",
                      "roles_from": "roles", "one_role": false},
      "capabilities": {"bulk": true, "sort": true, "etag": true, "cursor": true}
    }
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from scimprobe.endpoint.paths import KINDS, Kind, Value

FORMAT = 1
"""The version of the file's form that is understood."""

_T = TypeVar("_T")


class RulesError(Exception):
    """A file of expectations cannot be used; the text says where and why."""


@dataclass(frozen=True)
class AttributeRules:
    """The rules on the attributes of one resource type, beside those of its schema."""

    required: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class ExtensionAttribute:
    """One attribute of a schema extension."""

    name: str
    type: str = "string"
    multi_valued: bool = False
    mutability: str = "readWrite"
    shape: Literal["strings", "objects"] = "strings"
    """The form in which a multi-valued attribute is answered."""


@dataclass(frozen=True)
class Extension:
    """One schema extension."""

    urn: str
    resource: Kind = "User"
    is_open: bool = False
    """Whether it accepts undeclared attributes, as texts."""

    attributes: tuple[ExtensionAttribute, ...] = ()


@dataclass(frozen=True)
class Permissions:
    """The permission sets of an endpoint's users, which it answers as `entitlements`."""

    sets: tuple[tuple[str, str], ...] = ()
    """Id and name of each."""

    sources: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    """The sets of a user that gets none from a source."""

    base: tuple[str, ...] = ()
    """The sets of every active user, in addition to all others."""

    refuses_unknown_roles: bool = False
    reads_groups_as_roles: bool = False
    """Whether the groups in a user's body are read as roles."""

    has_one_role: bool = False
    """Whether a new role replaces the others."""

    def expected(self, sets: Iterable[str]) -> set[str]:
        """Return the ids of all sets of an active user that gets these from sources."""
        return {*self.base, *(sets or self.default)}

    def of(self, role: str) -> list[str]:
        """Return the ids of the sets that a role names, by id or name and whatever the case."""
        return [id_ for id_, name in self.sets if role.casefold() in (id_.casefold(), name.casefold())]


@dataclass(frozen=True)
class Rules:
    """Everything that an operator expects of an endpoint beyond the RFCs."""

    name: str = ""
    """The name of the file in reports; empty when there is none."""

    attributes: Mapping[Kind, AttributeRules] = field(
        default_factory=lambda: {kind: AttributeRules() for kind in KINDS}
    )
    deactivated: Literal["disable", "remove"] = "disable"
    deleted: Literal["remove", "disable"] = "remove"
    memberships: Literal["keep", "remove"] = "keep"
    groups_served: bool = True
    groups_created: bool = True
    system_groups: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()
    permissions: Permissions = Permissions()
    capabilities: Mapping[str, bool] = field(default_factory=dict)


NO_RULES = Rules()
"""Nothing but the RFCs: the strict judgement of a foreign endpoint."""


def load(path: Path) -> Rules:
    """Return the rules of a file.

    :raises RulesError: It cannot be read, or is no file of expectations.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulesError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise RulesError(f"{path} is not JSON: {error}.") from error
    return read(document, str(path))


def read(document: object, origin: str = "The expectations") -> Rules:
    """Return the rules of a decoded document.

    :param origin: What errors call it.
    :raises RulesError: It is no document of expectations, or of another format.
    """
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RulesError(f'{origin}: not a file of expectations ("format": {FORMAT}).')
    whole = _Section(document, origin)
    users, groups = whole.section("users"), whole.section("groups")
    return Rules(
        name=whole.get("name", str, origin),
        attributes={"User": _attribute_rules(users), "Group": _attribute_rules(groups)},
        deactivated=cast("Any", users.choice("deactivated", "disable", "remove")),
        deleted=cast("Any", users.choice("deleted", "remove", "disable")),
        memberships=cast("Any", users.choice("memberships", "keep", "remove")),
        groups_served=groups.get("served", bool, True),
        groups_created=groups.get("created_by_clients", bool, True),
        system_groups=groups.texts("system"),
        extensions=tuple(_extension(each) for each in whole.sections("extensions")),
        permissions=_permissions(whole.section("permissions")),
        capabilities=whole.section("capabilities").flags(),
    )


def _attribute_rules(section: "_Section") -> AttributeRules:
    allowed = section.section("allowed")
    return AttributeRules(
        required=section.texts("required"),
        unique=section.texts("unique"),
        allowed={path: allowed.texts(path) for path in allowed.values},
        defaults=section.get("defaults", dict, {}),
    )


def _extension(section: "_Section") -> Extension:
    return Extension(
        urn=section.get("urn", str, ""),
        resource=cast("Any", section.choice("resource", *KINDS)),
        is_open=section.get("open", bool, False),
        attributes=tuple(
            ExtensionAttribute(
                name=each.get("name", str, ""),
                type=each.get("type", str, "string"),
                multi_valued=each.get("multi_valued", bool, False),
                mutability=each.choice("mutability", "readWrite", "immutable", "readOnly"),
                shape=cast("Any", each.choice("shape", "strings", "objects")),
            )
            for each in section.sections("attributes")
        ),
    )


def _permissions(section: "_Section") -> Permissions:
    return Permissions(
        sets=tuple((each.get("id", str, ""), each.get("name", str, "")) for each in section.sections("sets")),
        sources=section.texts("sources"),
        default=section.texts("default"),
        base=section.texts("base"),
        reads_groups_as_roles=section.choice("roles_from", "roles", "groups") == "groups",
        has_one_role=section.get("one_role", bool, False),
        refuses_unknown_roles=section.choice("unknown_role", "ignore", "refuse") == "refuse",
    )


@dataclass(frozen=True)
class _Section:
    """One object of the document, read key by key; what has the wrong type is an error that names the key."""

    values: Mapping[str, Any]
    where: str

    def get(self, key: str, kind: Callable[..., _T], default: _T) -> _T:
        value = self.values.get(key, default)
        if not isinstance(value, cast("Any", kind)):
            raise RulesError(f"{self.where}: {key} must be of type {getattr(kind, '__name__', kind)}.")
        return cast("_T", value)

    def choice(self, key: str, *choices: str) -> str:
        value = self.get(key, str, choices[0])
        if value not in choices:
            raise RulesError(f"{self.where}: {key} must be one of {', '.join(choices)}.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values: list[Any] = self.get(key, list, [])
        if not all(isinstance(each, str) for each in values):
            raise RulesError(f"{self.where}: {key} must be a list of strings.")
        return tuple(values)

    def flags(self) -> dict[str, bool]:
        return {key: self.get(key, bool, True) for key in self.values}

    def section(self, key: str) -> "_Section":
        return _Section(self.get(key, dict, {}), f"{self.where}: {key}")

    def sections(self, key: str) -> "list[_Section]":
        values: list[Any] = self.get(key, list, [])
        if not all(isinstance(each, dict) for each in values):
            raise RulesError(f"{self.where}: {key} must be a list of objects.")
        return [_Section(each, f"{self.where}: {key}[{number}]") for number, each in enumerate(values, start=1)]
