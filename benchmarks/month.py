"""The benchmark of months: what directories cost at an identity provider's pace, from measured units and list prices.

Units are measured, on the requests that Microsoft Entra ID sends for each thing that happens to a user. How often those things
happen and what AWS charges are assumptions, all of them here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import prices
from benchmarks.cost import Cost
from benchmarks.operations import members, patch
from benchmarks.places import TablePlace
from benchmarks.reports import table, units, write
from support.datasets import Dataset, engine_with, item_bytes, user_values

SIZES = (1_000, 100_000, 1_000_000)
"""Users of the directory."""

GROUPS_OF_USER = 10
"""Groups that a user is in."""

CYCLES = 30.4 * 24 * 60 / 40
"""Provisioning cycles in a month: Entra begins one every 40 minutes."""

PER_USER = {"changed": 0.10, "joined": 0.02, "left": 0.02, "put into or out of a group": 0.20}
"""What happens to a user in a month, on average."""

USD_PER_MILLION_REQUESTS = prices.REQUEST * 1_000_000
USD_PER_MILLION_READ_UNITS = prices.READ_UNIT * 1_000_000
USD_PER_MILLION_WRITE_UNITS = prices.WRITE_UNIT * 1_000_000
USD_PER_GB_STORED = prices.STORED_GB + prices.RECOVERABLE_GB
USD_PER_MILLION_INVOCATIONS = prices.INVOCATION * 1_000_000
USD_PER_GB_SECOND = prices.GB_SECOND
USD_PER_GB_LOGGED = prices.LOGGED_GB
"""The price list, in the units of this report."""

GB_SECONDS_PER_REQUEST = 0.06
"""A request takes about 50 milliseconds of a function of 1 GB; now and then the authorizer is asked first."""

GB_LOGGED_PER_REQUEST = 2_500 / 1e9
"""The SCIM log's record, API Gateway's, and what Lambda reports."""

BYTES_PER_ITEM = 100
"""What DynamoDB adds to an item's size when it charges storage."""

ASSUMPTIONS = """The units of requests are measured; the user is in {groups} groups, and takes {stored:,} bytes of storage with
everything it is found by. Assumed is how often things happen: {cycles:,.0f} cycles a month (one every 40 minutes), each beginning
with a query for a user and one for a group that do not exist; and of 100 users, in a month, {changed:.0%} are changed,
{joined:.0%} join, {left:.0%} leave, and {moved:.0%} are put into or out of a group. Each is a request of its own, after another
that reads what is there."""

PRICES = f"""List prices of us-east-1, as they were known in November 2026; check yours. No free tier is subtracted.

- API Gateway: {USD_PER_MILLION_REQUESTS:.2f} USD per million requests.
- Lambda: {USD_PER_MILLION_INVOCATIONS:.2f} USD per million requests, and {USD_PER_GB_SECOND:.10f} USD per GB-second, of which a
  request takes {GB_SECONDS_PER_REQUEST} (assumed).
- DynamoDB: {USD_PER_MILLION_READ_UNITS} USD per million read units, {USD_PER_MILLION_WRITE_UNITS} USD per million write units, and
  {USD_PER_GB_STORED:.2f} USD per GB stored with point-in-time recovery.
- CloudWatch Logs: {USD_PER_GB_LOGGED:.2f} USD per GB, of which a request leaves 2.5 kB (assumed)."""


@dataclass(frozen=True)
class Load:
    """A demand: requests, read units, write units."""

    requests: float = 0
    read: float = 0
    written: float = 0

    def __add__(self, other: "Load") -> "Load":
        """Return both together."""
        return Load(self.requests + other.requests, self.read + other.read, self.written + other.written)

    def __mul__(self, times: float) -> "Load":
        """Return it so many times."""
        return Load(self.requests * times, self.read * times, self.written * times)

    def prices(self) -> list[float]:
        """Return what it costs, in USD: API Gateway, Lambda, DynamoDB's requests, logs."""
        million = self.requests / 1e6
        return [
            million * USD_PER_MILLION_REQUESTS,
            million * USD_PER_MILLION_INVOCATIONS + self.requests * GB_SECONDS_PER_REQUEST * USD_PER_GB_SECOND,
            self.read / 1e6 * USD_PER_MILLION_READ_UNITS + self.written / 1e6 * USD_PER_MILLION_WRITE_UNITS,
            self.requests * GB_LOGGED_PER_REQUEST * USD_PER_GB_LOGGED,
        ]


