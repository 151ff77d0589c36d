"""Moments as operators write and read them: `--since 2h`, and local time."""

from datetime import UTC, datetime

from lambdas.operations.problems import Problem
from scimctl.durations import parse_duration


def moment(since: str, now: datetime) -> datetime:
    """Return the moment of `--since`: a duration before now (`90s`, `10m`, `2h`, `1d`) or a time (ISO 8601, local by default).

    :raises Problem: For any other text.
    """
    try:
        return now - parse_duration(since)
    except (ValueError, OverflowError):
        pass
    try:
        return datetime.fromisoformat(since).astimezone(UTC)
    except (ValueError, OverflowError):
        example = f"{now:%Y-%m-%dT%H:%M}"
        raise Problem(f"--since {since}: write a duration, as in 10m or 2h, or a time, as in {example}.") from None


def clock(at: datetime) -> str:
    """Return the local time of day."""
    return f"{at.astimezone():%H:%M:%S}"


def day(at: datetime) -> str:
    """Return the local day with the name of the time zone, such as ``2027-01-31 (CET)``."""
    return f"{at.astimezone():%Y-%m-%d (%Z)}"


def full(at: datetime) -> str:
    """Return local day and time, such as ``2027-01-31 12:03:11 CET``."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"
