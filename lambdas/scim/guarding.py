"""The result of counting a user whom an identity provider disables or deletes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GuardResult:
    """How many users a connection disabled or deleted within an hour, this one among them, and what follows from it."""

    count: int
    """The number of users, refused ones included."""

    limit: int
    """The number that is usual."""

    held: bool
    """Whether this user must not be disabled or deleted."""

    is_first: bool
    """Whether the limit is exceeded, and no other request reported it within the hour."""
