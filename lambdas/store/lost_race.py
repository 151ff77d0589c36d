"""The outcome of a write that lost a race."""


class LostRace(Exception):  # noqa: N818 -- answered by another attempt, never shown to a client
    """The resource changed or vanished between the read that a write was computed from and the write."""
