"""The function that delivers events: what reaches the receiver, what is retried when, and what is kept."""

import importlib
import io
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standardwebhooks.webhooks import Webhook as Verifier

from lambdas.environment.file import Webhook
from lambdas.eventing.deliveries import DeliveryStore
from lambdas.eventing.signing import Secrets
from lambdas.store.table import Table
from lambdas.webhooks.secrets import SecretMissing
from lambdas.webhooks.sending import ATTEMPT_SECONDS
from tests.unit.webhooks.receivers import Receiver, receiving

QUEUE = "scim-acme-webhook-product"
VARIABLES = {
    "TABLE_NAME": "unused",
    "ENVIRONMENT": "local",
    "ADDRESSING": "path",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "WEBHOOK_QUEUES": json.dumps({QUEUE: "product"}),
}
CLAIMS = {
    "jti": "event-1:prov:deactivate",
    "txn": "1",
    "iat": 1_795_729_729,
    "iss": "https://scim.example.com/v2",
    "directory": "acme",
    "sub_id": {"format": "scim", "uri": "/Users/2819c223"},
    "version": 2,
    "events": {"urn:ietf:params:scim:event:prov:deactivate": {}},
}


class Pauses:
    """SQS: keeps for how long messages are hidden, and what happens to them in which order."""

    def __init__(self) -> None:
        self.seconds: list[int] = []
        self.steps: list[tuple[str, str]] = []
        self.refuses_deletion = False
        self.asked = 0

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803 -- boto3's
        self.asked += 1
        return {"QueueUrl": f"https://sqs.example.com/{QueueName}"}

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803
        assert QueueUrl.endswith(QUEUE)
        self.steps.append(("hidden", ReceiptHandle))
        self.seconds.append(VisibilityTimeout)

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        assert QueueUrl.endswith(QUEUE)
        if self.refuses_deletion:
            raise ClientError({"Error": {"Code": "RequestThrottled", "Message": "injected"}}, "DeleteMessage")
        self.steps.append(("deleted", ReceiptHandle))


def message(message_id: str, claims: dict[str, Any] = CLAIMS, attempt: int = 1) -> dict[str, Any]:
    """A message as Lambda passes it on."""
    return {
        "messageId": message_id,
        "receiptHandle": f"handle-{message_id}",
        "body": json.dumps({"source": "scim.acme", "detail": claims}),
        "attributes": {"ApproximateReceiveCount": str(attempt)},
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{QUEUE}",
    }


class Function:
    """The function with one webhook, whose receiver is on this machine."""

    def __init__(self, module: Any, table: Table, receiver: Receiver) -> None:
        self.module = module
        self.receiver = receiver
        self.queue = Pauses()
        self.secrets = Secrets.new()
        self.deliveries = DeliveryStore(table)
        self.log = io.StringIO()

    def of(self, webhook: str) -> Secrets:
        assert webhook == "product"
        return self.secrets

    def call(self, attempt: int = 1, claims: dict[str, Any] = CLAIMS) -> bool:
        """Deliver one message, and return whether it is done with."""
        return self.batch([message("m1", claims, attempt)]) == []

    def batch(self, messages: list[dict[str, Any]]) -> list[str]:
        """Deliver several messages, and return the ids of those that are to be delivered again."""
        answer = self.module.handler({"Records": messages}, SimpleNamespace(aws_request_id="call-1"))
        assert list(answer) == ["batchItemFailures"]
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


@pytest.fixture
def function(new_table: Callable[[], Table], monkeypatch: pytest.MonkeyPatch) -> Iterator[Function]:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    module = importlib.import_module("lambdas.webhooks.handler")
    module.url_of.cache_clear()
    with receiving(204) as receiver:
        function = Function(module, new_table(), receiver)
        webhook = Webhook(id="product", url=f"http://127.0.0.1:{receiver.port}/hook")
        monkeypatch.setattr(module, "WEBHOOKS", {"product": webhook})
        monkeypatch.setattr(module, "SECRETS", function)
        monkeypatch.setattr(module, "DELIVERIES", function.deliveries)
        monkeypatch.setattr(module, "QUEUE", function.queue)
        (handler,) = module.logger.handlers
        before = handler.setStream(function.log)
        yield function
        handler.setStream(before)


