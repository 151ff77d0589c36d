"""What a verification reports: one record for each inconsistency, with a sentence for operators."""

from dataclasses import dataclass
from enum import StrEnum

from scimctl.maintenance.verification.subjects import Subject


class Kind(StrEnum):
    """The kinds of inconsistencies between items of the table."""

    COUNT = "count"
    """The stored number of ids that begin with two hex digits is wrong."""

    UNIQUE_MISSING = "unique-missing"
    """A resource's unique value has no item: a second resource could take it."""

    UNIQUE_OF_ANOTHER = "unique-of-another"
    """The item of a resource's unique value names another resource, which does not have the value."""

    UNIQUE_OF_NOBODY = "unique-of-nobody"
    """The item of a unique value names a resource that does not have it, or does not exist: no resource can take it."""

    UNIQUE_TWICE = "unique-twice"
    """Several resources have one unique value. The operator decides which of them keeps it."""

    LOOKUP_MISSING = "lookup-missing"
    """A resource is not found by one of its values."""

    LOOKUP_OF_NOBODY = "lookup-of-nobody"
    """A look-up leads to a resource that does not have the value, or does not exist."""

    MEMBER_OF_NOBODY = "member-of-nobody"
    """A group's member exists neither as a User nor as a Group."""

    MEMBER_TYPE = "member-type"
    """A group's member is of another type than its member item says."""

    GROUPS_LACK = "groups-lack"
    """A group has a member whose ``groups`` lack the group."""

    GROUPS_EXCEED = "groups-exceed"
    """A resource's ``groups`` hold a group that does not have it as a member."""

    UNREADABLE = "unreadable"
    """A resource's document is not a valid resource of its type."""

    UNSWEPT = "unswept"
    """Memberships of a group that does not exist: shown by no read, and harmless until they are swept."""


@dataclass(frozen=True)
class Difference:
    """One inconsistency between items of the table."""

    kind: Kind

    key: str
    """The key of the item to change, ``pk / sk``, for example ``acme#COUNT#User / 3f``."""

    found: str
    """What is there."""

    expected: str
    """What should be there."""

    sentence: str
    """A sentence for operators: the inconsistency, and what it means to clients."""

    subject: Subject
    """What to check again before a repair."""

    @property
    def harmless(self) -> bool:
        """Whether no read shows it: the memberships of deleted groups between the deletion and the sweep."""
        return self.kind is Kind.UNSWEPT
