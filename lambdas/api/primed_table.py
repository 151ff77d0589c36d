"""A table of one user in one group, which answers DynamoDB calls before the snapshot in place of the network.

It holds what the requests of :mod:`lambdas.api.priming` find. Writes succeed and change nothing. It has no ``SECRET`` item and no
request asks for one: a secret that is not the table's must not be in a snapshot.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from lambdas.store import keys
from lambdas.store.http_connections import HttpAnswer
from lambdas.store.items import Stored, now
from lambdas.store.keys import Item

DIRECTORY = "-priming-"
"""The id of a directory that cannot exist: ids begin with a letter or a digit."""

USER_ID = "00000000-0000-4000-8000-000000000000"
GROUP_ID = "00000000-0000-4000-8000-000000000001"

USER: dict[str, Any] = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "priming",
    "name": {"givenName": "P", "familyName": "Riming"},
    "active": True,
    "emails": [{"value": "priming@example.com", "type": "work", "primary": True}],
}

GROUP: dict[str, Any] = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "priming"}


def answer(url: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """Return the answer to a signed call, as :data:`lambdas.store.transport.Send`."""
    operation = headers["X-Amz-Target"].rpartition(".")[2]
    content = _READS[operation](json.loads(body)) if operation in _READS else {}
    return HttpAnswer(200, {}, json.dumps(content).encode())


def _items() -> list[Item]:
    user = _stored("User", USER_ID, USER, "priming")
    user["groups"] = {"SS": [GROUP_ID]}
    owned = {
        keys.unique(DIRECTORY, "User", "userName", "priming"): USER_ID,
        keys.unique(DIRECTORY, "Group", "displayName", "priming"): GROUP_ID,
    }
    member = {**keys.key_of(keys.member(DIRECTORY, GROUP_ID, USER_ID)), "type": {"S": "User"}}
    counts = [keys.count(DIRECTORY, name, USER_ID) for name in ("User", "Group")]
    return [
        user,
        _stored("Group", GROUP_ID, GROUP, "priming"),
        *({**keys.key_of(key), "id": {"S": owner}} for key, owner in owned.items()),
        *({**keys.key_of(key), "n": {"N": "1"}} for key in counts),
        member,
    ]


def _stored(name: str, its_id: str, document: Mapping[str, Any], text: str) -> Item:
    moment = now()
    stored = Stored(its_id, json.dumps(document, separators=(",", ":")), 1, moment, moment, text)
    return stored.to_item(keys.resource(DIRECTORY, name, its_id))


def _found(key: Item) -> dict[str, Any]:
    matches = [each for each in _ITEMS if (each["pk"], each["sk"]) == (key["pk"], key["sk"])]
    return {"Item": matches[0]} if matches else {}


def _batch(request: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        table: [_found(key)["Item"] for key in asked["Keys"] if _found(key)]
        for table, asked in request["RequestItems"].items()
    }
    return {"Responses": found, "UnprocessedKeys": {}}


def _query(request: Mapping[str, Any]) -> dict[str, Any]:
    pk = request["ExpressionAttributeValues"][":pk"]
    return {"Items": [each for each in _ITEMS if each["pk"] == pk]}


_ITEMS = _items()

_READS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "GetItem": lambda request: _found(request["Key"]),
    "BatchGetItem": _batch,
    "Query": _query,
    "TransactGetItems": lambda request: {
        "Responses": [_found(each["Get"]["Key"]) for each in request["TransactItems"]]
    },
}
