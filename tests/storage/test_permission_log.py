"""What the function on the table's stream tells of users' permission sets: who got or lost which, and why."""

import importlib
import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.changes.permissions import PermissionLog
from lambdas.environment.product import Product
from lambdas.operations.permission_store import PermissionStore
from lambdas.store import keys
from lambdas.store.keys import Item
from lambdas.store.schema import SchemaCheck
from lambdas.store.sweeping import sweep_group
from support.environments import SETS, environment_of
from tests.storage.builders import GROUP, USER, Directory
from tests.storage.test_changes import removal

FILE = """
[permissions]
sources = ["groups", "roles", "operator"]
default = ["viewer"]
"""


class Stream:
    """Plays the table's stream: what happens to one user's item becomes a record, which the function is called with."""

    def __init__(self, module: Any, directory: Directory, log: io.StringIO) -> None:
        self.module = module
        self.directory = directory
        self.decisions = PermissionStore(directory.table, directory.id)
        self.log = log
        self.before: Item | None = None

    def image(self, user: str) -> Item | None:
        return self.directory.table.get(keys.resource(self.directory.id, "User", user))

    def deliver(self, user: str) -> list[dict[str, Any]]:
        """Hand over what became of a user since the last call, and return what was told of its permission sets."""
        after = self.image(user)
        name = "REMOVE" if after is None else "INSERT" if self.before is None else "MODIFY"
        record = removal(1, "USER", user, name)
        record["dynamodb"] |= {"OldImage": self.before} if self.before else {}
        record["dynamodb"] |= {"NewImage": after} if after else {}
        self.before = after
        context = SimpleNamespace(aws_request_id="call-1", get_remaining_time_in_millis=lambda: 300_000)
        assert self.module.handler({"Records": [record]}, context) == {"batchItemFailures": []}
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        self.log.truncate(0)
        self.log.seek(0)
        return [each for each in lines if each["event"] == "scim.permissions"]


@pytest.fixture
def stream(acme: Directory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stream]:
    """The stream of a directory whose environment has permission sets."""
    for name, value in {"TABLE_NAME": "unused", "ENVIRONMENT": "local", "AWS_DEFAULT_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(name, value)
    module = importlib.import_module("lambdas.changes.handler")
    product = Product.of(environment_of(FILE + SETS))
    monkeypatch.setattr(module, "PERMISSIONS", PermissionLog(acme.table, module.logger, "acme", product))
    monkeypatch.setattr(module, "SCHEMA", SchemaCheck(acme.table))
    log = io.StringIO()
    (handler,) = module.logger.handlers
    before = handler.setStream(log)
    yield Stream(module, acme, log)
    handler.setStream(before)


def replace(directory: Directory, user: str, **values: Any) -> None:
    """Change attributes of a user, as a PUT or PATCH ends."""
    storage = directory.storage
    resource = storage.get(USER, user)
    for name, value in values.items():
        resource[name] = value
    storage.update(USER, resource)


def test_a_new_user_is_told_with_the_default_sets(stream: Stream):
    ada = stream.directory.user("ada@example.com")
    (told,) = stream.deliver(ada)
    assert (told["before"], told["after"]) == ([], ["viewer"])
    assert told["reasons"] == {"viewer": ["default"]}
    assert (told["resource_type"], told["resource_id"], told["resource_name"]) == ("User", ada, "ada@example.com")
    assert (told["environment"], told["directory"]) == ("acme", "acme")


def test_who_joins_or_leaves_a_mapped_group_is_told_with_the_group(stream: Stream):
    ada = stream.directory.user("ada@example.com")
    sales = stream.directory.group("Sales")
    stream.decisions.map_group(sales, ["admin"])
    stream.deliver(ada)
    stream.directory.change(sales, add=[ada])
    (told,) = stream.deliver(ada)
    assert (told["before"], told["after"]) == (["viewer"], ["admin"])
    assert told["reasons"] == {"admin": ["mapped group Sales"]}
    stream.directory.change(sales, remove=[ada])
    (told,) = stream.deliver(ada)
    assert (told["before"], told["after"]) == (["admin"], ["viewer"])


def test_who_loses_sets_with_a_deleted_group_is_told_when_the_group_is_swept(stream: Stream):
    ada = stream.directory.user("ada@example.com")
    sales = stream.directory.group("Sales", ada)
    stream.decisions.map_group(sales, ["admin"])
    stream.deliver(ada)
    stream.directory.storage.delete(GROUP, sales)
    sweep_group(stream.directory.table, stream.directory.id, sales)
    (told,) = stream.deliver(ada)
    assert (told["before"], told["after"]) == (["admin"], ["viewer"])


def test_an_assignment_and_a_role_are_told_with_their_reasons(stream: Stream):
    ada = stream.directory.user("ada@example.com")
    stream.deliver(ada)
    stream.decisions.assign(ada, ["admin"])
    (told,) = stream.deliver(ada)
    assert told["reasons"] == {"admin": ["operator"]}


def test_a_user_who_is_disabled_or_deleted_loses_all_sets(stream: Stream):
    ada = stream.directory.user("ada@example.com")
    stream.deliver(ada)
    replace(stream.directory, ada, active=False)
    (told,) = stream.deliver(ada)
    assert (told["before"], told["after"]) == (["viewer"], [])
    bob = stream.directory.user("bob@example.com")
    stream.before = None
    stream.deliver(bob)
    stream.directory.storage.delete(USER, bob)
    (told,) = stream.deliver(bob)
    assert (told["before"], told["after"]) == (["viewer"], [])


def test_a_change_that_leaves_the_sets_as_they_are_is_not_told(stream: Stream):
    ada = stream.directory.user("ada@example.com")
    stream.deliver(ada)
    replace(stream.directory, ada, title="Countess")
    assert stream.deliver(ada) == []


def test_nothing_is_read_or_told_where_there_are_no_permission_sets(stream: Stream, monkeypatch: pytest.MonkeyPatch):
    plain = PermissionLog(stream.directory.table, stream.module.logger, "acme", Product())
    monkeypatch.setattr(stream.module, "PERMISSIONS", plain)
    ada = stream.directory.user("ada@example.com")
    stream.directory.group("Sales", ada)
    stream.directory.table.meter.reset()
    assert stream.deliver(ada) == []
    assert stream.directory.table.meter.calls == 1  # the image that the test itself reads
