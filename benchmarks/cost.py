"""The cost benchmark: DynamoDB calls and capacity units of every operation, in directories of growing size.

The engine counts units as DynamoDB does; the numbers are exact, not samples.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from benchmarks.operations import OPERATIONS, Operation, measured
from benchmarks.places import TablePlace
from benchmarks.reports import growth, table, units, write
from lambdas.api.responses import COMPRESSION_LEVEL
from lambdas.store.meter import Meter
from support.datasets import Dataset, engine_with

SIZES = (10, 1_000, 10_000, 100_000)
"""Members of the large group; the directory has 100 users more."""

INTRODUCTION = """What one request costs in DynamoDB, through the handler: calls, then read units, then write units. Reads are
strongly consistent, and a transaction's writes count twice, as DynamoDB charges them. A user takes {size} bytes: one that takes
more than 1,024 costs a unit more for each further KB, twice in a transaction. `tests/storage/test_costs.py` asserts every row."""

LARGE = """## What grows, because it is what was asked for

`GET /Groups/{id}` with all members: a Query of 1 MB at a time. The answer's bytes are before and after compression."""


@dataclass(frozen=True)
class Cost:
    """The cost of one request."""

    calls: int
    read: float
    written: float

    @classmethod
    def of(cls, meter: Meter) -> "Cost":
        """Return what a meter counted."""
        return cls(meter.calls, meter.read_units, meter.write_units)

    def __str__(self) -> str:
        """Return it as the tables show it."""
        return f"{self.calls} · {units(self.read)} · {units(self.written)}"

    @property
    def units(self) -> float:
        """Read and write units together, for comparison only: their prices differ."""
        return self.read + self.written


def cost_of(place: TablePlace, operation: Operation) -> Cost:
    """Return what an operation costs; the directory is afterwards as before."""
    costs: list[Cost] = []

    def measure(request: ScimRequest) -> ScimResponse:
        response = place.serve(request)
        costs.append(Cost.of(place.meter))
        return response

    measured(place, operation, measure)
    return costs[0]


def run(sizes: Sequence[int] = SIZES) -> Path:
    """Measure, and write the report."""
    datasets = [Dataset(size) for size in sizes]
    with engine_with(*datasets) as client:
        places = [TablePlace(client, each) for each in datasets]
        rows = {name: [cost_of(place, operation) for place in places] for name, operation in OPERATIONS.items()}
        large = [_large(place) for place in places]
    columns = [f"{each.users:,} users, group of {each.members:,}" for each in datasets]
    return write(
        "cost",
        "What an operation costs",
        INTRODUCTION.format(size=datasets[0].user_bytes),
        table(
            ["operation", *columns, "growth of units"],
            [[name, *map(str, costs), growth(costs[0].units, costs[-1].units)] for name, costs in rows.items()],
        ),
        LARGE,
        table(["members", "calls", "read units", "answer, bytes", "compressed"], large),
    )


def _large(place: TablePlace) -> list[str]:
    response = place.send("GET", f"/Groups/{place.dataset.group}")
    cost = Cost.of(place.meter)
    text = json.dumps(response.body, separators=(",", ":")).encode()
    packed = gzip.compress(text, COMPRESSION_LEVEL)
    return [f"{place.dataset.members:,}", f"{cost.calls:,}", units(cost.read), f"{len(text):,}", f"{len(packed):,}"]
