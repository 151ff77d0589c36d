"""The store of connections and tokens on the table."""

from collections.abc import Iterable
from dataclasses import replace

from lambdas.credentials.connections import Connection, InvalidConnectionError, State, Token
from lambdas.credentials.items import connection_item, read_connection, read_token, token_item
from lambdas.store import actions, directory_list, keys
from lambdas.store.keys import Item, Key, key_of
from lambdas.store.table import Table
from lambdas.store.transactions import Action

ABSENT = "attribute_not_exists(pk)"
"""The condition of a new item. Ids are random, so it fails only by a bug."""

PRESENT = "attribute_exists(pk)"
"""The condition of an update, which would otherwise create a missing item."""


class ConnectionStore:
    """The store of connections and their tokens.

    Each is read by its id; a partition that lists the ids of all connections replaces an index. Every change of a connection
    and its tokens is one transaction, conditional on the connection's revision, so it happens completely or not at all. Its
    OAuth clients are disabled and deleted with it.
    """

    def __init__(self, table: Table) -> None:
        """Create the store on the table of one environment."""
        self.table = table

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection, or None; strongly consistent."""
        item = self.table.get(keys.connection(connection_id))
        return read_connection(item) if item else None

    def connections(self) -> list[Connection]:
        """Return all connections, the oldest first; strongly consistent. Costs one Query, and one BatchGetItem per 100."""
        listed = [item["sk"]["S"] for item in self.table.query(keys.listed_connections(), attributes=["sk"])]
        items = self.table.batch_get(keys.connection(each) for each in listed)
        return sorted(map(read_connection, items), key=lambda connection: (connection.created, connection.id))

    def token(self, token_id: str) -> Token | None:
        """Return a token, or None; strongly consistent."""
        item = self.table.get(keys.token(token_id))
        return read_token(item) if item else None

    def tokens(self, token_ids: Iterable[str]) -> list[Token]:
        """Return the tokens that exist among these ids, the oldest first; strongly consistent."""
        items = self.table.batch_get(keys.token(token_id) for token_id in token_ids)
        return sorted(map(read_token, items), key=lambda token: (token.created, token.id))

    def create(self, connection: Connection, token: Token) -> Connection:
        """Write a new connection and its first token in one transaction.

        :param connection: A new connection without tokens.
        :param token: A new token of the connection.
        :returns: The connection as written.
        :raises InvalidConnectionError: When the directory's id is not valid.
        :raises ConditionFailed: When one of the ids exists already or the directory is being deleted; nothing was written.
        """
        check_directory(connection.directory)
        created = replace(connection, tokens=frozenset({token.id}))
        self.table.transact(_creation(created, token))
        return created

    def add_token(
        self, connection: Connection, token: Token, *, ending: Token | None = None, without: Iterable[Token] = ()
    ) -> Connection:
        """Add a token to a connection.

        :param connection: The connection as it was read.
        :param token: A new token of the connection.
        :param ending: Another of its tokens, with its new expiry.
        :param without: Tokens of the connection to delete, to make room.
        :returns: The connection as written.
        :raises ConditionFailed: When the connection or a token changed since it was read; nothing was written.
        """
        removed = [each.id for each in without]
        changes = [put_new(token_item(token)), *map(_delete_token, removed)]
        if ending is not None:
            expires = token_item(ending)["expires"]
            changes.append(_update(keys.token(ending.id), "expires", expires))
        return self._change(connection, connection.tokens - set(removed) | {token.id}, also=changes)

    def revoke(self, connection: Connection, token_id: str) -> Connection:
        """Delete a token of a connection, and return the connection as written.

        :param connection: The connection as it was read.
        :raises ConditionFailed: When the connection changed since it was read; nothing was deleted.
        """
        return self._change(connection, connection.tokens - {token_id}, also=[_delete_token(token_id)])

    def set_state(self, connection: Connection, state: State) -> Connection:
        """Enable or disable a connection with all of its tokens and clients, and return the connection as written.

        :param connection: The connection as it was read.
        :raises ConditionFailed: When the connection or a token changed since it was read; nothing was written.
        """
        held = [*map(keys.token, sorted(connection.tokens)), *map(keys.client, sorted(connection.clients))]
        copies = [_update(each, "state", {"S": state.value}) for each in held]
        return self._change(replace(connection, state=state), connection.tokens, also=copies)

    def set_silent_hours(self, connection: Connection, hours: int | None) -> Connection:
        """Set after how many silent hours a connection counts as stalled, and return the connection as written.

        :param connection: The connection as it was read.
        :param hours: 0 for never, None for what the environment's file says.
        :raises ConditionFailed: When the connection changed since it was read; nothing was written.
        """
        return self._change(replace(connection, silent_hours=hours), connection.tokens, also=[])

    def delete(self, connection: Connection) -> None:
        """Delete a connection with its tokens and clients. The users and groups of its directory stay.

        :param connection: The connection as it was read.
        :raises ConditionFailed: When it changed since it was read; nothing was deleted.
        """
        self.table.transact(_removal(connection))

    def regenerate(self, old: Connection, new: Connection, token: Token) -> Connection:
        """Replace a connection, its tokens and its clients by a new connection with one token, in one transaction.

        :param old: The old connection as it was read.
        :param new: A new connection without tokens.
        :param token: A new token of the new connection.
        :returns: The new connection as written.
        :raises ConditionFailed: When the old connection changed since it was read; nothing was changed.
        """
        check_directory(new.directory)
        created = replace(new, tokens=frozenset({token.id}))
        self.table.transact([*_removal(old), *_creation(created, token)])
        return created

    def _change(self, connection: Connection, tokens: frozenset[str], *, also: list[Action]) -> Connection:
        """Write a connection with these tokens, together with other actions, unless it changed since it was read."""
        changed = replace(connection, tokens=tokens, revision=connection.revision + 1)
        put = {"Put": {"Item": connection_item(changed), **unchanged(connection)}}
        self.table.transact([put, *also])
        return changed


def check_directory(directory: str) -> None:
    """Check that a directory id can begin a key.

    :raises InvalidConnectionError: When it is not a DNS label (:data:`lambdas.store.keys.DIRECTORY_ID`).
    """
    if not keys.DIRECTORY_ID.fullmatch(directory):
        raise InvalidConnectionError(
            f"{directory[:80]!r} is not a directory id: it has 1 to 63 lower-case letters, digits and hyphens, and starts and "
            "ends with a letter or digit, for example 'acme-corp'."
        )


def _creation(connection: Connection, token: Token) -> list[Action]:
    listed = key_of(keys.listed_connection(connection.id))
    new = [put_new(connection_item(connection)), put_new(listed), put_new(token_item(token))]
    return [*new, directory_list.check_open(connection.directory)]


def _removal(connection: Connection) -> list[Action]:
    return [
        {"Delete": {"Key": key_of(keys.connection(connection.id)), **unchanged(connection)}},
        {"Delete": {"Key": key_of(keys.listed_connection(connection.id))}},
        *map(_delete_token, sorted(connection.tokens)),
        *(actions.delete(keys.client(each)) for each in sorted(connection.clients)),
    ]


def unchanged(connection: Connection) -> dict[str, object]:
    """Return the condition that a connection has not changed since it was read."""
    return {
        "ConditionExpression": "revision = :revision",
        "ExpressionAttributeValues": {":revision": {"N": str(connection.revision)}},
    }


def put_new(item: Item) -> Action:
    """Return the action that writes an item whose id is new."""
    return {"Put": {"Item": item, "ConditionExpression": ABSENT}}


def _update(key: Key, name: str, value: dict[str, str]) -> Action:
    """Return the update of one attribute of an existing item. Others, such as the last use, may change concurrently."""
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
