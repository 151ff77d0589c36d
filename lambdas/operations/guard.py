"""The guard against mass deprovisioning: what it has counted, and its release by an operator."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from lambdas.credentials.connections import Connection
from lambdas.environment.file.guard import Guard
from lambdas.operations.connections import Connections
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.store import keys
from lambdas.store.guard import KEPT_SECONDS, GuardCount, limit_of, number_of_users, read_count
from lambdas.store.keys import key_of

NOTHING_COUNTED = GuardCount({})

LONGEST_RELEASE = timedelta(hours=24)
"""The longest release. Its end is stored with the counter, which ends (TTL) two hours later."""


class GuardState(StrEnum):
    """What the guard does with a connection."""

    BELOW = "below the limit"
    ABOVE = "above the limit"
    """What exceeds the limit is done and reported."""

    HELD = "held"
    """What exceeds the limit is refused."""

    RELEASED = "released"
    """Nothing is refused for a time."""


@dataclass(frozen=True)
class Guarded:
    """The counter of one connection."""

    connection: str
    """The id of the connection."""

    directory: str
    label: str
    count: int
    """Users whom it deprovisioned within the last hour, held ones included."""

    limit: int
    """The number that the guard allows within an hour."""

    released_until: datetime | None
    """Until when nothing is held; None if it is not released."""

    holds: bool
    """Whether the environment's file says that what exceeds the limit is held."""

    @property
    def state(self) -> GuardState:
        """What the guard does with the connection now."""
        if self.released_until:
            return GuardState.RELEASED
        if self.count <= self.limit:
            return GuardState.BELOW
        return GuardState.HELD if self.holds else GuardState.ABOVE


class GuardOperations:
    """The guard of one environment. Every method raises :class:`Problem` when the table cannot be reached."""

    def __init__(self, target: Target) -> None:
        """Open the guard of an environment.

        :raises Problem: When the environment's file has no table [guard].
        """
        self.target = target
        self.connections = Connections(target)
        name = target.settings.name
        if target.settings.guard is None:
            raise Problem(f"Environment {name} has no guard: add [guard] to environments/{name}.toml, and deploy it.")
        self.settings: Guard = target.settings.guard

    def all(self) -> list[Guarded]:
        """Return the counters of all connections, the oldest connection first."""
        return self._read([each.connection for each in self.connections.all()], at_least=0)

    def above(self, connections: Sequence[Connection]) -> list[Guarded]:
        """Return the counters above the limit among those of some connections, held or not: 1 BatchGetItem for each 100.

        1 Query more for each directory in which a counter is above ``users`` of the file.
        """
        found = self._read(connections, at_least=self.settings.users + 1)
        return [each for each in found if each.count > each.limit]

    def _read(self, connections: Sequence[Connection], *, at_least: int) -> list[Guarded]:
        """Return the counters of connections that count a number of users, in the order of the connections."""
        table, now = self.target.table(), time.time()
        with self.target.aws_errors_as_problems():
            items = table.batch_get(keys.guard(each.directory, each.id) for each in connections)
            counts = {item["pk"]["S"]: read_count(item) for item in items}
            users: dict[str, int] = {}
            found = []
            for each in connections:
                counted = counts.get(keys.guard(each.directory, each.id).pk, NOTHING_COUNTED)
                if counted.within_hour(now) < at_least:
                    continue
                if each.directory not in users:
                    users[each.directory] = number_of_users(table, each.directory)
                found.append(self._guarded(each, counted, users[each.directory], now))
        return found

    def _guarded(self, connection: Connection, counted: GuardCount, users: int, now: float) -> Guarded:
        return Guarded(
            connection=connection.id,
            directory=connection.directory,
            label=connection.label,
            count=counted.within_hour(now),
            limit=limit_of(self.settings, users),
            released_until=datetime.fromtimestamp(counted.released, UTC) if counted.released > now else None,
            holds=self.settings.action == "hold",
        )

    def release(self, connection_id: str, duration: timedelta) -> datetime:
        """Let a connection deprovision users without a limit for a time, record it, and return its end.

        :raises NotFound: When there is no such connection.
        :raises Problem: When the time is not one second to :data:`LONGEST_RELEASE`.
        """
        if not timedelta(0) < duration <= LONGEST_RELEASE:
            raise Problem("A release lasts up to 24 hours. Release it again when it has ended.")
        connection = self.connections.connection(connection_id).connection
        end = int(time.time() + duration.total_seconds())
        with self.target.aws_errors_as_problems():
            self.target.table().update(
                {
                    "Key": key_of(keys.guard(connection.directory, connection.id)),
                    "UpdateExpression": "SET released = :end, expires_at = :kept",
                    "ExpressionAttributeValues": {
                        ":end": {"N": str(end)},
                        ":kept": {"N": str(int(time.time()) + KEPT_SECONDS)},
                    },
                }
            )
        until = datetime.fromtimestamp(end, UTC)
        self.connections.record("release guard", connection, detail=f"until {until:%Y-%m-%d %H:%M} UTC")
        return until
