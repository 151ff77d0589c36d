"""The items of OAuth clients in the table."""

from datetime import UTC, datetime

from lambdas.credentials.clients import Client, ClientSecret, Federation
from lambdas.credentials.connections import State
from lambdas.credentials.scopes import Scope
from lambdas.store import keys
from lambdas.store.keys import Item, key_of


def client_item(client: Client) -> Item:
    """Return the item of a client. It contains hashes of secrets and access tokens, never the texts."""
    item: Item = {
        **key_of(keys.client(client.id)),
        "kind": {"S": client.kind.value},
        "connection": {"S": client.connection},
        "directory": {"S": client.directory},
        "scope": {"S": client.scope.value},
        "state": {"S": client.state.value},
        "label": {"S": client.label},
        "created": {"S": client.created.isoformat()},
        "revision": {"N": str(client.revision)},
        "secrets": secrets_attribute(client),
        "access_tokens": access_tokens_attribute(client),
    }
    if client.federation is not None:
        item["issuer"] = {"S": client.federation.issuer}
        item["subject"] = {"S": client.federation.subject}
        item["audience"] = {"S": client.federation.audience}
    if client.last_used is not None:
        item["last_used"] = {"S": client.last_used.isoformat()}
    return item


def secrets_attribute(client: Client) -> Item:
    """Return the attribute ``secrets`` of a client's item: one map for each secret."""
    return {
        "L": [
            {"M": {"hash": {"B": each.hash}, "created": epoch(each.created), "expires": epoch(each.expires)}}
            for each in client.secrets
        ]
    }


def access_tokens_attribute(client: Client) -> Item:
    """Return the attribute ``access_tokens`` of a client's item: the expiry of each by the name of its hash."""
    return {"M": {name: epoch(expires) for name, expires in client.access_tokens.items()}}


def read_client(item: Item) -> Client:
    """Return the client of an item."""
    last_used = item.get("last_used")
    federated = "issuer" in item
    return Client(
        id=item["pk"]["S"].partition("#")[2],
        connection=item["connection"]["S"],
        directory=item["directory"]["S"],
        scope=Scope(item["scope"]["S"]),
        state=State(item["state"]["S"]),
        label=item["label"]["S"],
        created=datetime.fromisoformat(item["created"]["S"]),
        secrets=tuple(_secret(each["M"]) for each in item["secrets"]["L"]),
        federation=Federation(*(item[name]["S"] for name in ("issuer", "subject", "audience"))) if federated else None,
        last_used=datetime.fromisoformat(last_used["S"]) if last_used else None,
        access_tokens={name: _moment(each) for name, each in item["access_tokens"]["M"].items()},
        revision=int(item["revision"]["N"]),
    )


def epoch(moment: datetime) -> Item:
    """Return a time as an attribute: seconds since 1970."""
    return {"N": str(int(moment.timestamp()))}


def _moment(attribute: Item) -> datetime:
    return datetime.fromtimestamp(int(attribute["N"]), UTC)


def _secret(attributes: Item) -> ClientSecret:
    return ClientSecret(bytes(attributes["hash"]["B"]), _moment(attributes["created"]), _moment(attributes["expires"]))
