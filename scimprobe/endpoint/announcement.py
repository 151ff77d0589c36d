"""What an endpoint announces of itself: /Schemas, /ResourceTypes and /ServiceProviderConfig (RFC 7643 sections 5 to 7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scimprobe.endpoint.paths import KINDS, Kind, parent
from scimprobe.wire import Client

OPERATION = "read schemas"
"""What the measurements call these requests."""


@dataclass(frozen=True)
class Attribute:
    """One attribute or sub-attribute of a resource type."""

    path: str
    """Such as `userType`, `name.givenName`, `emails.value`, or with the URN of an extension before a colon."""

    type: str = "string"
    multi_valued: bool = False

    has_parts: bool = False
    """Whether it is complex, so that its values are those of its sub-attributes."""

    required: bool = False
    """Whether every resource must have it; a sub-attribute only where its parent must be there, too."""

    values: tuple[str, ...] = ()
    """The canonicalValues; any value is fine when there are none."""

    mutability: str = "readWrite"
    unique: bool = False

    @property
    def is_writable(self) -> bool:
        """Whether a client may set it when it creates the resource."""
        return self.mutability != "readOnly"


@dataclass(frozen=True)
class Announcement:
    """Everything that an endpoint announces; empty where it announces nothing."""

    attributes: Mapping[Kind, Mapping[str, Attribute]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    """By resource type, the attributes by their path in lower case."""

    extensions: Mapping[Kind, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(KINDS, ()))
    """By resource type, the URNs of its schema extensions."""

    capabilities: Mapping[str, bool] = field(default_factory=dict)
    """By name (`bulk`, `sort`, `etag`, ...), whether ServiceProviderConfig announces it as supported."""


def read(client: Client) -> Announcement:
    """Return what the endpoint behind a client announces. An answer that cannot be read announces nothing."""
    schemas = {str(each.get("id", "")).lower(): each for each in _listed(client, "/Schemas")}
    attributes: dict[Kind, dict[str, Attribute]] = {kind: {} for kind in KINDS}
    extensions: dict[Kind, tuple[str, ...]] = dict.fromkeys(KINDS, ())
    for resource_type in _listed(client, "/ResourceTypes"):
        for kind in KINDS:
            if resource_type.get("name") != kind:
                continue
            urns = [str(each.get("schema", "")) for each in _objects(resource_type.get("schemaExtensions"))]
            extensions[kind] = tuple(urns)
            core = schemas.get(str(resource_type.get("schema", "")).lower(), {})
            attributes[kind] = {each.path.lower(): each for each in _attributes(core.get("attributes"), "")}
            for urn in urns:
                declared = schemas.get(urn.lower(), {}).get("attributes")
                attributes[kind] |= {each.path.lower(): each for each in _attributes(declared, f"{urn}:")}
    return Announcement(attributes, extensions, _capabilities(client))


def _capabilities(client: Client) -> dict[str, bool]:
    config = client.send(OPERATION, "GET", "/ServiceProviderConfig").resource or {}
    return {
        name: value["supported"]
        for name, value in config.items()
        if isinstance(value, dict) and isinstance(value.get("supported"), bool)
    }


def _listed(client: Client, path: str) -> list[dict[str, Any]]:
    """Return what a discovery endpoint lists."""
    answer = client.send(OPERATION, "GET", path)
    return _objects((answer.resource or {}).get("Resources")) if answer.status == 200 else []


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _attributes(declared: object, prefix: str, *, is_required: bool = True) -> Iterator[Attribute]:
    """Return the attributes of a schema, each followed by its sub-attributes."""
    for each in _objects(declared):
        name = each.get("name")
        if not isinstance(name, str):
            continue
        path, parts = f"{prefix}{name}", _objects(each.get("subAttributes"))
        required = is_required and each.get("required") is True
        canonical = each.get("canonicalValues")
        yield Attribute(
            path=path,
            type=str(each.get("type", "string")),
            multi_valued=each.get("multiValued") is True,
            has_parts=bool(parts),
            required=required,
            values=tuple(str(value) for value in canonical) if isinstance(canonical, list) else (),
            mutability=str(each.get("mutability", "readWrite")),
            unique=each.get("uniqueness") in ("server", "global"),
        )
        yield from _attributes(parts, f"{path}.", is_required=required)


def is_top(attribute: Attribute) -> bool:
    """Return whether an attribute is no sub-attribute."""
    return parent(attribute.path) == attribute.path
