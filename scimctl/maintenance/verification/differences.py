"""What a verification finds: one record for each disagreement, in an operator's words."""

from dataclasses import dataclass
from enum import StrEnum

from scimctl.maintenance.verification.subjects import Subject


class Kind(StrEnum):
    """How two things on the table disagree."""

    COUNT = "count"
    """The number kept of the ids that begin with two hex digits is not how many there are."""

    UNIQUE_MISSING = "unique-missing"
    """A resource's unique value finds nothing: a second resource could take it."""

    UNIQUE_OF_ANOTHER = "unique-of-another"
    """A resource's unique value finds another one, which does not have it."""

    UNIQUE_OF_NOBODY = "unique-of-nobody"
    """A unique value is taken by a resource that does not have it, or does not exist: nobody can have it."""

    UNIQUE_TWICE = "unique-twice"
    """Several resources have one unique value. Which of them keeps it is the operator's choice."""

    LOOKUP_MISSING = "lookup-missing"
    """A resource is not found by one of its values."""

    LOOKUP_OF_NOBODY = "lookup-of-nobody"
    """A look-up leads to a resource that does not have the value, or does not exist."""

    MEMBER_OF_NOBODY = "member-of-nobody"
    """A group's member exists neither as a User nor as a Group."""

    MEMBER_TYPE = "member-type"
    """A group's member exists, and is not of the type that the group holds."""

    GROUPS_LACK = "groups-lack"
    """A group has a member whose ``groups`` lack the group."""

    GROUPS_EXCEED = "groups-exceed"
    """A resource's ``groups`` hold a group that does not have it as a member."""

    UNREADABLE = "unreadable"
    """A resource's document cannot be read as what it is stored as."""

    UNSWEPT = "unswept"
    """Memberships of a group that does not exist: shown by no read, and harmless until they are swept."""


@dataclass(frozen=True)
class Difference:
    """One disagreement between items of the table."""

    kind: Kind

    key: str
    """The key of the item that is to change, ``pk / sk``, for example ``acme#COUNT#User / 3f``."""

    found: str
    """What is there."""

    expected: str
    """What should be there."""

    sentence: str
    """The same for an operator, with what it means to clients."""

    subject: Subject
    """What to look at again: for a repair."""

    @property
    def harmless(self) -> bool:
        """Whether no read shows it: the memberships of deleted groups between the deletion and the sweep."""
        return self.kind is Kind.UNSWEPT
