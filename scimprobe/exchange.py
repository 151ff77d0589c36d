"""One attempt of a request, as reports count it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """One attempt of one request, measured."""

    operation: str
    """The command's name for it, such as `create user`."""

    status: int
    milliseconds: float
    """From the first byte sent to the last byte read."""

    retried: bool
    """Whether the same request was sent again after it."""
