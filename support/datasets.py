"""Directories of any size: the items that creating their users and groups would have left, handed to an engine in seconds.

Users all take the same bytes, so that what an operation costs depends on nothing but the directory's size. Writing 100,000 of them
through the store would take minutes; dynoxide imports them from a file, as AWS imports an export of a table.
"""

import hashlib
import itertools
import json
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from scim2_models import Resource

from lambdas.scim.provider import build_provider
from lambdas.store import keys
from lambdas.store.documents import document_of, name_of
from lambdas.store.indexes import index_of
from lambdas.store.items import Stored, now
from lambdas.store.keys import Item
from support.engines import client_for, engine_name, running_engine
from support.tables import TABLE_NAME, create_table, table_description

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SPARE = 100
"""Users of a directory that are in no group, so that tests can add them to one. Only these are found by e-mail and external id: the
look-ups of all others would double the time of an import, and no operation reads them."""

NAMED = 10
"""Members who are found by their userName, as the spare users are. No test needs more, and 100,000 take seconds."""

TEMPLATE = 8_888_888
"""The number of the user that all others are copied from; no directory is so large that it has one."""

GROUP_NUMBER = 9_999_999
"""The number that makes the id of the group."""

PADDING = "In no group, and exactly as long"
"""Makes an item of a user in no group as large as that of a member, whose set of groups takes 42 bytes."""

PROVIDER = build_provider()


@dataclass(frozen=True)
class Dataset:
    """A directory with some users, and a group ``Everyone`` that all but the spare ones are in."""

    members: int
    """Members of the group. The directory has :data:`SPARE` users more."""

    lone: int = 0
    """Further users who are in no group and can only be listed: one item each instead of three."""

    @property
    def directory(self) -> str:
        """The directory's id, whose length is part of every item's size and the same for all."""
        return f"members{self.members:07d}"

    @property
    def users(self) -> int:
        """How many users the directory has."""
        return SPARE + self.members + self.lone

    @property
    def user_bytes(self) -> int:
        """The size of a user's item."""
        return item_bytes(self._user(0, [], found_by_all=False)[0])

    @property
    def group(self) -> str:
        """The id of the group ``Everyone``."""
        return resource_id(GROUP_NUMBER)

    @property
    def member(self) -> str:
        """The id of a user who is in the group and in no other."""
        return resource_id(SPARE)

    @property
    def spare(self) -> list[str]:
        """The ids of the users who are in no group."""
        return [resource_id(number) for number in range(SPARE)]

    def lines(self) -> Iterator[str]:
        """Yield every item of the directory, as JSON in DynamoDB's low-level form."""
        items = [*self._group(), *self._counts("Group", [self.group])]
        items += self._counts("User", map(resource_id, range(self.users)))
        for number in range(SPARE):
            items += self._user(number, [], found_by_all=True)
        yield from map(json.dumps, items)
        yield from self._copies()
        yield from self._lone()

    def _copies(self) -> Iterator[str]:
        """Yield the items of the members, copied from one."""
        key = keys.member(self.directory, self.group, resource_id(TEMPLATE))
        membership = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "type": {"S": "User"}}
        copied = [membership, *self._user(TEMPLATE, [self.group], found_by_all=False)]
        named, unnamed = ("\n".join(map(json.dumps, each)) for each in (copied, copied[:2]))
        for number in range(SPARE, SPARE + self.members):
            yield from _copy(named if number < SPARE + NAMED else unnamed, number).split("\n")

    def _lone(self) -> Iterator[str]:
        """Yield the users that are only listed."""
        template = json.dumps(self._user(TEMPLATE, [], found_by_all=False)[0])
        for number in range(self.users - self.lone, self.users):
            yield _copy(template, number)

    def _user(self, number: int, groups: list[str], *, found_by_all: bool) -> list[Item]:
        values = user_values(number) | ({} if groups else {"nickName": PADDING})
        return self._resource("User", resource_id(number), values, groups, found_by_all=found_by_all)

    def _group(self) -> list[Item]:
        return self._resource("Group", self.group, {"displayName": "Everyone"}, [], found_by_all=True)

    def _resource(
        self, name: str, its_id: str, values: dict[str, Any], groups: list[str], *, found_by_all: bool
    ) -> list[Item]:
        """Return the items of a resource.

        :param found_by_all: Whether it has its look-ups.
        """
        resource = cast("type[Resource[Any]]", PROVIDER.model_for(name)).model_validate(values)
        moment = now()
        stored = Stored(its_id, document_of(resource), 1, moment, moment, name_of(resource))
        item = stored.to_item(keys.resource(self.directory, name, its_id))
        if groups:
            item["groups"] = {"SS": groups}
        index = index_of(PROVIDER, name, resource)
        owned = index.unique_keys(self.directory, name).values()
        found = index.lookup_keys(self.directory, name, its_id) if found_by_all else set()
        return [
            item,
            *({"pk": {"S": key.pk}, "sk": {"S": key.sk}, "id": {"S": its_id}} for key in owned),
            *({"pk": {"S": key.pk}, "sk": {"S": key.sk}} for key in found),
        ]

    def _counts(self, name: str, ids: Iterable[str]) -> Iterator[Item]:
        """Yield all 256 counts of a type, as a directory has them that was once larger."""
        numbers = Counter(each[:2] for each in ids)
        for prefix in keys.COUNT_PREFIXES:
            key = keys.count(self.directory, name, prefix)
            yield {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "n": {"N": str(numbers[prefix])}}


