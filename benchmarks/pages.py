"""The benchmark of pages: what ``startIndex`` costs anywhere in a directory, and what reading all of it costs."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.cost import Cost
from benchmarks.places import TablePlace
from benchmarks.reports import table, units, write
from support.datasets import Dataset, engine_with

SIZES = (1_000, 10_000, 100_000, 1_000_000)
"""Users of the directory."""

SAMPLES = 64
"""Pages that are read, evenly spread over the directory."""

PAGE = 100
"""Users of a page."""

INTRODUCTION = """`GET /Users?startIndex=N&count=100` sums up the counts and begins at the first id with the right two hex
digits: two Queries, wherever the page is (one BatchGetItem more when its users are in groups). The users that have the same two
digits and come before the page are read with it: half of 1/256 of the directory on average, all of it at most. DynamoDB
cuts a Query at 1 MB: from about 250,000 users on, a page may need one more for each further MB. A page by cursor begins at its
first user, and costs the same anywhere. A user takes {size} bytes here; averages and maxima of {samples} pages, evenly spread:"""

WALK = """## Reading everyone

Computed from the pages above: pages, times what an average one costs."""


def run(sizes: Sequence[int] = SIZES) -> Path:
    """Measure, and write the report."""
    pages: list[list[str]] = []
    walks: list[list[str]] = []
    for size in sizes:
        dataset = Dataset(members=0, lone=size)
        with engine_with(dataset) as client:
            place = TablePlace(client, dataset)
            by_index = [_by_index(place, number) for number in range(SAMPLES)]
            by_cursor = _by_cursor(place)
        pages.append(_row(dataset.users, by_index, by_cursor))
        walks.append(_walk(dataset.users, by_index, by_cursor))
    return write(
        "pages",
        "What a page costs",
        INTRODUCTION.format(size=Dataset(0).user_bytes, samples=SAMPLES),
        table(["users", "calls", "at most", "read units", "at most", "by cursor: calls", "read units"], pages),
        WALK,
        table(["users", "pages", "read units, by startIndex", "read units, by cursor"], walks),
    )


def _by_index(place: TablePlace, number: int) -> Cost:
    start = 1 + place.dataset.users * number // SAMPLES
    place.send("GET", "/Users", startIndex=start, count=PAGE, attributes="userName")
    return Cost.of(place.meter)


def _by_cursor(place: TablePlace) -> Cost:
    first = place.send("GET", "/Users", cursor="", count=PAGE, attributes="userName").body or {}
    place.send("GET", "/Users", cursor=first["nextCursor"], count=PAGE, attributes="userName")
    return Cost.of(place.meter)


def _row(users: int, by_index: Sequence[Cost], by_cursor: Cost) -> list[str]:
    reads = [each.read for each in by_index]
    calls = [each.calls for each in by_index]
    numbers = [f"{users:,}", f"{sum(calls) / len(calls):.1f}", str(max(calls))]
    numbers += [f"{sum(reads) / len(reads):,.0f}", units(max(reads))]
    return [*numbers, str(by_cursor.calls), units(by_cursor.read)]


def _walk(users: int, by_index: Sequence[Cost], by_cursor: Cost) -> list[str]:
    pages = -(-users // PAGE)
    average = sum(each.read for each in by_index) / len(by_index)
    return [f"{users:,}", f"{pages:,}", f"{pages * average:,.0f}", f"{pages * by_cursor.read:,.0f}"]
