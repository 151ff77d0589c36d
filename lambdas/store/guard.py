"""The counter of users whom identity providers deprovision: one item for each connection, one update for each change."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from lambdas.environment.file.guard import Guard
from lambdas.retrying import OutOfTimeError
from lambdas.scim.guarding import DeprovisioningGuard, GuardResult
from lambdas.store import keys
from lambdas.store.keys import Item, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed

SLOT_SECONDS = 300
"""Seconds that one attribute counts."""

SLOTS = 12
"""Whole attributes of the window, besides the one of now: an hour, and up to five minutes more."""

HOUR = 3_600

KEPT_SECONDS = 26 * 3_600
"""Seconds after its last change until the item ends (TTL); longer than any release."""

REMEMBERED_SECONDS = 600
"""Seconds for which a process remembers the number of a directory's users."""

_PREFIX = "slot_"


@dataclass(frozen=True)
class GuardCount:
    """The counter of one connection, as stored."""

    slots: Mapping[int, int]
    """How many users were deprovisioned, by the number of five-minute periods since 1970."""

    released: float = 0.0
    """Until when nothing is held, in seconds since 1970; 0 if never released."""

    reported: float = 0.0
    """When the limit was last reported as exceeded, in seconds since 1970; 0 if never."""

    reported_held: bool = False
    """Whether what exceeded the limit was held then."""

    def within_hour(self, now: float) -> int:
        """Return how many users were deprovisioned within the hour before a moment."""
        first = int(now // SLOT_SECONDS) - SLOTS
        return sum(number for slot, number in self.slots.items() if slot >= first)

    def outdated(self, now: float) -> list[str]:
        """Return the names of the attributes that no longer count."""
        first = int(now // SLOT_SECONDS) - SLOTS
        return [f"{_PREFIX}{slot}" for slot in sorted(self.slots) if slot < first]


def read_count(item: Item | None) -> GuardCount:
    """Return the counter of an item; nothing was counted if there is none."""
    item = item or {}
    slots = {int(name.removeprefix(_PREFIX)): int(each["N"]) for name, each in item.items() if name.startswith(_PREFIX)}
    released, reported = (float(item.get(name, {}).get("N", "0")) for name in ("released", "reported"))
    return GuardCount(slots, released, reported, item.get("reported_held", {}).get("BOOL", False))


def limit_of(settings: Guard, users: int) -> int:
    """Return how many users of a directory may be deprovisioned within an hour."""
    return max(settings.users, users * settings.percent // 100)


class GuardCounter:
    """Counts users whom connections deprovision. One is shared by all requests of a process."""

    def __init__(self, table: Table, settings: Guard, clock: Callable[[], float] = time.time) -> None:
        """Create it on the table of one environment.

        :param clock: Returns the time in seconds since 1970.
        """
        self.table = table
        self.settings = settings
        self.clock = clock
        self._users: dict[str, tuple[float, int]] = {}
        self._outdated: dict[str, list[str]] = {}

    def of(self, directory: str, connection: str) -> DeprovisioningGuard:
        """Return the guard for one request of a connection."""
        return DeprovisioningGuard(
            partial(self.count, directory, connection),
            partial(self.limit, directory),
            partial(self.give_back, directory, connection),
        )

    def limit(self, directory: str) -> int:
        """Return how many users of a directory may be deprovisioned within an hour: 1 Query, remembered for ten minutes."""
        users = self._number_of_users(directory, self.clock()) if self.settings.percent else 0
        return limit_of(self.settings, users)

    def count(self, directory: str, connection: str, users: int = 1) -> GuardResult:
        """Count users, before they are deprovisioned: 1 update, which is atomic; so parallel requests miss none.

        Beyond ``users`` of the file the users of the directory are counted: 1 Query, remembered for ten minutes. Beyond the limit,
        one request an hour marks that it is exceeded, and one that it holds: 1 update. An update that is sent again for lack of an
        answer may count twice.
        """
        now = self.clock()
        counted = read_count(self._add(directory, connection, users, now))
        self._outdated[connection] = counted.outdated(now)
        number, limit = counted.within_hour(now), self.settings.users
        if number > limit:
            limit = self.limit(directory)
        exceeds = number > limit
        held = exceeds and self.settings.action == "hold" and now >= counted.released
        result = GuardResult(number, limit, held, is_first=False, counted_at=now)
        is_reported = now - counted.reported < HOUR and counted.reported_held >= held
        if exceeds and not is_reported and self._report(directory, connection, result, now):
            return replace(result, is_first=True)
        return result

    def give_back(self, directory: str, connection: str, users: int, counted_at: float) -> None:
        """Subtract users who were counted and not deprovisioned: 1 transaction, which is applied once though it is sent again.

        They leave the five minutes in which they were counted. Where the table does not answer in time, they stay counted.
        """
        update = {
            "Key": key_of(keys.guard(directory, connection)),
            "UpdateExpression": "SET #slot = #slot - :users",
            "ConditionExpression": "#slot >= :users",
            "ExpressionAttributeNames": {"#slot": _slot_name(counted_at)},
            "ExpressionAttributeValues": {":users": {"N": str(users)}},
        }
        with suppress(ConditionFailed, OutOfTimeError):
            self.table.transact([{"Update": update}])

    def _report(self, directory: str, connection: str, result: GuardResult, now: float) -> bool:
        """Mark that the limit is exceeded, and return whether no other request has within the hour.

        What is held is marked again after what was not, since a release ended. The table's stream makes an event of the mark.

        A mark whose answer was lost is found by its retry, whose condition fails; no other request has the same time and count.
        """
        condition = "attribute_not_exists(reported) OR reported <= :before"
        values: Item = {
            ":now": {"N": str(int(now))},
            ":before": {"N": str(int(now) - HOUR)},
            ":count": {"N": str(result.count)},
            ":limit": {"N": str(result.limit)},
            ":held": {"BOOL": result.held},
        }
        if result.held:
            condition += " OR reported_held = :not_held"
            values[":not_held"] = {"BOOL": False}
        update = {
            "Key": key_of(keys.guard(directory, connection)),
            "UpdateExpression": (
                "SET reported = :now, reported_count = :count, reported_limit = :limit, reported_held = :held"
            ),
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        try:
            self.table.write({"Update": update})
        except ConditionFailed as failed:
            found = failed.items.get(0, {})
            own = {"reported": ":now", "reported_count": ":count", "reported_held": ":held"}
            return all(found.get(name) == values[value] for name, value in own.items())
        return True

    def _add(self, directory: str, connection: str, users: int, now: float) -> Item:
        names = {"#now": _slot_name(now)}
        outdated = {f"#old{number}": name for number, name in enumerate(self._outdated.get(connection, ()))}
        removal = f" REMOVE {', '.join(outdated)}" if outdated else ""
        return self.table.update(
            {
                "Key": key_of(keys.guard(directory, connection)),
                "UpdateExpression": f"ADD #now :users SET expires_at = :end{removal}",
                "ExpressionAttributeNames": names | outdated,
                "ExpressionAttributeValues": {":users": {"N": str(users)}, ":end": {"N": str(int(now) + KEPT_SECONDS)}},
            }
        )

    def _number_of_users(self, directory: str, now: float) -> int:
        since, number = self._users.get(directory, (0.0, 0))
        if now - since >= REMEMBERED_SECONDS:
            number = number_of_users(self.table, directory)
            self._users[directory] = (now, number)
        return number


def _slot_name(moment: float) -> str:
    """Return the name of the attribute that counts the users of a moment."""
    return f"{_PREFIX}{int(moment // SLOT_SECONDS)}"


def number_of_users(table: Table, directory: str) -> int:
    """Return the number of users of a directory: 1 Query."""
    return sum(int(item["n"]["N"]) for item in table.query(keys.counts(directory, "User")))
