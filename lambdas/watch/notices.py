"""What the watch reports: a record in the log and an event on the bus for each notice, and the metrics of each run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger

from lambdas import records
from lambdas.credentials.connections import Connection
from lambdas.credentials.expiry import ExpiringCredential
from lambdas.environment.event_types import EventType
from lambdas.eventing.event import connection_event
from lambdas.eventing.publisher import Publisher
from lambdas.operations.watch_state import WatchState
from lambdas.records import CONNECTIONS_STALLED, CREDENTIALS_EXPIRING, USERS_FAILING, Kind
from lambdas.watch.failures import FailingUser


@dataclass(frozen=True)
class Notices:
    """Writes the notices of one environment.

    An event is published before the record is written and has the same id when it is published again, so a run that is interrupted
    repeats it, and consumers drop what they know.
    """

    logger: Logger
    environment: str
    publisher: Publisher | None = None
    """Publishes the notices about connections as events; None where the environment has no bus."""

    def stalled(self, connection: Connection, since: datetime, now: datetime) -> None:
        """Report that a connection is silent."""
        hours = int((now - since).total_seconds() // 3600)
        facts = {"last_request": _text(since), "hours": hours}
        self._publish(EventType.PROVISIONING_STALLED, connection.directory, connection.id, _text(since), facts)
        self._warn("Provisioning stalled.", Kind.STALLED, **_facts(connection), since=_text(since), silent_hours=hours)

    def resumed(self, connection: Connection, since: datetime, at: datetime) -> None:
        """Report that a stalled connection is used again.

        :param since: Its last use before it stalled.
        :param at: Its first known use after that.
        """
        known = {"stalled_since": _text(since)}
        self._publish(EventType.PROVISIONING_RESUMED, connection.directory, connection.id, _text(since), known)
        facts = {"since": _text(since), "resumed": _text(at)}
        self.logger.info("Provisioning resumed.", **self._record(Kind.RESUMED, **_facts(connection), **facts))

    def failing(self, user: FailingUser) -> None:
        """Report that a user keeps failing, with what the last refused request was answered; the event has no name."""
        named = ("connection", "request_id", "scim_type", "detail", "resource_id")
        facts = {name: user.last[name] for name in named if user.last.get(name) is not None}
        known: dict[str, object] = {"failures": user.failures}
        known |= {"user": f"/Users/{facts['resource_id']}"} if "resource_id" in facts else {}
        known |= {"scim_type": facts["scim_type"]} if "scim_type" in facts else {}
        occurrence = f"{user.digest}@{facts.get('request_id')}"
        self._publish(EventType.PROVISIONING_FAILING, user.directory, str(facts["connection"]), occurrence, known)
        self._warn(
            "User keeps failing.",
            Kind.USER_FAILING,
            directory=user.directory,
            resource_type="User",
            resource_name=user.name,
            failures=user.failures,
            **facts,
        )

    def expiring(self, credential: ExpiringCredential) -> None:
        """Report that a credential expires soon."""
        kind = credential.kind.replace(" ", "_")
        facts = {"credential": credential.id, "kind": kind, "expires": _text(credential.expires)}
        self._publish(
            EventType.CREDENTIAL_EXPIRING,
            credential.directory,
            credential.connection,
            credential.occurrence,
            facts,
        )
        self._warn(
            "Credential expires soon.",
            Kind.CREDENTIAL_EXPIRING,
            connection=credential.connection,
            directory=credential.directory,
            credential=credential.kind,
            credential_id=credential.id,
            expires=_text(credential.expires),
        )

    def watched(self, state: WatchState) -> None:
        """Report that the watch ran, with the metrics of what it found. Without them an alarm is raised."""
        counts = {
            CONNECTIONS_STALLED: len(state.stalled),
            USERS_FAILING: len(state.failing),
            CREDENTIALS_EXPIRING: len(state.expiring),
        }
        self.logger.info("Watched.", **records.with_metrics(self._record(Kind.WATCHED, **counts)))

    def log_unavailable(self, problem: Exception) -> None:
        """Report that the log could not be read for failing users."""
        self.logger.warning(f"Failing users were not searched for: {problem}")

    def _publish(
        self, event_type: EventType, directory: str, connection: str, occurrence: str, payload: Mapping[str, Any]
    ) -> None:
        if self.publisher is not None:
            event = connection_event(
                event_type, directory=directory, connection=connection, occurrence=occurrence, payload=payload
            )
            self.publisher.publish([event])

    def _warn(self, message: str, kind: Kind, **fields: Any) -> None:
        self.logger.warning(message, **self._record(kind, **fields))

    def _record(self, kind: Kind, **fields: Any) -> dict[str, Any]:
        return records.record(kind, environment=self.environment, **fields)


def _facts(connection: Connection) -> dict[str, Any]:
    return {"connection": connection.id, "directory": connection.directory}


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
