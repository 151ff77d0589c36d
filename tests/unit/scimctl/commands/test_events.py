"""`scimctl events`: what is replayed, what a receiver on this machine takes, and what either prints."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import jsonschema
import pytest
from standardwebhooks.webhooks import Webhook

from lambdas.environment.event_types import EventType
from lambdas.eventing.schemas import schema_of
from lambdas.operations.problems import Problem
from scimctl.events.listen import Receiver
from scimctl.options import Output
from tests.unit.scimctl.cloudformation import StandIn
from tests.unit.scimctl.commands.conftest import Acme

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CREDENTIALS = {"region_name": "eu-west-1", "aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
EVENT = {
    "jti": "a1",
    "txn": "1",
    "iat": 1_795_729_729,
    "iss": "https://scim.example.com/v2",
    "directory": "acme-corp",
    "sub_id": {"format": "scim", "uri": "/Users/2819c223"},
    "version": 2,
    "events": {"urn:ietf:params:scim:event:prov:patch:notice": {"attributes": ["title"], "version": "2"}},
}


@pytest.fixture
def queue(acme: Acme, cloudformation: StandIn) -> Iterator[Any]:
    """Returns what arrives at a queue of the product, on the environment's bus."""
    sqs, events = (boto3.client(name, **CREDENTIALS) for name in ("sqs", "events"))  # type: ignore[call-overload]
    cloudformation.stacks["scim-acme"] = {**cloudformation.stacks["scim-acme"], "EventBusName": "scim-acme"}
    events.create_event_bus(Name="scim-acme")
    url = sqs.create_queue(QueueName="product")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="all", EventBusName="scim-acme", EventPattern=json.dumps({"source": ["scim.acme"]}))
    events.put_targets(Rule="all", EventBusName="scim-acme", Targets=[{"Id": "queue", "Arn": arn}])

    def received() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for each in messages:
                found.append(json.loads(each["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return found

    yield received
    events.remove_targets(Rule="all", EventBusName="scim-acme", Ids=["queue"])
    events.delete_rule(Name="all", EventBusName="scim-acme")
    events.delete_event_bus(Name="scim-acme")
    sqs.delete_queue(QueueUrl=url)


def test_a_replay_publishes_each_user_and_group_once_and_leaves_a_record(acme: Acme, queue: Any):
    users = {acme.directory.user(f"user{number}") for number in range(12)}
    group = acme.directory.group("Sales", *sorted(users))
    assert acme.json("events", "replay", "--yes") == {"directory": "acme-corp", "published": 13}
    events = queue()
    paths = {f"/Users/{each}" for each in users} | {f"/Groups/{group}"}
    assert sorted(each["detail"]["sub_id"]["uri"] for each in events) == sorted(paths)
    for each in events:
        assert each["detail-type"] == EventType.FEED_ADD
        jsonschema.validate(each["detail"], schema_of(EventType.FEED_ADD))
    (record,) = [each for each in acme.records() if each.get("action") == "events replayed"]
    assert (record["directory"], record["detail"]) == ("acme-corp", "13 resources")
    assert len({each["detail"]["txn"] for each in events}) == 1


def test_an_operator_who_does_not_confirm_publishes_nothing(acme: Acme, queue: Any):
    acme.directory.user("ada")
    assert "Nothing was changed" in acme.refused("events", "replay", answer="n\n")
    assert queue() == []


def test_an_environment_without_a_bus_is_refused_with_what_to_do(acme: Acme):
    assert "add [events] to environments/acme.toml" in acme.refused("events", "replay", "--yes")
    assert "add [events] to environments/acme.toml" in acme.refused("events", "tail", "--for", "1s")


def test_a_tail_that_ends_leaves_no_queue_and_no_rule(acme: Acme, queue: Any):
    result = acme.scimctl("events", "tail", "--for", "1s")
    assert result.exit_code == 0, result.output
    sqs, events = (boto3.client(name, **CREDENTIALS) for name in ("sqs", "events"))  # type: ignore[call-overload]
    assert [each["Name"] for each in events.list_rules(EventBusName="scim-acme")["Rules"]] == ["all"]
    assert len(sqs.list_queues()["QueueUrls"]) == 1


def test_a_time_that_is_none_is_refused(acme: Acme, queue: Any):
    assert "write 90s, 10m, 12h or 7d" in acme.refused("events", "tail", "--for", "soon")


def post(receiver: Receiver, body: bytes, headers: dict[str, str] | None = None) -> int:
    """Send one webhook to a receiver, and return the status."""
    server = threading.Thread(target=receiver.handle_request)
    server.start()
    url = f"http://127.0.0.1:{receiver.server_port}/"
    request = urllib.request.Request(url, data=body, headers=headers or {}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    finally:
        server.join()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    now = datetime.now(UTC)
    signature = Webhook(secret).sign("a1", now, body.decode())
    return {"webhook-id": "a1", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


def test_a_receiver_prints_a_signed_event_and_refuses_any_other(capsys: pytest.CaptureFixture[str]):
    body = json.dumps(EVENT).encode()
    with Receiver(0, 204, SECRET, Output.TEXT) as receiver:
        assert post(receiver, body, signed(body)) == 204
        assert post(receiver, body) == 401
        assert post(receiver, body, signed(body + b" ")) == 401
        assert receiver.received == 1
    shown = capsys.readouterr().out
    assert "prov:patch:notice" in shown
    assert "acme-corp/Users/2819c223  title" in shown


def test_a_receiver_without_a_secret_takes_every_event_and_nothing_else(capsys: pytest.CaptureFixture[str]):
    with Receiver(0, 500, None, Output.JSON) as receiver:
        assert post(receiver, json.dumps(EVENT).encode()) == 500
        assert post(receiver, b"[]") == 400
        assert post(receiver, b"not JSON") == 400
        assert receiver.received == 1
    assert json.loads(capsys.readouterr().out) == EVENT


def test_a_secret_of_another_form_is_refused():
    with pytest.raises(Problem, match="begins with whsec_"):
        Receiver(0, 204, "whsec_", Output.TEXT)
