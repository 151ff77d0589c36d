"""The transport against boto3: for whatever the network and DynamoDB do, a call ends alike, after the same requests and pauses."""

import random
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.store import http_connections
from lambdas.store.client import QUICK
from lambdas.store.transport import OPERATIONS, direct_transport
from tests.storage.scripted_server import (
    ScriptedServer,
    Step,
    chunked,
    closing,
    cut,
    error,
    hang_up,
    nonsense,
    page,
    raw,
    reset,
    scripted_server,
    silence,
    success,
)

AWS = QUICK.merge(
    Config(
        connect_timeout=1, read_timeout=0.3, retries={"mode": "standard", "total_max_attempts": 3}, tcp_keepalive=True
    )
)
KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
TEXTS = {**KEY, "doc": {"S": '{"B":"ü😀\\"","n":null}'}, "n": {"N": "1.50"}, "on": {"BOOL": True}, "x": {"NULL": True}}
BYTES = {**KEY, "hash": {"B": "AAEC/w=="}, "many": {"BS": ["AA==", "/w=="]}, "M": {"M": {"B": {"S": "no"}}}}
UNITS = {"TableName": "t", "CapacityUnits": 1.5, "ReadCapacityUnits": 1.0}
ITEM = {"Item": TEXTS, "ConsumedCapacity": UNITS}

SUCCESSES: dict[str, Callable[[dict[str, Any]], Step]] = {
    "an answer": success,
    "nothing": lambda _: success({}),
    "an empty body": lambda _: success(b""),
    "a body that is no JSON": lambda _: success(b"{"),
    "a body that is no object": lambda _: success(b"3"),
    "chunks": chunked,
    "an answer that announces the end": lambda content: success(content, header="Connection: close"),
    "an answer, then the end": closing,
    "an announcement before the answer": lambda _: raw(
        "HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nContent-Length: 2\n", b"{}"
    ),
    "a header in two lines": lambda _: raw("HTTP/1.1 200 OK\nX-A: 1\nx-a: 2\nContent-Length: 2\n", b"{}"),
    "an answer without a length": lambda _: raw("HTTP/1.1 200 OK\n", b'{"Item":{}}', ends=True),
    "an answer in HTTP/1.0": lambda _: raw("HTTP/1.0 200 OK\nContent-Length: 2\n", b"{}", ends=True),
    "more than the answer": lambda _: raw("HTTP/1.1 200 OK\nContent-Length: 2\n", b"{}HTTP/1.1 500 No\n", ends=True),
    "chunks with a trailer": lambda _: raw(
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n", b"1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX-B: 1\r\n\r\n"
    ),
}

CONTENTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "batch_get_item": lambda item: {"Responses": {"t": [item, TEXTS]}, "UnprocessedKeys": {"t": {"Keys": [KEY]}}},
    "delete_item": lambda item: {"Attributes": item, "ConsumedCapacity": UNITS},
    "get_item": lambda item: {"Item": item, "ConsumedCapacity": UNITS},
    "put_item": lambda item: {"Attributes": item},
    "query": lambda item: {"Items": [item, TEXTS], "Count": 2, "ScannedCount": 3, "LastEvaluatedKey": KEY},
    "transact_get_items": lambda item: {"Responses": [{"Item": item}, {}], "ConsumedCapacity": [UNITS]},
    "transact_write_items": lambda item: {"ConsumedCapacity": [UNITS]},
    "update_item": lambda item: {"Attributes": item},
}
"""What DynamoDB answers with an item, by the client's method."""

