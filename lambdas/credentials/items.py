"""The items of connections and tokens in the table."""

from datetime import UTC, datetime

from lambdas.credentials.connections import Connection, State, Token
from lambdas.credentials.scopes import Scope
from lambdas.store import keys
from lambdas.store.keys import Item, key_of


def connection_item(connection: Connection) -> Item:
    """Return the item of a connection. DynamoDB has no empty sets, so ``tokens`` and ``clients`` are absent if there are none."""
    item = {
        **key_of(keys.connection(connection.id)),
        "directory": {"S": connection.directory},
        "label": {"S": connection.label},
        "state": {"S": connection.state.value},
        "created": {"S": connection.created.isoformat()},
        "revision": {"N": str(connection.revision)},
    }
    if connection.silent_hours is not None:
        item["silent_hours"] = {"N": str(connection.silent_hours)}
    sets = {"tokens": connection.tokens, "clients": connection.clients}
    return item | {name: {"SS": sorted(ids)} for name, ids in sets.items() if ids}


def read_connection(item: Item) -> Connection:
    """Return the connection of an item."""
    return Connection(
        id=item["pk"]["S"].partition("#")[2],
        directory=item["directory"]["S"],
        label=item["label"]["S"],
        state=State(item["state"]["S"]),
        created=datetime.fromisoformat(item["created"]["S"]),
        tokens=frozenset(item.get("tokens", {}).get("SS", ())),
        clients=frozenset(item.get("clients", {}).get("SS", ())),
        silent_hours=int(item["silent_hours"]["N"]) if "silent_hours" in item else None,
        revision=int(item["revision"]["N"]),
    )


def token_item(token: Token) -> Item:
    """Return the item of a token. It contains the hash of the secret, never the secret."""
    item: Item = {
        **key_of(keys.token(token.id)),
        "hash": {"B": token.hash},
        "connection": {"S": token.connection},
        "directory": {"S": token.directory},
        "scope": {"S": token.scope.value},
        "state": {"S": token.state.value},
        "label": {"S": token.label},
        "created": {"S": token.created.isoformat()},
        "expires": {"N": str(int(token.expires.timestamp()))},
    }
    if token.last_used is not None:
        item["last_used"] = {"S": token.last_used.isoformat()}
    return item


def read_token(item: Item) -> Token:
    """Return the token of an item."""
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
