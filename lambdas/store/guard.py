"""The counter of users that identity providers disable and delete: one item for each connection, one update for each user."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lambdas.environment.file.guard import Guard
from lambdas.scim.guarding import GuardResult
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
    """How many users were disabled or deleted, by the number of five-minute periods since 1970."""

    released: float = 0.0
    """Until when nothing is held, in seconds since 1970; 0 if never released."""

    reported: float = 0.0
    """When the limit was last reported as exceeded, in seconds since 1970; 0 if never."""

    def within_hour(self, now: float) -> int:
        """Return how many users were disabled or deleted within the hour before a moment."""
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
    return GuardCount(slots, *(float(item.get(name, {}).get("N", "0")) for name in ("released", "reported")))


def limit_of(settings: Guard, users: int) -> int:
    """Return how many users of a directory may be disabled or deleted within an hour."""
    return max(settings.users, users * settings.percent // 100)


class GuardCounter:
    """Counts users that connections disable or delete. One is shared by all requests of a process."""

    def __init__(self, table: Table, settings: Guard, clock: Callable[[], float] = time.time) -> None:
        """Create it on the table of one environment.

        :param clock: Returns the time in seconds since 1970.
        """
        self.table = table
        self.settings = settings
        self.clock = clock
        self._users: dict[str, tuple[float, int]] = {}
        self._outdated: dict[str, list[str]] = {}

    def count(self, directory: str, connection: str) -> GuardResult:
        """Count one user, before it is disabled or deleted: 1 update, which is atomic; so parallel requests miss none.

        Beyond ``users`` of the file the users of the directory are counted: 1 Query, remembered for ten minutes. Beyond the limit,
        one request an hour marks that it is exceeded: 1 update. An update that is sent again for lack of an answer may count
        twice.
        """
        now = self.clock()
        counted = read_count(self._add(directory, connection, now))
        self._outdated[connection] = counted.outdated(now)
        number, limit = counted.within_hour(now), self.settings.users
        if number > limit:
            limit = limit_of(self.settings, self._number_of_users(directory, now))
        exceeds = number > limit
        held = exceeds and self.settings.action == "hold" and now >= counted.released
        is_first = exceeds and now - counted.reported >= HOUR and self._report(directory, connection, now)
        return GuardResult(number, limit, held, is_first)

    def _report(self, directory: str, connection: str, now: float) -> bool:
        """Mark that the limit is exceeded, and return whether no other request has within the hour."""
        update = {
            "Key": key_of(keys.guard(directory, connection)),
            "UpdateExpression": "SET reported = :now",
            "ConditionExpression": "attribute_not_exists(reported) OR reported <= :before",
            "ExpressionAttributeValues": {":now": {"N": str(int(now))}, ":before": {"N": str(int(now) - HOUR)}},
        }
        try:
            self.table.write({"Update": update})
        except ConditionFailed:
            return False
        return True

    def _add(self, directory: str, connection: str, now: float) -> Item:
        names = {"#now": f"{_PREFIX}{int(now // SLOT_SECONDS)}"}
        outdated = {f"#old{number}": name for number, name in enumerate(self._outdated.get(connection, ()))}
        removal = f" REMOVE {', '.join(outdated)}" if outdated else ""
        return self.table.update(
            {
                "Key": key_of(keys.guard(directory, connection)),
                "UpdateExpression": f"ADD #now :one SET expires_at = :end{removal}",
                "ExpressionAttributeNames": names | outdated,
                "ExpressionAttributeValues": {":one": {"N": "1"}, ":end": {"N": str(int(now) + KEPT_SECONDS)}},
            }
        )

    def _number_of_users(self, directory: str, now: float) -> int:
        since, number = self._users.get(directory, (0.0, 0))
        if now - since >= REMEMBERED_SECONDS:
            number = number_of_users(self.table, directory)
            self._users[directory] = (now, number)
        return number


def number_of_users(table: Table, directory: str) -> int:
    """Return the number of users of a directory: 1 Query."""
    return sum(int(item["n"]["N"]) for item in table.query(keys.counts(directory, "User")))