def _copy(template: str, number: int) -> str:
    """Return the items of the user :data:`TEMPLATE` as those of another."""
    text = template.replace(resource_id(TEMPLATE), resource_id(number))
    return text.replace(f"{TEMPLATE:07d}", f"{number:07d}")


def resource_id(number: int) -> str:
    """Return the id of a user or group: as random as a real one, and the same for every run."""
    return str(uuid.UUID(bytes=hashlib.sha256(str(number).encode()).digest()[:16], version=4))


def item_bytes(item: Item) -> int:
    """Return the size of an item as DynamoDB counts it: names, and values in UTF-8; a number two digits a byte."""
    size = 0
    for name, typed in item.items():
        ((kind, value),) = typed.items()
        size += len(name)
        if kind == "S":
            size += len(value.encode())
        elif kind == "N":
            size += len(value) // 2 + 2
        else:
            size += 3 + sum(len(each) + 1 for each in value)
    return size


def user_values(number: int) -> dict[str, Any]:
    """Return a user as Entra provisions one; the same number of bytes for every number below ten million."""
    name = f"{number:07d}"
    return {
        "userName": f"user{name}@example.com",
        "externalId": f"00000000-0000-0000-0000-00000{name}",
        "displayName": f"Given Family {name}",
        "title": "Engineer",
        "active": True,
        "preferredLanguage": "en-GB",
        "name": {"givenName": "Given", "familyName": f"Family {name}", "formatted": f"Given Family {name}"},
        "emails": [{"value": f"user{name}@example.com", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": f"+49 30 {name}", "type": "mobile"}],
        ENTERPRISE: {"department": "Department of everything", "employeeNumber": name},
    }


@contextmanager
def engine_with(*datasets: Dataset) -> Iterator[Any]:
    """Run an engine whose table :data:`TABLE_NAME` holds these directories, and yield a client of it."""
    lines = itertools.chain.from_iterable(each.lines() for each in datasets)
    if engine_name() != "dynoxide":
        with running_engine() as url:
            client = client_for(url)
            create_table(client)
            _write(client, lines)
            yield client
        return
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder)
        _export(export, lines)
        with running_engine(export) as url:
            yield client_for(url)


def _export(folder: Path, lines: Iterable[str]) -> None:
    """Write items as DynamoDB exports a table (``DYNAMODB_JSON``), and the table's description beside them."""
    data = folder / TABLE_NAME / "data"
    data.mkdir(parents=True)
    (folder / "schema.json").write_text(json.dumps([{"Table": table_description()}]))
    with (data / "items.json").open("w") as file:
        file.writelines(f'{{"Item": {line}}}\n' for line in lines)


def _write(client: Any, lines: Iterable[str]) -> None:
    iterator = iter(lines)
    while batch := list(itertools.islice(iterator, 25)):
        request = {TABLE_NAME: [{"PutRequest": {"Item": json.loads(line)}} for line in batch]}
        while request:
            request = client.batch_write_item(RequestItems=request).get("UnprocessedItems", {})