class Typical:
    """A user in some groups, and what an identity provider sends about it."""

    def __init__(self, place: TablePlace) -> None:
        """Create the groups and the user."""
        self.place = place
        self.groups = [self._create("/Groups", {"displayName": f"Group {each}"}) for each in range(GROUPS_OF_USER)]
        self.other = self._create("/Groups", {"displayName": "Another group"})
        before = self._stored_bytes()
        self.user = self._create("/Users", user_values(7_777_777))
        for each in self.groups:
            place.send("PATCH", f"/Groups/{each}", members("add", [self.user]))
        self.stored_bytes = self._stored_bytes() - before

    def events(self) -> dict[str, Load]:
        """Return what each thing that happens asks for; the last one ends the user."""
        user, other = f"/Users/{self.user}", f"/Groups/{self.other}"
        miss = self._ask("GET", "/Users", filter='userName eq "nobody@example.com"')
        return {
            "a cycle begins": miss
            + self._ask("GET", "/Groups", filter='displayName eq "x"', excludedAttributes="members"),
            "changed": self._ask("GET", user) + self._ask("PATCH", user, patch("title", "Manager")),
            "joined": miss + self._ask("POST", "/Users", user_values(7_777_778)),
            "put into or out of a group": self._ask("GET", other, excludedAttributes="members")
            + self._ask("PATCH", other, members("add", [self.user])),
            "left": self._ask("GET", user) * 2
            + self._ask("PATCH", user, patch("active", False))
            + self._ask("DELETE", user),
        }

    def _ask(self, method: str, path: str, body: Any = None, **query: Any) -> Load:
        self.place.send(method, path, body, **query)
        cost = Cost.of(self.place.meter)
        return Load(1, cost.read, cost.written)

    def _create(self, path: str, body: Any) -> str:
        return str((self.place.send("POST", path, body).body or {})["id"])

    def _stored_bytes(self) -> int:
        pages = self.place.table.scan(f"{self.place.dataset.directory}#")
        return sum(item_bytes(item) + BYTES_PER_ITEM for page in pages for item in page)


def run(sizes: Sequence[int] = SIZES) -> Path:
    """Measure, compute, and write the report."""
    dataset = Dataset(0)
    with engine_with(dataset) as client:
        typical = Typical(TablePlace(client, dataset))
        events = typical.events()
    stored = typical.stored_bytes
    joining = events["joined"] + events["put into or out of a group"] * GROUPS_OF_USER
    months, beginnings = [], []
    for size in sizes:
        load = events["a cycle begins"] * CYCLES
        for event, share in PER_USER.items():
            load += events[event] * (share * size)
        months.append(_priced(size, load, size * stored / 1e9 * USD_PER_GB_STORED))
        beginnings.append(_priced(size, joining * size, None))
    shares = {name.split()[0]: share for name, share in PER_USER.items()}
    return write(
        "month",
        "What a month costs",
        ASSUMPTIONS.format(groups=GROUPS_OF_USER, stored=stored, cycles=CYCLES, moved=shares.pop("put"), **shares),
        table(["what happens", "requests", "read units", "write units"], [_event(*each) for each in events.items()]),
        PRICES,
        "## A month, in USD",
        table(["users", "requests", "API Gateway", "Lambda", "DynamoDB", "logs", "storage", "together"], months),
        "## The first cycle, once, in USD",
        f"Everyone is created, and put into {GROUPS_OF_USER} groups by a request for each membership: the most that it can be.",
        table(["users", "requests", "API Gateway", "Lambda", "DynamoDB", "logs", "together"], beginnings),
    )


def _event(name: str, load: Load) -> list[str]:
    return [name, f"{load.requests:,.0f}", units(load.read), units(load.written)]


def _priced(size: int, load: Load, storage: float | None) -> list[str]:
    prices = load.prices() + ([] if storage is None else [storage])
    return [f"{size:,}", f"{load.requests:,.0f}", *(f"{each:,.2f}" for each in [*prices, sum(prices)])]
