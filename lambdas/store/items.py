"""How a resource lies in an item: one JSON document, and beside it what is read or changed without parsing it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, cast

from scim2_models import ComplexAttribute, Context, InvalidValueException, Meta, Resource, ResourceType

from lambdas.scim.extensions.redeclared import read_stored
from lambdas.scim.membership import Member
from lambdas.scim.product_attributes import ProductUser, computes_entitlements
from lambdas.store import keys
from lambdas.store.keys import Key
from lambdas.store.table import Item

NOT_IN_DOCUMENT = frozenset({"id", "meta", "groups", "password"})
"""Attributes that the document leaves out: kept beside it, derived, or (``password``) never kept at all."""

PRODUCT_USER = str(ProductUser.__schema__)
"""The extension in which we say how a user signs in."""

MAX_DOCUMENT_BYTES = 300_000
"""Bytes of a document. An item ends at 400 KB (AWS limit), and a user's group ids share it: 300 KB leave room for 2,500."""


@dataclass
class Stored:
    """A User or Group as the table holds it."""

    id: str
    document: str
    """The resource as JSON, without :data:`NOT_IN_DOCUMENT` and without a group's members."""

    version: int
    created: datetime
    modified: datetime
    name: str | None = None
    """``userName`` or ``displayName``, so that a reference shows it without parsing the document."""

    groups: frozenset[str] = field(default_factory=frozenset)
    """The ids of the groups that this user or group is a direct member of."""

    assigned: frozenset[str] = field(default_factory=frozenset)
    """The ids of the permission sets that an operator assigned to this user."""

    login: str | None = None
    """How this user signs in, when an operator said so."""

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """Read an item of a ``USER`` or ``GROUP`` partition."""
        return cls(
            id=item["sk"]["S"],
            document=item["doc"]["S"],
            version=int(item["version"]["N"]),
            created=datetime.fromisoformat(item["created"]["S"]),
            modified=datetime.fromisoformat(item["modified"]["S"]),
            name=item.get("name", {}).get("S"),
            groups=frozenset(item.get("groups", {}).get("SS", ())),
            assigned=frozenset(item.get("assigned", {}).get("SS", ())),
            login=item.get("login", {}).get("S"),
        )

    def to_item(self, key: Key) -> Item:
        """Return the item of a resource that is in no group yet."""
        item: Item = {
            "pk": {"S": key.pk},
            "sk": {"S": key.sk},
            "doc": {"S": self.document},
            "version": {"N": str(self.version)},
            "created": {"S": self.created.isoformat()},
            "modified": {"S": self.modified.isoformat()},
        }
        if self.name is not None:
            item["name"] = {"S": self.name}
        return item

    def to_resource(self, resource_type: ResourceType, model: type[Resource[Any]]) -> Resource[Any]:
        """Return the resource, without what is kept apart from it (a user's groups, a group's members)."""
        document = json.loads(self.document)
        if len(document.get("schemas", ())) > 1:
            # An extension that the environment's file has no longer is not shown, so neither is its name.
            known = model.get_extension_models().keys() | {str(model.__schema__)}
            document["schemas"] = [each for each in document["schemas"] if each in known]
        resource = read_stored(document, model)
        resource.id = self.id
        resource.meta = Meta(
            resource_type=resource_type.name,
            created=self.created,
            last_modified=self.modified,
            version=etag(self.version),
        )
        return resource


def document_of(resource: Resource[Any]) -> str:
    """Return the JSON document of a resource.

    :raises InvalidValueException: When it exceeds :data:`MAX_DOCUMENT_BYTES`, or holds what UTF-8 cannot.
    """
    dumped = resource.model_dump(scim_ctx=Context.DEFAULT)
    left_out = _left_out(type(resource))
    if PRODUCT_USER in dumped.get("schemas", ()):
        dumped["schemas"] = [each for each in dumped["schemas"] if each != PRODUCT_USER]
    document = json.dumps(
        {name: value for name, value in dumped.items() if name not in left_out},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    try:
        size = len(document.encode())
    except UnicodeEncodeError:
        raise InvalidValueException(detail="A string holds an unpaired surrogate, which is no Unicode text") from None
    if size > MAX_DOCUMENT_BYTES:
        raise InvalidValueException(
            detail=f"The resource takes {size:,} bytes; the directory keeps up to {MAX_DOCUMENT_BYTES:,} per resource. "
            "Send fewer or shorter values."
        )
    return document


def _left_out(model: type[Resource[Any]]) -> frozenset[str]:
    """Return what the documents of a model leave out: what is kept beside them, and what we say ourselves."""
    left_out = NOT_IN_DOCUMENT | {PRODUCT_USER}
    if "members" in model.model_fields:
        left_out |= {"members"}
    return left_out | {"entitlements"} if computes_entitlements(model) else left_out


def name_of(resource: Resource[Any]) -> str | None:
    """Return what people know the resource by: a user's ``userName``, a group's ``displayName``."""
    if "user_name" in type(resource).model_fields:
        return getattr(resource, "user_name", None)
    return getattr(resource, "display_name", None)


def etag(version: int, digest: str = "") -> str:
    """Return a version as SCIM shows it: a weak entity tag (RFC 7644 section 3.14).

    :param digest: Stands for what the answer shows and the item does not hold; empty when there is nothing like that.
    """
    return f'W/"{version}-{digest}"' if digest else f'W/"{version}"'


def version_of(tag: str) -> int | None:
    """Return the version that an entity tag of ours stands for, or None for any other."""
    digits = tag.strip().removeprefix("W/").strip('"').partition("-")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 20 else None


def now() -> datetime:
    """Return the present time, in UTC."""
    return datetime.now(UTC)


def member_item(directory: str, group_id: str, member: Member, member_type: str) -> Item:
    """Return the item of one membership."""
    key = keys.member(directory, group_id, member.id)
    item: Item = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "type": {"S": member_type}}
    if member.display:
        item["display"] = {"S": member.display}
    return item


def member_value(item: Item) -> dict[str, Any]:
    """Return a membership as a value of a group's ``members``; its ``$ref`` is relative, the service makes it a URL."""
    member_type = item["type"]["S"]
    value = {"value": item["sk"]["S"], "$ref": f"{member_type}s/{item['sk']['S']}", "type": member_type}
    if "display" in item:
        value["display"] = item["display"]["S"]
    return value


def set_values(resource: Resource[Any], attribute: str, values: list[dict[str, Any]]) -> None:
    """Set a multi-valued complex attribute from plain values of our own making."""
    entry = entry_of(resource, attribute)
    setattr(resource, attribute, [entry.model_validate(value) for value in values])


def entry_of(resource: Resource[Any], attribute: str) -> type[ComplexAttribute]:
    """Return the model of the values of a multi-valued complex attribute."""
    return cast("type[ComplexAttribute]", type(resource).get_field_root_type(attribute))
