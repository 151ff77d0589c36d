"""Pages of long lists, by an index in the address, so that every page can be linked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

PAGE = 50
"""Entries on one page."""


@dataclass(frozen=True)
class Pager:
    """Where a page stands in a list."""

    start: int
    """The number of its first entry, from 1."""

    total: int = 0
    """The number of all entries."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Pager":
        """Return the page that an address asks for; the first for anything that is no number."""
        text = query.get("start", "")
        return cls(max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1)

    def over(self, total: int) -> "Pager":
        """Return the same page of a list with this many entries."""
        return replace(self, total=total)

    @property
    def end(self) -> int:
        """The number of the last entry on the page."""
        return min(self.total, self.start + PAGE - 1)

    @property
    def before(self) -> int | None:
        """Where the page before starts; None on the first."""
        return max(1, self.start - PAGE) if self.start > 1 else None

    @property
    def after(self) -> int | None:
        """Where the next page starts; None on the last."""
        return self.start + PAGE if self.start + PAGE <= self.total else None