def test_an_event_arrives_signed_and_is_kept_as_delivered(function: Function):
    assert function.call()
    (request,) = function.receiver.requests
    assert Verifier(function.secrets.current).verify(request.body, request.headers) == CLAIMS
    assert request.headers["webhook-id"] == CLAIMS["jti"]
    (kept,) = function.deliveries.newest("product")
    assert (kept.event, kept.type, kept.subject) == (
        CLAIMS["jti"],
        "urn:ietf:params:scim:event:prov:deactivate",
        "/Users/2819c223",
    )
    assert (kept.attempts, kept.status, kept.delivered) == (1, 204, True)
    assert json.loads(kept.body) == CLAIMS
    record = json.loads(function.log.getvalue())
    assert (record["event"], record["webhook"], record["deliveries_failed"]) == ("scim.webhook", "product", 0)
    assert function.secrets.current not in function.log.getvalue()


def test_an_event_that_is_not_accepted_is_hidden_for_a_growing_pause_and_then_delivered(function: Function):
    function.receiver.answers = [500, 503, 204]
    assert [function.call(1), function.call(2), function.call(3)] == [False, False, True]
    first, second, _ = function.queue.seconds
    assert 5 + ATTEMPT_SECONDS <= first < second
    (kept,) = function.deliveries.newest("product")
    assert (kept.attempts, kept.status, kept.error) == (3, 204, None)
    assert len({each.headers["webhook-id"] for each in function.receiver.requests}) == 1


def test_a_message_is_hidden_before_its_attempt_so_that_a_function_that_ends_delays_it_no_longer(
    function: Function, monkeypatch: pytest.MonkeyPatch
):
    def ends(_: str) -> Secrets:
        raise KeyboardInterrupt

    monkeypatch.setattr(function, "of", ends)
    with pytest.raises(KeyboardInterrupt):
        function.call()
    assert len(function.queue.seconds) == 1


def test_an_accepted_event_leaves_its_queue_before_the_rest_of_its_batch_is_attempted(function: Function):
    function.receiver.answers = [204, 500, 204]
    assert function.batch([message(each, {**CLAIMS, "jti": each}) for each in ("m1", "m2", "m3")]) == ["m2"]
    assert function.queue.steps == [
        ("hidden", "handle-m1"),
        ("deleted", "handle-m1"),
        ("hidden", "handle-m2"),
        ("hidden", "handle-m3"),
        ("deleted", "handle-m3"),
    ]


def test_an_accepted_event_that_sqs_does_not_delete_is_deleted_with_its_batch(function: Function):
    function.queue.refuses_deletion = True
    assert function.call()
    assert "was not deleted" in function.log.getvalue()


def test_the_address_of_a_queue_is_asked_for_once(function: Function):
    function.receiver.answers = [500]
    for attempt in (1, 2, 3):
        function.call(attempt)
    assert function.queue.asked == 1


def test_after_the_last_attempt_the_queue_moves_the_event_to_its_dead_letters(function: Function):
    function.receiver.answers = [500]
    assert not function.call(function.module.pause_after.__globals__["ATTEMPTS"])
    assert function.queue.seconds == []
    (kept,) = function.deliveries.newest("product")
    assert kept.error == "the receiver answered 500"


def test_without_a_secret_nothing_is_sent_and_the_delivery_says_what_to_do(
    function: Function, monkeypatch: pytest.MonkeyPatch
):
    def missing(_: str) -> Secrets:
        raise SecretMissing("/scim/acme/webhooks/product")

    monkeypatch.setattr(function, "of", missing)
    assert not function.call()
    assert function.receiver.requests == []
    (kept,) = function.deliveries.newest("product")
    assert "scimctl webhooks rotate" in str(kept.error)


def test_deliveries_are_shown_newest_first_and_expire_after_a_month(function: Function):
    for number in range(3):
        function.call(claims={**CLAIMS, "jti": f"event-{number}", "iat": CLAIMS["iat"] + number})  # type: ignore[operator]
    assert [each.event for each in function.deliveries.newest("product")] == ["event-2", "event-1", "event-0"]
    for item in function.deliveries.table.query("WEBHOOK#product"):
        assert int(item["expires_at"]["N"]) > 0
