"""Sessions of operators in the console: the browser holds a random id, the table its hash.

All of them are in one partition, so that listing who is signed in is one Query. It holds as many items as operators signed in
within the last days: DynamoDB deletes an item within a few days of its end.
"""

import secrets
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

from lambdas.store.keys import Item, Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed

ABSOLUTE_SECONDS = 8 * 3600
"""How long a session lasts at most."""

IDLE_SECONDS = 30 * 60
"""How long a session lasts without a request."""

TOUCH_SECONDS = 300
"""How often a request renews the session's item, so that not every page writes."""

SUBJECT_SECONDS = ABSOLUTE_SECONDS + 3600
"""How long the end of all sessions of an operator is remembered: longer than any of them can last."""


PARTITION = "SESSION#OPERATORS"
"""The partition of all sessions; their sort keys are hashes of their ids, and those of ended subjects begin with ``SUBJECT#``."""

LISTED = ("sk", "subject", "name", "role", "created", "seen", "valid_after")
"""What the list of sessions reads of an item."""


class Role(StrEnum):
    """The permissions of an operator in the console."""

    ADMINISTRATOR = "administrator"
    """Everything."""

    TECHNICIAN = "technician"
    """The configuration and the log; no pages of people, no permissions."""


@dataclass(frozen=True)
class Session:
    """The session of an operator."""

    id: str
    """The secret in the browser's cookie; never stored, never logged."""

    subject: str
    """The provider's id of the person (``sub``)."""

    name: str
    """What the person is called in the console and in log records."""

    role: Role
    csrf: str
    """What every form must hold."""

    created: float
    seen: float


@dataclass(frozen=True)
class OpenSession:
    """A session that has not ended, without what would let anybody use it."""

    subject: str
    name: str
    role: Role
    created: float
    seen: float
    """The last request, at most :data:`TOUCH_SECONDS` before the real one."""


class Sessions:
    """The sessions in the table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def begin(self, subject: str, name: str, role: Role) -> Session:
        """Store and return a new session."""
        now = time.time()
        session = Session(secrets.token_urlsafe(32), subject, name, role, secrets.token_urlsafe(32), now, now)
        self.table.write({"Put": {"Item": _item(session)}})
        return session

    def read(self, session_id: str) -> Session | None:
        """Return a session that has not ended; None otherwise. 1 GetItem or 2, and a write every five minutes."""
        item = self.table.get(_key(session_id))
        if item is None:
            return None
        session = Session(
            session_id,
            item["subject"]["S"],
            item["name"]["S"],
            Role(item["role"]["S"]),
            item["csrf"]["S"],
            float(item["created"]["N"]),
            float(item["seen"]["N"]),
        )
        now = time.time()
        if is_over(session.created, session.seen, now) or self._ended_at(session.subject) >= session.created:
            return None
        return self._touched(session, now) if now - session.seen > TOUCH_SECONDS else session

    def all(self) -> list[OpenSession]:
        """Return the sessions that have not ended, in no order: 1 Query for each 1 MB."""
        items = list(self.table.query(PARTITION, attributes=LISTED))
        ends = {item["sk"]["S"]: float(item["valid_after"]["N"]) for item in items if "valid_after" in item}
        now = time.time()
        found = []
        for item in items:
            if "valid_after" in item:
                continue
            created, seen = float(item["created"]["N"]), float(item["seen"]["N"])
            subject = item["subject"]["S"]
            if is_over(created, seen, now) or ends.get(_subject_key(subject).sk, 0.0) >= created:
                continue
            found.append(OpenSession(subject, item["name"]["S"], Role(item["role"]["S"]), created, seen))
        return found

    def end(self, session: Session) -> None:
        """End one session."""
        self.table.write({"Delete": {"Key": key_of(_key(session.id))}})

    def end_all(self, subject: str) -> None:
        """End every session of a person: those that began until now are not accepted any more."""
        now = time.time()
        item = {
            **key_of(_subject_key(subject)),
            "valid_after": {"N": str(now)},
            "expires_at": {"N": str(int(now) + SUBJECT_SECONDS)},
        }
        self.table.write({"Put": {"Item": item}})

    def _ended_at(self, subject: str) -> float:
        item = self.table.get(_subject_key(subject))
        return float(item["valid_after"]["N"]) if item else 0.0

    def _touched(self, session: Session, now: float) -> Session | None:
        key = key_of(_key(session.id))
        update = {
            "Key": key,
            "UpdateExpression": "SET seen = :now",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {":now": {"N": str(now)}},
        }
        try:
            self.table.write({"Update": update})
        except ConditionFailed:
            return None  # it was ended at this moment
        return replace(session, seen=now)


def is_over(created: float, seen: float, now: float) -> bool:
    """Return whether a session has ended, by its age or without requests."""
    return now - created > ABSOLUTE_SECONDS or now - seen > IDLE_SECONDS


def _item(session: Session) -> Item:
    return {
        **key_of(_key(session.id)),
        "subject": {"S": session.subject},
        "name": {"S": session.name},
        "role": {"S": session.role.value},
        "csrf": {"S": session.csrf},
        "created": {"N": str(session.created)},
        "seen": {"N": str(session.seen)},
        "expires_at": {"N": str(int(session.created) + ABSOLUTE_SECONDS)},
    }


def _key(session_id: str) -> Key:
    return Key(PARTITION, sha256(session_id.encode()).hexdigest())


def _subject_key(subject: str) -> Key:
    return Key(PARTITION, f"SUBJECT#{sha256(subject.encode()).hexdigest()}")
