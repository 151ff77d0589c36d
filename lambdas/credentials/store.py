"""Connections and their tokens on the table."""

from collections.abc import Iterable
from dataclasses import replace

from lambdas.credentials.connections import Connection, InvalidConnectionError, State, Token
from lambdas.credentials.items import connection_item, read_connection, read_token, token_item
from lambdas.store import keys
from lambdas.store.keys import Key
from lambdas.store.table import Action, Item, Table, key_of

ABSENT = "attribute_not_exists(pk)"
"""The condition of an item that is to be new. Ids are random, so it fails only when something is very wrong."""

PRESENT = "attribute_exists(pk)"
"""The condition of an item that is to be changed: an update alone would make one that is not there."""


class ConnectionStore:
    """Where connections and tokens are kept.

    Each is found by its id. A list of the connections' ids takes the place of an index. Whatever is done to a connection
    and its tokens is one transaction, conditional on the connection being as it was read: all of it happens or nothing.
    """

    def __init__(self, table: Table) -> None:
        """Take the table of one environment."""
        self.table = table

    def connection(self, connection_id: str) -> Connection | None:
        """Return one connection, or None; strongly consistent."""
        item = self.table.get(keys.connection(connection_id))
        return read_connection(item) if item else None

    def connections(self) -> list[Connection]:
        """Return all connections, the oldest first; strongly consistent. One read of the list, and one for each 100."""
        listed = [item["sk"]["S"] for item in self.table.query(keys.listed_connections(), attributes=["sk"])]
        items = self.table.batch_get(keys.connection(each) for each in listed)
        return sorted(map(read_connection, items), key=lambda connection: (connection.created, connection.id))

    def token(self, token_id: str) -> Token | None:
        """Return one token, or None; strongly consistent."""
        item = self.table.get(keys.token(token_id))
        return read_token(item) if item else None

    def tokens(self, token_ids: Iterable[str]) -> list[Token]:
        """Return those of these tokens that exist, the oldest first; strongly consistent."""
        items = self.table.batch_get(keys.token(token_id) for token_id in token_ids)
        return sorted(map(read_token, items), key=lambda token: (token.created, token.id))

    def create(self, connection: Connection, token: Token) -> Connection:
        """Write a new connection and its first token: both or none.

        :param connection: A new one, without tokens.
        :param token: A new one of this connection.
        :returns: The connection as it was written.
        :raises InvalidConnectionError: When the directory's id cannot be one.
        :raises ConditionFailed: When one of the two ids is taken; nothing was written.
        """
        check_directory(connection.directory)
        created = replace(connection, tokens=frozenset({token.id}))
        self.table.transact(_creation(created, token))
        return created

    def add_token(
        self, connection: Connection, token: Token, *, ending: Token | None = None, without: Iterable[Token] = ()
    ) -> Connection:
        """Write one more token of a connection.

        :param connection: As it was read.
        :param token: A new one of this connection.
        :param ending: Another of its tokens, with the time at which it ends instead of its own.
        :param without: Those of its tokens that are removed to make room.
        :returns: The connection as it was written.
        :raises ConditionFailed: When connection or tokens changed since they were read; nothing was written.
        """
        removed = [each.id for each in without]
        actions = [_put_new(token_item(token)), *map(_delete_token, removed)]
        if ending is not None:
            expires = token_item(ending)["expires"]
            actions.append(_update(keys.token(ending.id), "expires", expires))
        return self._change(connection, connection.tokens - set(removed) | {token.id}, actions=actions)

    def revoke(self, connection: Connection, token_id: str) -> Connection:
        """Remove a token of a connection, as it was read; from now on it is unknown.

        :raises ConditionFailed: When the connection changed since it was read; nothing was removed.
        """
        return self._change(connection, connection.tokens - {token_id}, actions=[_delete_token(token_id)])

    def set_state(self, connection: Connection, state: State) -> Connection:
        """Open or close a connection, as it was read, and with it all of its tokens.

        :raises ConditionFailed: When connection or tokens changed since they were read; nothing was written.
        """
        copies = [_update(keys.token(each), "state", {"S": state.value}) for each in sorted(connection.tokens)]
        return self._change(replace(connection, state=state), connection.tokens, actions=copies)

    def delete(self, connection: Connection) -> None:
        """Remove a connection, as it was read, with its tokens. The users and groups of its directory stay.

        :raises ConditionFailed: When it changed since it was read; nothing was removed.
        """
        self.table.transact(_removal(connection))

    def regenerate(self, old: Connection, new: Connection, token: Token) -> Connection:
        """Put a new connection and its first token in the place of an old one, which ends with its tokens.

        :param old: As it was read.
        :param new: A new one, without tokens.
        :param token: A new one of the new connection.
        :returns: The new connection as it was written.
        :raises ConditionFailed: When the old one changed since it was read; nothing was written or removed.
        """
        check_directory(new.directory)
        created = replace(new, tokens=frozenset({token.id}))
        self.table.transact([*_removal(old), *_creation(created, token)])
        return created

    def _change(self, connection: Connection, tokens: frozenset[str], *, actions: list[Action]) -> Connection:
        """Write a connection with these tokens, unless it changed since it was read, together with other actions."""
        changed = replace(connection, tokens=tokens, revision=connection.revision + 1)
        put = {"Put": {"Item": connection_item(changed), **_unchanged(connection)}}
        self.table.transact([put, *actions])
        return changed


def check_directory(directory: str) -> None:
    """Refuse a directory id that could not begin a key.

    :raises InvalidConnectionError: When it is not a DNS label (:data:`lambdas.store.keys.DIRECTORY_ID`).
    """
    if not keys.DIRECTORY_ID.fullmatch(directory):
        raise InvalidConnectionError(
            "A directory id has 1 to 63 lower-case letters, digits and hyphens, and a letter or digit at both ends, "
            f"as in 'acme-corp'. {directory[:80]!r} has not."
        )


def _creation(connection: Connection, token: Token) -> list[Action]:
    listed = key_of(keys.listed_connection(connection.id))
    return [_put_new(connection_item(connection)), _put_new(listed), _put_new(token_item(token))]


def _removal(connection: Connection) -> list[Action]:
    return [
        {"Delete": {"Key": key_of(keys.connection(connection.id)), **_unchanged(connection)}},
        {"Delete": {"Key": key_of(keys.listed_connection(connection.id))}},
        *map(_delete_token, sorted(connection.tokens)),
    ]


def _unchanged(connection: Connection) -> dict[str, object]:
    """Return the condition that a connection is as it was read."""
    return {
        "ConditionExpression": "revision = :revision",
        "ExpressionAttributeValues": {":revision": {"N": str(connection.revision)}},
    }


def _put_new(item: Item) -> Action:
    return {"Put": {"Item": item, "ConditionExpression": ABSENT}}


def _update(key: Key, name: str, value: dict[str, str]) -> Action:
    """Return the change of one attribute of an item that exists: the others, such as the last use, may change meanwhile."""
    return {
        "Update": {
            "Key": key_of(key),
            "UpdateExpression": "SET #name = :value",
            "ConditionExpression": PRESENT,
            "ExpressionAttributeNames": {"#name": name},
            "ExpressionAttributeValues": {":value": value},
        }
    }


def _delete_token(token_id: str) -> Action:
    return {"Delete": {"Key": key_of(keys.token(token_id))}}
