"""The subjects of checks: each names the few items that have to agree with each other."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Membership:
    """A membership: its member item, and the group's id in the member's ``groups``."""

    group_id: str
    member_id: str


@dataclass(frozen=True)
class UniqueValue:
    """A unique value: its item, and the documents of the resources that may have it."""

    pk: str
    resource_ids: frozenset[str]


@dataclass(frozen=True)
class LookUp:
    """One look-up: its item, and the document that it leads to."""

    pk: str
    resource_id: str


@dataclass(frozen=True)
class Count:
    """The number of ids of a type that begin with two hex digits, and the ids."""

    resource_type: str
    prefix: str


@dataclass(frozen=True)
class Rest:
    """The member items of a group that may not exist."""

    group_id: str


@dataclass(frozen=True)
class Document:
    """One resource, as it is stored."""

    resource_type: str
    resource_id: str


Subject = Membership | UniqueValue | LookUp | Count | Rest | Document
