"""One-time set-up links: what an operator gives the customer's administrator instead of a secret."""

import secrets
import time
from dataclasses import dataclass
from hashlib import sha256

from lambdas.store.keys import Item, Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import ConditionFailed

LINK_SECONDS = 7 * 24 * 3600
"""How long a link can be opened."""

SESSION_SECONDS = 24 * 3600
"""How long the administrator may use the page after opening it."""


@dataclass(frozen=True)
class SetUp:
    """An administrator's session: it belongs to one connection, and may generate one token."""

    id: str
    """The secret in the browser's cookie."""

    connection: str
    """The connection's id."""

    made_by: str
    """The operator who made the link, and whom to ask for another."""

    csrf: str
    began: float
    has_generated: bool


class SetUpLinks:
    """The set-up links in the table: one live link for each connection, stored as a hash."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def make(self, connection_id: str, made_by: str) -> str:
        """Return a new link's text; an earlier link of the connection ends, with the session that it was exchanged for."""
        secret = secrets.token_urlsafe(32)
        item = {
            **key_of(_link_key(connection_id)),
            "hash": {"B": _hash(secret)},
            "made_by": {"S": made_by},
            "expires_at": {"N": str(int(time.time()) + LINK_SECONDS)},
        }
        self.table.write({"Put": {"Item": item}})
        return f"{connection_id}.{secret}"

    def revoke(self, connection_id: str) -> None:
        """End a connection's link and the session that it was exchanged for, if there is one."""
        self.table.write({"Delete": {"Key": key_of(_link_key(connection_id))}})

    def is_valid(self, link: str) -> bool:
        """Return whether a link can be opened. Changes nothing: mail scanners follow links."""
        return self._read(link) is not None

    def open(self, link: str) -> SetUp | None:
        """Exchange a link for a session, once; None when it has ended, was used or was revoked."""
        found = self._read(link)
        if found is None:
            return None
        connection, item = found
        set_up = SetUp(
            secrets.token_urlsafe(32), connection, item["made_by"]["S"], secrets.token_urlsafe(32), time.time(), False
        )
        used = {
            "Key": key_of(_link_key(connection)),
            "UpdateExpression": "SET #session = :session, expires_at = :end REMOVE #hash",
            "ConditionExpression": "#hash = :hash",
            "ExpressionAttributeNames": {"#hash": "hash", "#session": "session"},
            "ExpressionAttributeValues": {
                ":hash": item["hash"],
                ":session": {"B": _hash(set_up.id)},
                ":end": {"N": str(int(set_up.began) + SESSION_SECONDS)},
            },
        }
        try:
            self.table.write({"Update": used})
        except ConditionFailed:
            return None  # somebody else opened it at this moment
        self.table.write({"Put": {"Item": _session_item(set_up)}})
        return set_up

    def session(self, session_id: str) -> SetUp | None:
        """Return an administrator's session; None when it has ended, or its link was revoked or replaced since."""
        item = self.table.get(_session_key(session_id)) if session_id else None
        if item is None or float(item["began"]["N"]) + SESSION_SECONDS < time.time():
            return None
        link = self.table.get(_link_key(item["connection"]["S"]))
        if link is None or "session" not in link or bytes(link["session"]["B"]) != _hash(session_id):
            return None
        return SetUp(
            session_id,
            item["connection"]["S"],
            item["made_by"]["S"],
            item["csrf"]["S"],
            float(item["began"]["N"]),
            "generated" in item,
        )

    def use(self, set_up: SetUp) -> bool:
        """Reserve the one generation of a session; return False when it is reserved already."""
        update = {
            "Key": key_of(_session_key(set_up.id)),
            "UpdateExpression": "SET generated = :now",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(generated)",
            "ExpressionAttributeValues": {":now": {"N": str(time.time())}},
        }
        try:
            self.table.write({"Update": update})
        except ConditionFailed:
            return False
        return True

    def _read(self, link: str) -> tuple[str, Item] | None:
        connection, _, secret = link.partition(".")
        item = self.table.get(_link_key(connection[:64]))
        if item is None or "hash" not in item or not secrets.compare_digest(bytes(item["hash"]["B"]), _hash(secret)):
            return None
        return (connection, item) if int(item["expires_at"]["N"]) > time.time() else None


def _session_item(set_up: SetUp) -> Item:
    return {
        **key_of(_session_key(set_up.id)),
        "connection": {"S": set_up.connection},
        "made_by": {"S": set_up.made_by},
        "csrf": {"S": set_up.csrf},
        "began": {"N": str(set_up.began)},
        "expires_at": {"N": str(int(set_up.began) + SESSION_SECONDS)},
    }


def _link_key(connection_id: str) -> Key:
    return Key(f"SETUP#CONNECTION#{connection_id}", "-")


def _session_key(session_id: str) -> Key:
    return Key(f"SETUP#SESSION#{sha256(session_id.encode()).hexdigest()}", "-")


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
