"""The benchmark of change events: what a change costs beyond its request, and how many events a large change publishes.

Records of the stream are made from the items before and after each write, as DynamoDB makes them, and go through the code of the
function. Units are the engine's; durations of the function and prices are assumptions, all of them here and in the price list.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import prices
from benchmarks.cost import Cost
from benchmarks.operations import members, patch
from benchmarks.places import TablePlace
from benchmarks.reports import table, units, write
from lambdas.environment.product import Product
from lambdas.eventing.event import Event, Source, encode
from lambdas.eventing.publisher import Publisher
from lambdas.events.changes import read_change
from lambdas.events.translation import Translator
from lambdas.operations.permission_store import PermissionStore
from lambdas.store import keys
from support.datasets import Dataset, engine_with, user_values
from support.environments import SETS, environment_of
from support.streams import Record, StreamedClient

SIZES = (1_000, 10_000, 100_000)
"""Members of the group that is deleted, or mapped."""

PRODUCT = Product.of(environment_of('[permissions]\nsources = ["groups"]\n' + SETS))
SOURCE = Source("acme", "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/scim/v2")

BATCH = 100
"""The most changes of a call of the function; `infra/changes.py` deploys it so."""

GB_SECONDS_PER_CALL = 0.25 * 0.05
"""A call of the function takes 50 ms of 256 MB."""

EVENT_BYTES = 64_000
"""EventBridge charges an event for each 64 KB."""

INTRODUCTION = f"""What publishing costs, beside the request that made the change: calls of the function, events, read units.
Requests themselves cost the same with and without `[events]`. Assumed: a call of the function for each change, the most that it
can be, since up to {BATCH} changes are one call; {GB_SECONDS_PER_CALL} GB-seconds for each; the list prices of
`benchmarks/prices.py`. Lambda reads the stream without charge (AWS's price list). A webhook adds, for each event, at most four
requests to SQS, a call of its function and two write units for the delivery."""

LARGE = """## What a large change publishes

A deleted group's members are swept in the background, and each sweep changes a member's item: up to {batch} of these are one
event. A group that is mapped to permission sets is one change, with an event for each 1,000 members. So nobody receives an event
for each member."""


class Bus:
    """EventBridge, which counts."""

    def __init__(self) -> None:
        self.requests = 0
        self.events = 0
        self.bytes = 0

    def put_events(self, *, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 -- boto3's
        """Take events."""
        self.requests += 1
        self.events += len(Entries)
        self.bytes += sum(len(each["Detail"].encode()) for each in Entries)
        return {"FailedEntryCount": 0, "Entries": [{} for _ in Entries]}


@dataclass(frozen=True)
class Published:
    """What publishing some changes took."""

    calls: int
    events: list[Event]
    requests: int
    bytes: int
    cost: Cost

    @property
    def usd(self) -> float:
        """What it costs: Lambda, EventBridge and the table's reads."""
        charged = sum(-(-len(encode(each.claims(SOURCE)).encode()) // EVENT_BYTES) for each in self.events)
        function = self.calls * (prices.INVOCATION + GB_SECONDS_PER_CALL * prices.GB_SECOND)
        return function + charged * prices.EVENT + self.cost.read * prices.READ_UNIT


class Stream:
    """The directory of a dataset, whose writes leave records."""

    def __init__(self, client: Any, dataset: Dataset) -> None:
        self.streamed = StreamedClient(client)
        self.place = TablePlace(self.streamed, dataset)
        self.dataset = dataset

    def publish(self, records: Sequence[Record]) -> Published:
        """Publish the events of records, in batches as the function gets them."""
        bus, events, calls = Bus(), [], 0
        publisher = Publisher(bus, "scim-acme", SOURCE)
        self.place.meter.reset()
        wanted = [each for each in records if read_change(each) is not None]
        for start in range(0, len(wanted), BATCH):
            changes = [change for each in wanted[start : start + BATCH] if (change := read_change(each))]
            found = Translator(self.place.table, PRODUCT, SOURCE, full=False).translate(changes)
            publisher.publish(found)
            events += found
            calls += 1
        return Published(calls, events, bus.requests, bus.bytes, Cost.of(self.place.meter))

    def of(self, method: str, path: str, body: Any = None) -> Published:
        """Send a request, and publish its changes, each in a call of its own."""
        self.streamed.take()
        self.place.send(method, path, body)
        parts = [self.publish([each]) for each in self.streamed.take() if read_change(each) is not None]
        return Published(
            len(parts),
            [event for each in parts for event in each.events],
            sum(each.requests for each in parts),
            sum(each.bytes for each in parts),
            Cost(sum(each.cost.calls for each in parts), sum(each.cost.read for each in parts), 0),
        )

    def sweep(self) -> Published:
        """Publish what the sweep of the deleted group leaves: its members' items without the group, as their only change."""
        return self.publish(list(self._swept()))

    def _swept(self) -> Iterator[Record]:
        group = self.dataset.group
        users = self.place.table.query(keys.resources(self.dataset.directory, "User"))
        joined = (item for item in users if group in item.get("groups", {}).get("SS", ()))
        for number, before in enumerate(joined):
            after = {name: value for name, value in before.items() if name != "groups"}
            stream = {"Keys": {name: before[name] for name in ("pk", "sk")}, "OldImage": before, "NewImage": after}
            yield {"eventID": f"event-{number}", "dynamodb": {**stream, "SequenceNumber": f"{number:021d}"}}

    def mapping(self) -> Published:
        """Publish that the group was mapped to permission sets."""
        self.streamed.take()
        PermissionStore(self.place.table, self.dataset.directory).map_group(self.dataset.group, ["viewer"])
        return self.publish(self.streamed.take())


def run(sizes: Sequence[int] = SIZES) -> Path:
    """Measure, compute, and write the report."""
    datasets = [Dataset(size) for size in sizes]
    with engine_with(*datasets) as client:
        changes = _changes(Stream(client, datasets[0]))
        large = [row for each in datasets for row in _large(Stream(client, each))]
    return write(
        "events",
        "What change events cost",
        INTRODUCTION,
        table(["change", "calls", "events", "bytes", "read units", "USD per million"], changes),
        LARGE.format(batch=BATCH),
        table(["change", "members", "calls", "events", "PutEvents", "bytes", "read units", "USD"], large),
    )


def _changes(stream: Stream) -> list[list[str]]:
    place, group = stream.place, f"/Groups/{stream.dataset.group}"
    rows = [_row("a user is created", stream.of("POST", "/Users", user_values(7_777_777)))]
    found = place.send("GET", "/Users", filter='userName eq "{}"'.format(user_values(7_777_777)["userName"])).body
    user = f"/Users/{(found or {})['Resources'][0]['id']}"
    user_id = user.rpartition("/")[2]
    created = place.send("POST", "/Groups", {"displayName": "Mapped"}).body or {}
    mapped = f"/Groups/{created['id']}"
    PermissionStore(place.table, stream.dataset.directory).map_group(str(created["id"]), ["viewer"])
    rows += [
        _row("an attribute of a user changes", stream.of("PATCH", user, patch("title", "Manager"))),
        _row("a user joins a group", stream.of("PATCH", group, members("add", [user_id]))),
        _row("a user leaves a group", stream.of("PATCH", group, members("remove", [user_id]))),
        _row("a user joins a group that gives permissions", stream.of("PATCH", mapped, members("add", [user_id]))),
        _row("a user is disabled", stream.of("PATCH", user, patch("active", False))),
        _row("a user is deleted", stream.of("DELETE", user)),
    ]
    return rows


def _row(name: str, published: Published) -> list[str]:
    numbers = [f"{published.calls:,}", f"{len(published.events):,}", f"{published.bytes:,}"]
    return [name, *numbers, units(published.cost.read), f"{published.usd * 1_000_000:,.2f}"]


def _large(stream: Stream) -> list[list[str]]:
    sizes = f"{stream.dataset.members:,}"
    parts = {"a mapped group": stream.mapping(), "the sweep of a deleted group": stream.sweep()}
    return [
        [
            name,
            sizes,
            f"{each.calls:,}",
            f"{len(each.events):,}",
            f"{each.requests:,}",
            f"{each.bytes:,}",
            units(each.cost.read),
            f"{each.usd:.4f}",
        ]
        for name, each in parts.items()
    ]
