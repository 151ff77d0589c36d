"""The benchmark of large changes: what a request costs and takes that changes many members of a group at once."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.cost import Cost
from benchmarks.operations import members
from benchmarks.places import TablePlace
from benchmarks.reports import table, units, write
from lambdas.store.sweeping import sweep_group
from support.datasets import SPARE, Dataset, engine_with, resource_id

SIZES = (45, 1_000, 5_000)
"""Members that a request changes; the last is the most that one may."""

PARTITION_WRITE_UNITS = 1_000
"""Write units that DynamoDB gives a partition in a second (AWS limit)."""

INTRODUCTION = """A membership is two items: half of the write units fall on the partition of the users, half on that of the group's
members. A partition gives {per_second:,} in a second; the last column shows how long that alone takes, for users of up to 1 KB.
Users of up to 2 KB take twice as long. CPU seconds are those of this process, the DynamoDB client included. Up to 45 members are
one transaction, written without a read; of more it is read first what is there. DynamoDB charges a transaction that fails its
conditions, and does not report how much: the zero of 45 members that are added again is not the whole truth. A sweep is no request:
the function on the table's stream does it when the group is gone."""


class Change:
    """A group, and requests that change many of its members."""

    def __init__(self, place: TablePlace, number: int) -> None:
        """Set the number of members that each request changes; they are users in one group so far."""
        self.place = place
        self.number = number
        self.ids = [resource_id(each) for each in range(SPARE, SPARE + number)]
        self.rows: list[list[str]] = []

    def run(self) -> list[list[str]]:
        """Create a group with the members, and change them all in each way; leave nothing behind."""
        values = [{"value": each} for each in self.ids]
        body = self._measure("`POST`, with all of them", "POST", "/Groups", {"displayName": "Many", "members": values})
        group = f"/Groups/{body['id']}"
        self._measure("`PUT`, with none of them", "PUT", group, {"displayName": "Many"})
        self._measure("`PATCH`, adding them", "PATCH", group, members("add", self.ids))
        self._measure("the same again", "PATCH", group, members("add", self.ids))
        self._measure("`PATCH`, removing all", "PATCH", group, {"Operations": [{"op": "remove", "path": "members"}]})
        self.place.send("PATCH", group, members("add", self.ids))
        self.place.send("DELETE", group)
        self._measure_sweep(body["id"])
        return self.rows

    def _measure(self, name: str, method: str, path: str, body: Any) -> dict[str, Any]:
        started = time.process_time()
        response = self.place.send(method, path, body)
        self._tell(name, time.process_time() - started)
        return response.body or {}

    def _measure_sweep(self, group_id: str) -> None:
        self.place.meter.reset()
        started = time.process_time()
        sweep_group(self.place.table, self.place.dataset.directory, group_id)
        self._tell("the sweep after `DELETE`", time.process_time() - started)

    def _tell(self, name: str, seconds: float) -> None:
        cost = Cost.of(self.place.meter)
        numbers = [f"{cost.calls:,}", units(cost.read), units(cost.written), f"{seconds:.2f}"]
        self.rows.append([f"{self.number:,}", name, *numbers, f"{cost.written / 2 / PARTITION_WRITE_UNITS:.1f}"])


def run(sizes: Sequence[int] = SIZES) -> Path:
    """Measure, and write the report."""
    dataset = Dataset(max(sizes))
    rows: list[list[str]] = []
    with engine_with(dataset) as client:
        for size in sizes:
            rows += Change(TablePlace(client, dataset), size).run()
    header = [
        "members",
        "request",
        "calls",
        "read units",
        "write units",
        "CPU seconds",
        "seconds at a partition's limit",
    ]
    return write(
        "changes",
        "What changing many members takes",
        INTRODUCTION.format(per_second=PARTITION_WRITE_UNITS),
        table(header, rows),
    )