FAILURES: dict[str, Step] = {
    "a wrong checksum": success(ITEM, checksum=1),
    "no answer": hang_up,
    "a reset": reset,
    "half an answer": cut,
    "no HTTP": nonsense,
    "silence": silence,
    "half a chunk": raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n", b"9\r\n{", ends=True),
    "a head without an end": raw("HTTP/1.1 200 OK\n" + "X-A: 1\n" * 9, ends=True),
    "a line without an end": raw("HTTP/1.1 200 OK\nX-A: " + "a" * 70_000, ends=True),
    "too many headers": raw("HTTP/1.1 200 OK\n" + "".join(f"X-{n}: 1\n" for n in range(101)), ends=True),
    "a page of HTML": page(503),
    "a gateway's time-out": page(504),
    "an internal error": error(500, "InternalServerError"),
    "throttling": error(400, "ThrottlingException"),
    "too much for the table": error(400, "ProvisionedThroughputExceededException"),
    "too many requests": error(400, "RequestLimitExceeded"),
    "contention": error(400, "TransactionConflictException"),
    "a transaction in progress": error(400, "TransactionInProgressException"),
    "a cancelled transaction": error(
        400,
        "TransactionCanceledException",
        CancellationReasons=[{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "no", "Item": BYTES}],
    ),
    "a condition": error(400, "ConditionalCheckFailedException", Item=TEXTS),
    "a mistake": error(400, "ValidationException", "Item size has exceeded the maximum allowed size"),
    "no table": error(400, "ResourceNotFoundException"),
    "no permission": error(400, "AccessDeniedException"),
    "expired credentials": error(400, "ExpiredTokenException"),
    "unknown credentials": error(400, "UnrecognizedClientException"),
    "a clock ahead": error(400, "InvalidSignatureException", "Signature not yet current"),
    "a clock behind": error(403, "RequestTimeTooSkewed", "Signature expired"),
}

CALLS: dict[str, dict[str, Any]] = {
    "batch_get_item": {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True}}},
    "delete_item": {"TableName": "t", "Key": KEY},
    "get_item": {"TableName": "t", "Key": {"pk": {"S": "ü\u2028😀"}, "sk": {"S": "-"}}, "ConsistentRead": True},
    "put_item": {"TableName": "t", "Item": {**KEY, "hash": {"B": b"\x00\xff"}}},
    "query": {"TableName": "t", "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}},
    "transact_get_items": {"TransactItems": [{"Get": {"TableName": "t", "Key": KEY}}]},
    "transact_write_items": {
        "TransactItems": [{"Delete": {"TableName": "t", "Key": KEY}}],
        "ClientRequestToken": "token",
    },
    "update_item": {
        "TableName": "t",
        "Key": KEY,
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    },
}
"""A call of each operation that the transport takes over, by the client's method."""


@dataclass
class Outcome:
    """How calls ended, and what the server and the clock saw of them."""

    results: list[Any]
    requests: list[Any]
    connections: list[int]
    pauses: list[float]


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which take no time."""
    made: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=made.append))
    return made


def plain(url: str, config: Config = AWS, **more: Any) -> Any:
    keys = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret", "aws_session_token": "session"}
    return boto3.client("dynamodb", endpoint_url=url, region_name="eu-west-1", config=config, **keys, **more)


def direct(url: str, config: Config = AWS) -> Any:
    client = plain(url, config)
    assert direct_transport(client) is not None
    return client


def observe(client: Any, server: ScriptedServer, pauses: list[float], script: list[Step], *methods: str) -> Outcome:
    """Make calls one after another, and return everything that can be seen of them."""
    random.seed(7)
    pauses.clear()
    server.play(*script)
    results = []
    for method in methods:
        results.append(result(client, method))
        time.sleep(0.01)  # what the server closes is closed before the next call
    seen = [comparable(each) for each in server.requests]
    return Outcome(results, seen, [each.connection for each in server.requests], [*pauses])


def result(client: Any, method: str) -> Any:
    try:
        return getattr(client, method)(**CALLS[method])
    except ClientError as failed:
        return type(failed).__name__, str(failed), failed.operation_name, failed.response
    except (BotoCoreError, AttributeError) as failed:
        return type(failed), str(failed)


def comparable(request: Any) -> Any:
    """Return a request without what differs between any two: time, signature and the call's random id."""
    headers = dict(request.headers)
    credential, signed, _ = headers.pop("authorization").split(", ")
    moment, call = headers.pop("x-amz-date"), headers.pop("amz-sdk-invocation-id")
    headers["amz-sdk-request"] = [
        each for each in headers["amz-sdk-request"].split("; ") if not each.startswith("ttl=")
    ]
    assert moment[:8] in credential
    assert len(call) == 36
    return headers, signed, credential.split("/")[2:], request.body


