"""One change event: the claims of a Security Event Token (RFC 8417) as RFC 9967 shapes them, unsigned.

IAM protects the bus, so events on it carry no signature; webhooks sign theirs.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambdas.environment.event_types import CONNECTION_EVENTS, EventType

MAX_EVENT_BYTES = 200_000
"""Bytes of an event above which only a notice is published. EventBridge takes 256 KB for all entries of a request (AWS limit)."""


@dataclass(frozen=True)
class Source:
    """Where events come from."""

    environment: str
    """The environment's name; ``source`` on the bus is ``scim.`` and this name."""

    issuer: str
    """The claim ``iss``: the URL of the endpoint, in front of ``/<connection>``."""

    @property
    def name(self) -> str:
        """The value of ``source`` on the bus, such as ``scim.acme``."""
        return f"scim.{self.environment}"


@dataclass(frozen=True)
class Event:
    """One event, as it is on the bus and in a webhook."""

    type: EventType
    directory: str
    subject: Mapping[str, str]
    """The claim ``sub_id`` (RFC 9493)."""

    payload: Mapping[str, Any]
    """The value of the type in the claim ``events``."""

    jti: str
    """Identifies the event. A record of the stream that is read again gives the same value."""

    txn: str
    """Equal for events of one change."""

    time: datetime
    version: int | None = None
    """The resource's version after the change, or the last one of a deleted resource; None for connections."""

    @property
    def resource(self) -> str:
        """The value of ``resources`` on the bus, such as ``acme/Users/2819c223``."""
        path = self.subject.get("uri") or f"/connections/{self.subject['id']}"
        return f"{self.directory}{path}"

    def claims(self, source: Source) -> dict[str, Any]:
        """Return the claims set: ``detail`` on the bus, and the body of a webhook."""
        claims: dict[str, Any] = {
            "jti": self.jti,
            "txn": self.txn,
            "iat": int(self.time.timestamp()),
            "iss": source.issuer,
            "directory": self.directory,
            "sub_id": dict(self.subject),
            "events": {self.type.value: dict(self.payload)},
        }
        if self.version is not None:
            claims["version"] = self.version
        return claims

    def size(self, source: Source) -> int:
        """Return the bytes of the claims set."""
        return len(encode(self.claims(source)).encode())


def encode(claims: Mapping[str, Any]) -> str:
    """Return a claims set as JSON."""
    return json.dumps(claims, ensure_ascii=False, separators=(",", ":"))


def resource_subject(resource_type: str, resource_id: str, external_id: object, *, full: bool) -> dict[str, str]:
    """Return the ``sub_id`` of a resource (RFC 9967 section 2.1).

    A notice holds nothing personal. By default Entra ID maps ``mailNickname``, a part of a name, to ``externalId``; a notice
    therefore has only one that is a UUID, such as Entra's object id.
    """
    subject = {"format": "scim", "uri": f"/{resource_type}s/{resource_id}"}
    if isinstance(external_id, str) and external_id and (full or _is_uuid(external_id)):
        subject["externalId"] = external_id
    return subject


def connection_subject(connection: str) -> dict[str, str]:
    """Return the ``sub_id`` of a connection."""
    return {"format": "opaque", "id": connection}


def connection_event(
    event_type: EventType,
    *,
    directory: str,
    connection: str,
    occurrence: str,
    payload: Mapping[str, Any],
    time: datetime | None = None,
) -> Event:
    """Return an event about a connection, such as provisioning that stalled.

    :param occurrence: Distinguishes this event from others of its type and connection, such as the time since when the connection
        has been silent. An event that is published twice with the same value has the same ``jti``, so consumers drop one.
    :param payload: Facts without personal data.
    :raises ValueError: When the type is not one of a connection.
    """
    if event_type not in CONNECTION_EVENTS:
        raise ValueError(f"{event_type} is not about a connection")
    jti = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{event_type}:{directory}:{connection}:{occurrence}"))
    subject = connection_subject(connection)
    return Event(event_type, directory, subject, payload, jti, jti, time or datetime.now(UTC))


def _is_uuid(text: str) -> bool:
    try:
        return len(text) == 36 and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
