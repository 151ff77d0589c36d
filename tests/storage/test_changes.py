"""The function on the table's stream: what it sweeps, which records it asks to be delivered again, and what it tells of it."""

import importlib
import io
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas import metrics
from lambdas import retrying as backoff
from lambdas.changes.sweep import Sweeper
from lambdas.store import schema
from lambdas.store.schema import NewerSchemaError, SchemaCheck, schema_item
from lambdas.store.sweeping import SWEEP_BATCH
from lambdas.store.table import Table
from scimctl.maintenance.verification import verify
from tests.storage.agreement import assert_intact
from tests.storage.builders import GROUP, PROVIDER, USER, Directory
from tests.storage.faults import QuickClock, answered
from tests.storage.seeding import seed_users

MINUTES = 5 * 60_000
"""Milliseconds that the function has."""


@pytest.fixture(scope="module")
def module() -> Iterator[Any]:
    """The function's module, imported as Lambda imports it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "TABLE_NAME": "unused",
            "ENVIRONMENT": "local",
            "POWERTOOLS_SERVICE_NAME": "changes",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }.items():
            patch.setenv(name, value)
        yield importlib.import_module("lambdas.changes.handler")


class Function:
    """The function over a table, with its log."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.log = io.StringIO()

    def call(self, *records: dict[str, Any], milliseconds: int = MINUTES) -> list[str]:
        """Hand it a batch, and return the sequence numbers of the records that are to be delivered again."""
        context = SimpleNamespace(aws_request_id="call-1", get_remaining_time_in_millis=lambda: milliseconds)
        answer = self.module.handler({"Records": list(records)}, context)
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def records(self) -> list[dict[str, Any]]:
        """Return what it logged."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@pytest.fixture
def function(module: Any, acme: Directory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    """The function over the table of ``acme``."""
    function = Function(module)
    monkeypatch.setattr(module, "SWEEPER", Sweeper(acme.table, module.logger, "test"))
    monkeypatch.setattr(module, "SCHEMA", SchemaCheck(acme.table))
    (handler,) = module.logger.handlers
    before = handler.setStream(function.log)
    yield function
    handler.setStream(before)


def removal(number: int, kind: str, resource_id: str, name: str = "REMOVE", directory: str = "acme") -> dict[str, Any]:
    """A record of the stream, as Lambda delivers it: of a resource that was removed."""
    keys = {"pk": {"S": f"{directory}#{kind}"}, "sk": {"S": resource_id}}
    told = {"Keys": keys, "SequenceNumber": str(number), "StreamViewType": "NEW_AND_OLD_IMAGES"}
    return {"eventID": f"event-{number}", "eventName": name, "eventSource": "aws:dynamodb", "dynamodb": told}


def deleted_group(directory: Directory, name: str, *members: str) -> str:
    group = directory.group(name, *members)
    directory.storage.delete(GROUP, group)
    return group


class Refusing:
    """A client that gets an error for every transaction about one resource, and passes the others on."""

    def __init__(self, client: Any, resource_id: str) -> None:
        self.client = client
        self.resource_id = resource_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def transact_write_items(self, **request: Any) -> Any:
        if self.resource_id in json.dumps(request):
            raise answered("ResourceNotFoundException")
        return self.client.transact_write_items(**request)


def unswept(directory: Directory) -> list[str]:
    return [str(each.found) for each in verify(directory.table, directory.id, PROVIDER)]


def test_a_record_that_cannot_be_read_is_failed_with_the_reason_and_a_metric_and_the_others_are_completed(
    function: Function, acme: Directory, module: Any
) -> None:
    staff = deleted_group(acme, "Staff", *seed_users(acme, 2))
    broken = removal(1, "USER", "u1", "MODIFY")
    broken["dynamodb"]["NewImage"] = {"pk": {"S": "acme#USER"}, "sk": {"S": "u1"}, "secret": {"S": "PRIVATE"}}

    assert function.call(broken, removal(2, "GROUP", staff)) == ["1"]

    failed, swept = function.records()
    assert (failed["event"], failed["changes_failed"]) == ("scim.change_failed", 1)
    assert (failed["sequence_number"], failed["change"], failed["exception_name"]) == ("1", "MODIFY", "KeyError")
    assert failed["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "changes_failed", "Unit": "Count"}]
    assert "PRIVATE" not in json.dumps(failed)
    assert swept["event"] == "scim.sweep"


def test_a_deleted_group_is_swept_and_told_in_one_record(function: Function, acme: Directory) -> None:
    staff = deleted_group(acme, "Staff", *seed_users(acme, 60))
    assert unswept(acme) == ["60 memberships"]

    assert function.call(removal(1, "GROUP", staff)) == []

    assert verify(acme.table, acme.id, PROVIDER) == []
    (record,) = function.records()
    expected = {
        "event": "scim.sweep",
        "environment": "test",
        "directory": "acme",
        "group": staff,
        "memberships_swept": 60,
        "sweeps_failed": 0,
        "function_request_id": "call-1",
        "level": "INFO",
    }
    assert {name: record.get(name) for name in expected} == expected


def test_a_record_of_a_sweep_is_its_metrics(function: Function, acme: Directory) -> None:
    function.call(removal(1, "GROUP", deleted_group(acme, "Staff", acme.user("ann"))))
    (record,) = function.records()
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == metrics.NAMESPACE
    assert directive["Dimensions"] == [["environment"]]
    assert {each["Name"] for each in directive["Metrics"]} == {"memberships_swept", "sweeps_failed"}
    assert all(isinstance(record[each["Name"]], int) for each in directive["Metrics"])


@pytest.mark.parametrize(
    "passed_over",
    [
        removal(1, "USER", "8ca0a5b5-b626-4467-93e1-2a0cda85a644"),
        removal(1, "GROUP", "8ca0a5b5-b626-4467-93e1-2a0cda85a644", name="MODIFY"),
        removal(1, "COUNT#Group", "8c"),
    ],
    ids=["a user", "a change", "no resource"],
)
def test_what_is_no_removal_of_a_group_is_passed_over(function: Function, passed_over: dict[str, Any]) -> None:
    assert function.call(passed_over) == []
    assert function.records() == []


def test_of_a_batch_only_the_record_that_failed_is_delivered_again(
    function: Function, acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = seed_users(acme, 3)
    first, second, third = (deleted_group(acme, name, *users) for name in ("First", "Second", "Third"))
    batch = [removal(number, "GROUP", each) for number, each in enumerate((first, second, third), 1)]

    refusing = Table(Refusing(acme.table.client, second), acme.table.name)
    monkeypatch.setattr(function.module.SWEEPER, "table", refusing)
    assert function.call(*batch) == ["2"]
    assert unswept(acme) == ["3 memberships"]
    failed = [record for record in function.records() if record["sweeps_failed"]]
    assert [(each["group"], each["level"], each["memberships_swept"]) for each in failed] == [(second, "ERROR", 0)]
    assert "ResourceNotFoundException" in failed[0]["exception"]

    monkeypatch.setattr(function.module.SWEEPER, "table", acme.table)
    assert function.call(*batch[1:]) == []
    assert verify(acme.table, acme.id, PROVIDER) == []


def test_a_batch_in_which_everything_fails_is_delivered_again_and_does_not_end_the_function(
    function: Function, acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [deleted_group(acme, name, acme.user(f"of {name}")) for name in ("First", "Second")]
    refusing = Refusing(Refusing(acme.table.client, groups[0]), groups[1])
    monkeypatch.setattr(function.module.SWEEPER, "table", Table(refusing, acme.table.name))
    assert function.call(*(removal(number, "GROUP", each) for number, each in enumerate(groups, 1))) == ["1", "2"]


def test_a_table_that_stays_busy_fails_the_record_before_the_function_is_ended(
    function: Function, acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = deleted_group(acme, "Staff", acme.user("ann"))
    monkeypatch.setattr(backoff, "time", QuickClock())

    def busy(**request: Any) -> Any:
        raise answered("ThrottlingException")

    client = SimpleNamespace(query=acme.table.client.query, transact_write_items=busy)
    monkeypatch.setattr(function.module.SWEEPER, "table", Table(client, acme.table.name))
    assert function.call(removal(1, "GROUP", staff)) == ["1"]
    (record,) = function.records()
    assert (record["exception_name"], record["sweeps_failed"]) == ("OutOfTimeError", 1)
    assert_intact(acme)


def test_a_sweep_that_has_not_the_time_tells_how_far_it_came_and_goes_on_when_it_is_delivered_again(
    function: Function, acme: Directory
) -> None:
    size = SWEEP_BATCH + 10
    staff = deleted_group(acme, "Staff", *seed_users(acme, size))
    no_time = function.module.RESERVE_SECONDS * 1000

    assert function.call(removal(1, "GROUP", staff), milliseconds=no_time) == ["1"]
    assert unswept(acme) == ["10 memberships"]
    (record,) = function.records()
    assert (record["memberships_swept"], record["sweeps_failed"]) == (SWEEP_BATCH, 1)

    assert function.call(removal(1, "GROUP", staff)) == []
    assert function.records()[-1]["memberships_swept"] == 10
    assert verify(acme.table, acme.id, PROVIDER) == []


def test_a_record_that_is_delivered_twice_does_no_harm(function: Function, acme: Directory) -> None:
    ann = acme.user("ann")
    record = removal(1, "GROUP", deleted_group(acme, "Staff", ann))
    other = acme.group("Other", ann)
    assert function.call(record) == function.call(record, record) == []
    assert [each["memberships_swept"] for each in function.records()] == [1, 0, 0]
    assert acme.groups(ann) == {other}


def test_a_sweep_leaves_other_directories_and_groups_alone(
    function: Function, acme: Directory, globex: Directory
) -> None:
    theirs = globex.user("ann")
    their_group = globex.group("Staff", theirs)
    ann = acme.user("ann")
    acme.group("Other", ann)
    function.call(removal(1, "GROUP", deleted_group(acme, "Staff", ann)))
    assert globex.members(their_group) == {theirs}
    assert len(acme.groups(ann)) == 1


def test_a_member_that_was_deleted_before_the_sweep_does_not_stop_it(function: Function, acme: Directory) -> None:
    ann, bob = acme.user("ann"), acme.user("bob")
    staff = deleted_group(acme, "Staff", ann, bob)
    acme.storage.delete(USER, ann)
    assert function.call(removal(1, "GROUP", staff)) == []
    assert verify(acme.table, acme.id, PROVIDER) == []


def test_a_newer_schema_leaves_the_batch_for_the_version_that_supports_it(acme: Directory, function: Function) -> None:
    group = acme.group("Staff", acme.user("ann"))
    acme.storage.delete(GROUP, group)
    acme.table.write({"Put": {"Item": schema_item(schema.CURRENT + 1)}})
    with pytest.raises(NewerSchemaError):
        function.call(removal(1, "GROUP", group))
    assert list(acme.table.query(f"acme#MEMBERS#{group}"))
