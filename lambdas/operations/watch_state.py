"""What the watch remembers between its runs: what it has reported already, so that each notice comes once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lambdas.store import keys
from lambdas.store.keys import Item, key_of
from lambdas.store.table import Table


@dataclass(frozen=True)
class WatchState:
    """What was reported, as of the last run."""

    checked: datetime | None = None
    """When the watch last ran; None if it never did."""

    stalled: Mapping[str, datetime] = field(default_factory=dict)
    """The stalled connections, each with its last use."""

    failing: frozenset[str] = frozenset()
    """Digests of the names of failing users."""

    expiring: frozenset[str] = frozenset()
    """The credentials that expire soon."""


def read_state(table: Table) -> WatchState:
    """Return what the watch remembers: 1 GetItem."""
    item = table.get(keys.watch())
    if item is None:
        return WatchState()
    return WatchState(
        checked=datetime.fromtimestamp(int(item["checked"]["N"]), UTC),
        stalled={
            connection: datetime.fromisoformat(since["S"])
            for connection, since in item.get("stalled", {}).get("M", {}).items()
        },
        failing=frozenset(item.get("failing", {}).get("SS", ())),
        expiring=frozenset(item.get("expiring", {}).get("SS", ())),
    )


def write_state(table: Table, state: WatchState, now: datetime) -> None:
    """Replace what the watch remembers: 1 PutItem. DynamoDB has no empty sets, so an empty one is absent."""
    item: Item = {
        **key_of(keys.watch()),
        "checked": {"N": str(int(now.timestamp()))},
        "stalled": {"M": {each: {"S": since.isoformat()} for each, since in state.stalled.items()}},
    }
    sets = {"failing": state.failing, "expiring": state.expiring}
    item |= {name: {"SS": sorted(each)} for name, each in sets.items() if each}
    table.write({"Put": {"Item": item}})
