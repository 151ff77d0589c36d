"""The function that publishes change events: what it publishes, asks for again, or sets aside."""

import importlib
import io
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.eventing.publisher import MAX_ENTRIES, Publisher
from lambdas.store.schema import CURRENT, NewerSchemaError, SchemaCheck, schema_item
from lambdas.store.table import Table
from support.streams import Record
from tests.storage.faults import answered
from tests.storage.product import PRODUCT, SOURCE, ProductDirectory

VARIABLES = {
    "TABLE_NAME": "unused",
    "ENVIRONMENT": "local",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "EVENT_BUS": "scim-acme",
    "ISSUER": "https://scim.example.com/v2",
    "DEAD_LETTERS": "https://sqs.example.com/dead",
}


class Bus:
    """EventBridge: takes entries, or refuses those of chosen types."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.requests: list[int] = []
        self.refuses: dict[str, str] = {}

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 -- boto3's
        results: list[dict[str, str]] = []
        self.requests.append(len(Entries))
        for each in Entries:
            code = next((code for kind, code in self.refuses.items() if kind in each["DetailType"]), None)
            if code is None:
                self.entries.append(each)
            results.append({"ErrorCode": code, "ErrorMessage": "no"} if code else {"EventId": "e"})
        return {"FailedEntryCount": sum("ErrorCode" in each for each in results), "Entries": results}


class Queue:
    """SQS: keeps what is sent."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803 -- boto3's
        assert QueueUrl == VARIABLES["DEAD_LETTERS"]
        self.bodies.append(json.loads(MessageBody))


class Function:
    """The function over a table, with its bus, its dead-letter queue and its log."""

    def __init__(self, module: Any, directory: ProductDirectory) -> None:
        self.module = module
        self.directory = directory
        self.bus = Bus()
        self.queue = Queue()
        self.log = io.StringIO()

    def call(self, records: list[Record]) -> list[str]:
        """Return the sequence numbers of the records that are to be delivered again."""
        context = SimpleNamespace(aws_request_id="call-1", get_remaining_time_in_millis=lambda: 120_000)
        answer = self.module.handler({"Records": records}, context)
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@pytest.fixture
def function(new_table: Callable[[], Table], monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    module = importlib.import_module("lambdas.events.handler")
    function = Function(module, ProductDirectory.on(new_table()))
    monkeypatch.setattr(module, "TABLE", function.directory.table)
    monkeypatch.setattr(module, "SCHEMA", SchemaCheck(function.directory.table))
    monkeypatch.setattr(module, "PRODUCT", PRODUCT)
    monkeypatch.setattr(module, "PUBLISHER", Publisher(function.bus, "scim-acme", SOURCE))
    monkeypatch.setattr(module, "QUEUE", function.queue)
    (handler,) = module.logger.handlers
    before = handler.setStream(function.log)
    yield function
    handler.setStream(before)


def broken(record: Record) -> Record:
    image = {name: value for name, value in record["dynamodb"]["NewImage"].items() if name != "doc"}
    return {**record, "dynamodb": {**record["dynamodb"], "NewImage": {**image, "secret": {"S": "PRIVATE"}}}}


def test_entries_say_where_they_come_from_and_what_they_are_about(function: Function):
    ada = function.directory.user("ada")
    assert function.call(function.directory.stream()) == []
    created, permissions = function.bus.entries
    assert (created["EventBusName"], created["Source"]) == ("scim-acme", "scim.acme")
    assert created["DetailType"] == "urn:ietf:params:scim:event:prov:create:notice"
    assert created["Resources"] == permissions["Resources"] == [f"acme/Users/{ada}"]
    assert json.loads(created["Detail"])["iss"] == "https://scim.example.com/v2"
    (record,) = function.records()
    assert (record["event"], record["changes"], record["events_published"]) == ("scim.events", 1, 2)
    assert (record["events_failed"], record["function_request_id"]) == (0, "call-1")


def test_records_of_other_items_are_passed_over(function: Function):
    function.directory.user("ada")
    others = [each for each in function.directory.stream() if not each["dynamodb"]["Keys"]["pk"]["S"].endswith("#USER")]
    assert others
    assert function.call(others) == []
    assert function.bus.requests == []
    assert function.records() == []


def test_a_request_to_the_bus_has_ten_entries_at_most(function: Function):
    for number in range(12):
        function.directory.user(f"user{number}")
    function.call(function.directory.stream())
    assert function.bus.requests == [MAX_ENTRIES, MAX_ENTRIES, 4]


def test_a_record_that_nothing_can_read_is_set_aside_without_its_data_and_holds_up_no_other(function: Function):
    first, second = function.directory.user("ada"), function.directory.user("bob")
    records = [each for each in function.directory.stream() if each["dynamodb"]["Keys"]["pk"]["S"].endswith("#USER")]
    assert function.call([broken(records[0]), records[1]]) == []
    assert {each["Resources"][0] for each in function.bus.entries} == {f"acme/Users/{second}"}
    assert function.queue.bodies == [
        {
            "event_id": records[0]["eventID"],
            "sequence_number": records[0]["dynamodb"]["SequenceNumber"],
            "reason": "KeyError",
        }
    ]
    assert "PRIVATE" not in function.log.getvalue()
    assert first not in function.log.getvalue()
    assert function.records()[-1]["events_failed"] == 1


def test_events_that_the_bus_is_too_busy_for_are_delivered_again_from_their_records(function: Function):
    function.directory.user("ada")
    records = function.directory.stream()
    function.bus.refuses = {"permissions": "ThrottlingException"}
    (user,) = [each for each in records if each["dynamodb"]["Keys"]["pk"]["S"].endswith("#USER")]
    assert function.call(records) == [user["dynamodb"]["SequenceNumber"]]
    assert function.queue.bodies == []
    function.bus.refuses = {}
    assert function.call(records) == []
    created = [each for each in function.bus.entries if "create" in each["DetailType"]]
    assert created[0] == created[1], "a repeated record repeats its event"


def test_an_event_that_the_bus_never_takes_is_set_aside(function: Function):
    function.directory.user("ada")
    function.bus.refuses = {"permissions": "MalformedDetail"}
    assert function.call(function.directory.stream()) == []
    (aside,) = function.queue.bodies
    assert aside["reason"] == "MalformedDetail"
    assert len(function.bus.entries) == 1


def test_a_bus_that_does_not_answer_fails_the_batch(function: Function, monkeypatch: pytest.MonkeyPatch):
    def silent(**_: Any) -> Any:
        raise answered("InternalServerError")

    function.directory.user("ada")
    monkeypatch.setattr(function.bus, "put_events", silent)
    with pytest.raises(ClientError):
        function.call(function.directory.stream())


def test_a_table_with_a_newer_schema_fails_the_batch_and_publishes_nothing(function: Function):
    function.directory.user("ada")
    records = function.directory.stream()
    function.directory.table.write({"Put": {"Item": schema_item(CURRENT + 1)}})
    with pytest.raises(NewerSchemaError):
        function.call(records)
    assert function.bus.entries == []
