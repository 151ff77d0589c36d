"""Connections and their tokens on the table."""

from collections.abc import Iterable
from datetime import UTC, datetime

from lambdas.directory.connections import Connection, InvalidConnectionError, Scope, State, Token
from lambdas.store import keys
from lambdas.store.table import Action, Item, Table, key_of

ABSENT = "attribute_not_exists(pk)"
"""The condition of an item that is to be new. Ids are random, so it fails only when something is very wrong."""


class ConnectionStore:
    """Where connections and tokens are kept. Both are found by their id only: the table has no index."""

    def __init__(self, table: Table) -> None:
        """Take the table of one environment."""
        self.table = table

    def create(self, connection: Connection, token: Token) -> None:
        """Write a new connection and its first token: both or none.

        :param connection: A new one, without tokens.
        :param token: A new one of this connection.
        :raises InvalidConnectionError: When the directory's id cannot be one.
        :raises ConditionFailed: When one of the two ids is taken; nothing was written.
        """
        check_directory(connection.directory)
        item = _connection_item(connection)
        item["tokens"] = {"SS": [token.id]}
        self.table.transact([_put_new(item), _put_new(_token_item(token))])

    def connection(self, connection_id: str) -> Connection | None:
        """Return one connection, or None; strongly consistent."""
        item = self.table.get(keys.connection(connection_id))
        return _read_connection(connection_id, item) if item else None

    def token(self, token_id: str) -> Token | None:
        """Return one token, or None; strongly consistent."""
        item = self.table.get(keys.token(token_id))
        return _read_token(item) if item else None

    def tokens(self, token_ids: Iterable[str]) -> list[Token]:
        """Return those of these tokens that exist, the oldest first; strongly consistent."""
        items = self.table.batch_get(keys.token(token_id) for token_id in token_ids)
        return sorted(map(_read_token, items), key=lambda token: (token.created, token.id))


def check_directory(directory: str) -> None:
    """Refuse a directory id that could not begin a key.

    :raises InvalidConnectionError: When it is not a DNS label (:data:`lambdas.store.keys.DIRECTORY_ID`).
    """
    if not keys.DIRECTORY_ID.fullmatch(directory):
        raise InvalidConnectionError(
            "A directory id has 1 to 63 lower-case letters, digits and hyphens, and a letter or digit at both ends, "
            f"as in 'acme-corp'. {directory[:80]!r} has not."
        )


def _put_new(item: Item) -> Action:
    return {"Put": {"Item": item, "ConditionExpression": ABSENT}}


def _connection_item(connection: Connection) -> Item:
    return {
        **key_of(keys.connection(connection.id)),
        "directory": {"S": connection.directory},
        "label": {"S": connection.label},
        "state": {"S": connection.state},
        "created": {"S": connection.created.isoformat()},
    }


def _read_connection(connection_id: str, item: Item) -> Connection:
    return Connection(
        id=connection_id,
        directory=item["directory"]["S"],
        label=item["label"]["S"],
        state=State(item["state"]["S"]),
        created=datetime.fromisoformat(item["created"]["S"]),
        tokens=frozenset(item.get("tokens", {}).get("SS", ())),
    )


def _token_item(token: Token) -> Item:
    item: Item = {
        **key_of(keys.token(token.id)),
        "hash": {"B": token.hash},
        "connection": {"S": token.connection},
        "directory": {"S": token.directory},
        "scope": {"S": token.scope},
        "state": {"S": token.state},
        "label": {"S": token.label},
        "created": {"S": token.created.isoformat()},
        "expires": {"N": str(int(token.expires.timestamp()))},
    }
    if token.last_used is not None:
        item["last_used"] = {"S": token.last_used.isoformat()}
    return item


def _read_token(item: Item) -> Token:
    last_used = item.get("last_used")
    return Token(
        id=item["pk"]["S"].partition("#")[2],
        hash=item["hash"]["B"],
        connection=item["connection"]["S"],
        directory=item["directory"]["S"],
        scope=Scope(item["scope"]["S"]),
        state=State(item["state"]["S"]),
        label=item["label"]["S"],
        created=datetime.fromisoformat(item["created"]["S"]),
        expires=datetime.fromtimestamp(int(item["expires"]["N"]), UTC),
        last_used=datetime.fromisoformat(last_used["S"]) if last_used else None,
    )
