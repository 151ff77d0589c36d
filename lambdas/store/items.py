"""Items of users, groups and memberships: reading and writing them needs no SCIM model."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from lambdas.store import keys
from lambdas.store.keys import Item, Key

if TYPE_CHECKING:
    from lambdas.scim.members_in_requests import Member


@dataclass(frozen=True)
class ByHand:
    """What a user that an operator creates has beside its attributes."""

    login: str | None = None
    """The login method; None for the environment's default."""


@dataclass
class Stored:
    """A User or Group as the table holds it."""

    id: str
    document: str
    """The resource as JSON, without the attributes that are stored separately (:mod:`lambdas.store.documents`)."""

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
    """The login method that an operator set for this user."""

    by_hand: bool = False
    """Whether an operator created this user, and no identity provider has provisioned it since."""

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """Return the resource in an item of a ``USER`` or ``GROUP`` partition."""
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
            by_hand=item.get("by_hand", {}).get("BOOL", False),
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
        if self.login is not None:
            item["login"] = {"S": self.login}
        if self.by_hand:
            item["by_hand"] = {"BOOL": True}
        return item


def etag(version: int, digest: str = "") -> str:
    """Return a version as SCIM shows it: a weak entity tag (RFC 7644 section 3.14).

    :param digest: Changes with what the answer shows beyond the item; empty when it shows nothing more.
    """
    return f'W/"{version}-{digest}"' if digest else f'W/"{version}"'


def version_of(tag: str) -> int | None:
    """Return the version in an entity tag of :func:`etag`, or None for any other tag."""
    digits = tag.strip().removeprefix("W/").strip('"').partition("-")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 20 else None


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def member_item(directory: str, group_id: str, member: "Member", member_type: str) -> Item:
    """Return the item of one membership."""
    key = keys.member(directory, group_id, member.id)
    item: Item = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "type": {"S": member_type}}
    if member.display:
        item["display"] = {"S": member.display}
    return item


def member_value(item: Item) -> dict[str, Any]:
    """Return a membership as a value of a group's ``members``, with a ``$ref`` relative to the Tenant URL."""
    member_type = item["type"]["S"]
    value = {"value": item["sk"]["S"], "$ref": f"{member_type}s/{item['sk']['S']}", "type": member_type}
    if "display" in item:
        value["display"] = item["display"]["S"]
    return value
