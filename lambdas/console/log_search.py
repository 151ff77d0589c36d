"""How pages search the log: how far back, how many records at once, and where in time the page ends."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

LIMIT = 100
"""Records on one page."""

SPANS = {
    "1h": ("the last hour", timedelta(hours=1)),
    "1d": ("the last day", timedelta(days=1)),
    "7d": ("the last 7 days", timedelta(days=7)),
    "90d": ("the last 90 days", timedelta(days=90)),
}
"""How far back a search may go: by its value in an address, its name and its length."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""The moments that an address may name."""

AHEAD = timedelta(seconds=5)
"""A search without an end includes records of clocks that are ahead by this much."""


def span_of(query: Mapping[str, str], default: str) -> str:
    """Return the span that an address asks for; the default for anything else."""
    return query["since"] if query.get("since") in SPANS else default


def oldest(span: str) -> datetime:
    """Return the moment up to which a search goes back."""
    return datetime.now(UTC) - SPANS[span][1]


def until(text: str) -> datetime:
    """Return the moment before which records are wanted; now for anything that is none."""
    return moment_of(text) or datetime.now(UTC) + AHEAD


def moment_of(text: str) -> datetime | None:
    """Return a moment of an address, in seconds since 1970 (UTC); None for anything that is none."""
    try:
        moment = datetime.fromtimestamp(float(text), UTC) if text else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment and EARLIEST < moment < LATEST else None


def older_query(asked: Mapping[str, str], before: datetime | None) -> dict[str, str] | None:
    """Return the query of the next page of older records; None when there is none."""
    return query_of({**asked, "until": f"{before.timestamp():.3f}"}) if before else None


def query_of(asked: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that an address needs: those that have a value."""
    return {name: value for name, value in asked.items() if value}