def compare(server: ScriptedServer, pauses: list[float], script: list[Step], *methods: str) -> Outcome:
    expected = observe(plain(server.url), server, pauses, script, *methods)
    outcome = observe(direct(server.url), server, pauses, script, *methods)
    assert outcome.results == expected.results
    assert outcome.requests == expected.requests
    assert outcome.pauses == expected.pauses
    return outcome


@pytest.mark.parametrize("method", CALLS)
def test_every_operation_is_answered_as_by_boto3(server, pauses, method: str):
    contents = [CONTENTS[method](item) for item in (TEXTS, BYTES)]
    outcome = compare(server, pauses, [success(each) for each in contents], method, method)
    assert len(outcome.requests) == 2


@pytest.mark.parametrize("name", SUCCESSES)
def test_every_form_of_a_success_is_answered_as_by_boto3(server, pauses, name: str):
    outcome = compare(server, pauses, [SUCCESSES[name](ITEM), success(ITEM)], "get_item", "get_item")
    assert len(outcome.requests) == 2


@pytest.mark.parametrize("name", FAILURES)
def test_a_passing_failure_is_retried_or_raised_as_by_boto3(server, pauses, name: str):
    compare(server, pauses, [FAILURES[name], success(ITEM)], "get_item", "get_item")


@pytest.mark.parametrize("name", FAILURES)
def test_a_lasting_failure_ends_as_with_boto3(server, pauses, name: str):
    outcome = compare(server, pauses, [FAILURES[name]], "get_item")
    assert len(outcome.requests) == len(outcome.pauses) + 1


def test_the_operations_taken_over_are_those_of_the_test():
    client = plain("http://127.0.0.1:9")
    assert {client.meta.method_to_api_mapping[method] for method in CALLS} == set(OPERATIONS)


def test_handlers_of_botocore_and_of_others_come_first(server, pauses, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "api")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793")
    outcome = compare(server, pauses, [success(ITEM)], "get_item")
    assert "x-amzn-trace-id" in outcome.requests[0][0]
    client, names = direct(server.url), []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: names.append(model.name))
    result(client, "get_item")
    assert names == ["GetItem"]


def test_any_other_operation_is_botocore_s_own(server, pauses):
    client = direct(server.url)
    server.play(success({"TableNames": ["t"]}))
    assert client.list_tables()["TableNames"] == ["t"]


def test_without_a_server_both_fail_alike(pauses):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    expected, outcome = result(plain(url), "get_item"), result(direct(url), "get_item")
    assert outcome[0] is expected[0]
    assert len(pauses) == 4


def test_one_connection_serves_many_calls_and_one_that_was_closed_meanwhile_is_replaced(server, pauses):
    outcome = compare(server, pauses, [success(ITEM), closing(ITEM), success(ITEM)], *["get_item"] * 4)
    assert outcome.connections == [1, 1, 2, 2]
    assert outcome.pauses == []


def test_the_attempts_of_a_call_have_one_id_and_calls_have_different_ones(server, pauses):
    server.play(page(503), page(503), success(ITEM))
    client = direct(server.url)
    for _ in range(2):
        client.get_item(**CALLS["get_item"])
    ids = [each.headers["amz-sdk-invocation-id"] for each in server.requests]
    assert len(ids) == 4
    assert len(set(ids[:3])) == 1
    assert ids[3] != ids[0]


def test_the_path_of_an_endpoint_is_part_of_the_request(server):
    server.play(success(ITEM))
    for client in (plain(f"{server.url}/dynamodb"), direct(f"{server.url}/dynamodb")):
        client.get_item(**CALLS["get_item"])
    assert [each.path for each in server.requests] == ["/dynamodb", "/dynamodb"]


def test_a_header_cannot_begin_another_one(server):
    connections = http_connections.HttpConnections(1, 1, keepalive=False, most=1)
    with pytest.raises(BotoCoreError):
        connections.post(server.url, {"X": "a\r\nY: b"}, b"{}")
