"""Filling a directory quickly: the items that creating each resource would leave, written in batches."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from lambdas.store import keys
from lambdas.store.documents import document_of, name_of
from lambdas.store.indexes import index_of
from lambdas.store.items import Stored, now
from lambdas.store.keys import Item
from lambdas.store.table import Table
from tests.storage.builders import PROVIDER, Directory

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def seed_users(directory: Directory, number: int, *, first: int = 0) -> list[str]:
    """Create users ``user0``, ``user1``, ... and return their ids."""
    made: list[str] = []
    _load(directory.table, _users(directory, range(first, first + number), made))
    _count(directory, "User", made)
    return made


def _users(directory: Directory, numbers: Iterable[int], made: list[str]) -> Iterator[Item]:
    model = PROVIDER.model_for("User")
    moment = now()
    for number in numbers:
        resource = model.model_validate(_payload(number))
        resource_id = f"{(number * 2_654_435_761) % 2**32:08x}-0000-4000-8000-{number + 1:012x}"
        stored = Stored(resource_id, document_of(resource), 1, moment, moment, name_of(resource))
        made.append(resource_id)
        yield stored.to_item(keys.resource(directory.id, "User", resource_id))
        index = index_of(PROVIDER, "User", resource)
        for key in index.unique_keys(directory.id, "User").values():
            yield {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "id": {"S": resource_id}}
        for key in index.lookup_keys(directory.id, "User", resource_id):
            yield {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _payload(number: int) -> dict[str, Any]:
    return {
        "userName": f"user{number}@example.com",
        "externalId": f"external-{number}",
        "displayName": f"User {number}",
        "title": "Engineer" if number % 2 else "Manager",
        "active": True,
        "name": {"givenName": "User", "familyName": str(number)},
        "emails": [{"value": f"user{number}@example.com", "type": "work", "primary": True}],
        ENTERPRISE: {"department": f"Department {number % 10}"},
    }


def _count(directory: Directory, resource_type: str, ids: Iterable[str]) -> None:
    for prefix, number in Counter(each[:2] for each in ids).items():
        key = keys.count(directory.id, resource_type, prefix)
        directory.table.client.update_item(
            TableName=directory.table.name,
            Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}},
            UpdateExpression="ADD n :n",
            ExpressionAttributeValues={":n": {"N": str(number)}},
        )


def _load(table: Table, items: Iterable[Item]) -> None:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, 25)):
        request = {table.name: [{"PutRequest": {"Item": item}} for item in batch]}
        while request:
            request = table.client.batch_write_item(RequestItems=request).get("UnprocessedItems", {})
