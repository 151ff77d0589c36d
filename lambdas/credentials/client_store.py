"""The store of OAuth clients on the table, for operators."""

from collections.abc import Iterable
from dataclasses import replace

from lambdas.credentials.client_items import (
    client_item,
    read_client,
    secrets_attribute,
)
from lambdas.credentials.clients import Client
from lambdas.credentials.connections import Connection
from lambdas.credentials.items import connection_item
from lambdas.credentials.store import PRESENT, put_new, unchanged
from lambdas.store import actions, keys
from lambdas.store.keys import key_of
from lambdas.store.table import Table
from lambdas.store.transactions import Action


class ClientStore:
    """The store of OAuth clients.

    A client belongs to a connection, whose item lists it. Creating or deleting one is a transaction with the connection,
    conditional on the connection's revision; disabling and deleting a connection changes its clients too
    (:class:`lambdas.credentials.store.ConnectionStore`).
    """

    def __init__(self, table: Table) -> None:
        """Create the store on the table of one environment."""
        self.table = table

    def client(self, client_id: str) -> Client | None:
        """Return a client, or None; strongly consistent."""
        item = self.table.get(keys.client(client_id))
        return read_client(item) if item else None

    def clients(self, client_ids: Iterable[str]) -> list[Client]:
        """Return the clients that exist among these ids, the oldest first; strongly consistent."""
        items = self.table.batch_get(keys.client(client_id) for client_id in client_ids)
        return sorted(map(read_client, items), key=lambda client: (client.created, client.id))

    def create(self, connection: Connection, client: Client) -> Connection:
        """Add a client to a connection, and return the connection as written.

        :param connection: The connection as it was read.
        :param client: A new client of the connection.
        :raises ConditionFailed: When the connection changed since it was read; nothing was written.
        """
        return self._change(connection, connection.clients | {client.id}, put_new(client_item(client)))

    def delete(self, connection: Connection, client_id: str) -> Connection:
        """Delete a client of a connection with its secrets and access tokens, and return the connection as written.

        :param connection: The connection as it was read.
        :raises ConditionFailed: When the connection changed since it was read; nothing was deleted.
        """
        return self._change(connection, connection.clients - {client_id}, actions.delete(keys.client(client_id)))

    def replace_secrets(self, old: Client, new: Client, *, ends_access_tokens: bool = False) -> Client:
        """Write the secrets of a client, and return the client as written.

        Access tokens are left as they are, since one may be issued at the same moment.

        :param old: The client as it was read.
        :param ends_access_tokens: Whether all access tokens end, also one that is issued at the same moment.
        :raises ConditionFailed: When an operator changed or deleted the client since it was read; nothing was written.
        """
        changed = replace(new, revision=old.revision + 1)
        names = {"#secrets": "secrets", "#revision": "revision"}
        values = {
            ":secrets": secrets_attribute(changed),
            ":old": {"N": str(old.revision)},
            ":new": {"N": str(changed.revision)},
        }
        update = "SET #secrets = :secrets, #revision = :new"
        if ends_access_tokens:
            update += ", access_tokens = :none"
            values[":none"] = {"M": {}}
        self.table.transact(
            [
                {
                    "Update": {
                        "Key": key_of(keys.client(old.id)),
                        "UpdateExpression": update,
                        "ConditionExpression": f"{PRESENT} AND #revision = :old",
                        "ExpressionAttributeNames": names,
                        "ExpressionAttributeValues": values,
                    }
                }
            ]
        )
        return changed

    def _change(self, connection: Connection, clients: frozenset[str], action: Action) -> Connection:
        changed = replace(connection, clients=clients, revision=connection.revision + 1)
        put = {"Put": {"Item": connection_item(changed), **unchanged(connection)}}
        self.table.transact([put, action])
        return changed
