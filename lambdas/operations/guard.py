"""The guard against mass deprovisioning: what it has counted, and its release by an operator."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lambdas.environment.file.guard import Guard
from lambdas.operations.connections import Connections
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.store import keys
from lambdas.store.guard import KEPT_SECONDS, limit_of, number_of_users, read_count
from lambdas.store.keys import key_of

LONGEST_RELEASE = timedelta(hours=24)
"""The longest release. Its end is stored with the counter, which ends (TTL) two hours later."""


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

    @property
    def exceeds(self) -> bool:
        """Whether the limit is exceeded."""
        return self.count > self.limit


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
        """Return the counters of all connections that provision, the oldest connection first."""
        table, now = self.target.table(), time.time()
        users: dict[str, int] = {}
        found = []
        for each in self.connections.all():
            connection = each.connection
            with self.target.aws_errors_as_problems():
                if connection.directory not in users:
                    users[connection.directory] = number_of_users(table, connection.directory)
                counted = read_count(table.get(keys.guard(connection.directory, connection.id)))
            found.append(
                Guarded(
                    connection=connection.id,
                    directory=connection.directory,
                    label=connection.label,
                    count=counted.within_hour(now),
                    limit=limit_of(self.settings, users[connection.directory]),
                    released_until=datetime.fromtimestamp(counted.released, UTC) if counted.released > now else None,
                )
            )
        return found

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
