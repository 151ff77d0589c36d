"""Changes of a group's members as deltas, read from a request without reading the members.

A group may have a hundred thousand members; a request names a few of them. The operations on members that clients send
(idp-behaviour 1.10: add, remove with a value, remove by filter, remove all, replace) become one :class:`MemberChange`.
"""

from dataclasses import dataclass, field
from typing import Any

from scim2_models import AttributeBinding, InvalidValueException, PatchOp
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from lambdas.scim.detail import Detail
from lambdas.scim.plain_patches import PlainPatch
from lambdas.scim.trace import ignored_attributes

GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"


@dataclass(frozen=True)
class Member:
    """A member as a request names it."""

    id: str
    """The id of the User or Group."""

    type: str | None = None
    """``User`` or ``Group`` when ``type`` or ``$ref`` of the request says so; most clients send neither."""

    display: str | None = None
    """The display name of the request, returned as sent."""


@dataclass
class MemberChange:
    """The change of a group's members by one request: the sum of its operations, in order."""

    replaces: bool = False
    """Whether :attr:`added` replaces all members."""

    added: dict[str, Member] = field(default_factory=dict)
    """The members to add, by id."""

    removed: set[str] = field(default_factory=set)
    """The ids to remove."""

    def add(self, members: list[Member]) -> None:
        """Append an operation that adds members."""
        for member in members:
            self.added[member.id] = member
            self.removed.discard(member.id)

    def remove(self, ids: list[str]) -> None:
        """Append an operation that removes members; removing an absent one is no error."""
        for member_id in ids:
            self.added.pop(member_id, None)
            self.removed.add(member_id)

    def replace(self, members: list[Member]) -> None:
        """Append an operation that replaces all members."""
        self.replaces = True
        self.added = {member.id: member for member in members}
        self.removed = set()


class MembersNeeded(Exception):  # noqa: N818 -- not an error: the present members have to be read
    """An operation whose outcome depends on the present members, such as one on ``members[type eq "User"]``."""


def read_member(value: Any, where: str) -> Member:
    """Read one member of a request.

    :param value: ``{"value": id, "type"?, "$ref"?, "display"?}``, or the id alone, as a string.
    :param where: The value's path in the request, such as ``members[2]``, for the error.
    :raises InvalidValueException: When no id can be read.
    """
    if isinstance(value, str) and value:
        return Member(value)
    entry = {str(key).lower(): item for key, item in value.items()} if isinstance(value, dict) else {}
    member_id, reference = entry.get("value"), entry.get("$ref")
    if not member_id and isinstance(reference, str):
        member_id = reference.rstrip("/").rpartition("/")[2]
    if not isinstance(member_id, str) or not member_id:
        raise InvalidValueException(
            detail=Detail("{where}.value must be the id of a User or Group, as a string.", where=where)
        )
    display = entry.get("display")
    return Member(member_id, _type_of(entry), display if isinstance(display, str) and display else None)


def read_members(value: Any) -> list[Member]:
    """Read the members of an operation: a list of them, a single one, or nothing.

    :raises InvalidValueException: When one of them names no id.
    """
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [read_member(item, f"members[{index}]") for index, item in enumerate(values)]


def split_members(patch_op: "PatchOp[Any]") -> tuple[MemberChange | None, list[Any]]:
    """Return a PATCH of a group in two parts: its change of members, and its operations on other attributes.

    The two commute, so each keeps its own order (RFC 7644 section 3.5.2).

    :return: The change, or None when the request does not touch members; and the other operations.
    :raises MembersNeeded: When an operation depends on the present members.
    :raises InvalidValueException: When a member names no id.
    """
    change = MemberChange()
    touched = False
    others: list[Any] = []
    for operation in patch_op.operations or []:
        if operation.path:
            binding = operation.path.resolve()
            if binding is not None and binding.field_name == "members":
                touched = True
                _fold_path(change, operation, binding)
            else:
                others.append(operation)
            continue
        rest, members = _split_value(operation.value)
        if members is not _ABSENT:
            touched = True
            _fold(change, str(operation.op), members)
        if rest or members is _ABSENT:
            others.append(operation.model_copy(update={"value": rest}))
    return (change if touched else None), others


def read_plain_change(patch: PlainPatch) -> MemberChange:
    """Return the change of members that :func:`split_members` returns for a plain PATCH of a group."""
    change = MemberChange()
    for operation in patch.operations:
        _fold(change, operation["op"], operation["value"])
    return change


_ABSENT = object()


def _split_value(value: Any) -> tuple[Any, Any]:
    """Return the value of an operation without a path in two parts: all but the members, and the members."""
    if not isinstance(value, dict):
        return value, _ABSENT
    rest = dict(value)
    members: Any = _ABSENT
    for key in value:
        name = str(key).lower()
        if name in ("members", f"{GROUP_URN}:members".lower()):
            members = rest.pop(key)
        elif name.startswith(("members.", "members[", f"{GROUP_URN}:members".lower())):
            raise MembersNeeded
    return rest, members


def _fold_path(change: MemberChange, operation: Any, binding: AttributeBinding) -> None:
    if binding.sub_field_name is not None:
        raise MembersNeeded
    value_filter = operation.path.value_filter
    if value_filter is None:
        _fold(change, str(operation.op), operation.value)
        return
    ids = _ids_of(value_filter)
    if ids is None or str(operation.op) != "remove" or operation.value is not None:
        raise MembersNeeded
    change.remove(ids)


def _fold(change: MemberChange, op: str, value: Any) -> None:
    """Append one operation on the whole ``members`` attribute."""
    if op == "add":
        change.add(read_members(value))
    elif op == "replace":
        change.replace(read_members(value))
    elif value is None:
        change.replace([])
    else:
        change.remove([member.id for member in read_members(value)])


def _ids_of(node: FilterNode) -> list[str] | None:
    """Return the ids that ``value eq "a" or value eq "b" ...`` names, or None for any other filter."""
    if isinstance(node, LogicalExpr) and node.op is LogicalOperator.or_:
        parts = [_ids_of(term) for term in node.terms]
        return None if None in parts else [each for part in parts if part for each in part]
    if (
        isinstance(node, Comparison)
        and node.op is CompareOperator.eq
        and node.attr_path.attr.lower() == "value"
        and node.attr_path.sub_attr is None
        and isinstance(node.value, str)
    ):
        return [node.value]
    return None


def _type_of(entry: dict[str, Any]) -> str | None:
    """Return the type of a member, from its ``type`` or else from its ``$ref``.

    A ``type`` that is neither User nor Group is recorded as ignored.
    """
    for name in ("User", "Group"):
        if str(entry.get("type", "")).lower() == name.lower():
            return name
    if entry.get("type"):
        ignored_attributes()["members.type"] = None
    reference = str(entry.get("$ref") or "").lower()
    if "/groups/" in f"/{reference}":
        return "Group"
    return "User" if "/users/" in f"/{reference}" else None
