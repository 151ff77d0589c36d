"""The function that delivers change events to webhooks, one queue for each webhook.

A delivery that fails stays in its queue and is hidden for a growing pause, so a receiver that is down holds up no other. It is
hidden before the attempt, so that the pause is the same when the function ends in the middle of one. After the last attempt SQS
moves it to the webhook's dead-letter queue.

An accepted event is deleted at once: Lambda deletes messages when the whole batch returns, which can be after the event's pause.
"""

import json
import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas import records
from lambdas.clients import connector
from lambdas.environment.file import Webhook, load_deployed
from lambdas.eventing.deliveries import Delivery, DeliveryStore
from lambdas.eventing.event import encode
from lambdas.eventing.signing import headers
from lambdas.records import Kind
from lambdas.store.table import Table
from lambdas.webhooks.schedule import pause_after
from lambdas.webhooks.secrets import SecretMissing, WebhookSecrets
from lambdas.webhooks.sending import ATTEMPT_SECONDS, Outcome, Sender

AWS = Config(connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
ENVIRONMENT = os.environ["ENVIRONMENT"]
WEBHOOKS: dict[str, Webhook] = {each.id: each for each in load_deployed().webhooks}
QUEUES: dict[str, str] = json.loads(os.environ["WEBHOOK_QUEUES"])
"""From the name of a queue to the id of its webhook."""

SENDER = Sender(allow_loopback=os.environ.get("ADDRESSING") == "path")
connect = connector(AWS)
SECRETS = WebhookSecrets(connect("ssm"), ENVIRONMENT)
DELIVERIES = DeliveryStore(Table(connect("dynamodb"), os.environ["TABLE_NAME"]))
QUEUE = connect("sqs")
logger = Logger(use_rfc3339=True, utc=True, location=None)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver the events of a batch of SQS messages.

    :return: The messages whose events are to be delivered again (``batchItemFailures``).
    """
    logger.append_keys(function_request_id=context.aws_request_id)
    failed = []
    for message in event["Records"]:
        try:
            delivered = deliver(message)
        except Exception:
            # Such as a table or SSM that does not answer.
            logger.exception("A webhook could not be attempted")
            delivered = False
        if not delivered:
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}


def deliver(message: dict[str, Any]) -> bool:
    """Attempt one delivery, store and log its outcome, and return whether the receiver accepted the event."""
    queue = message["eventSourceARN"].rpartition(":")[2]
    webhook = WEBHOOKS[QUEUES[queue]]
    claims = json.loads(message["body"])["detail"]
    attempt = int(message["attributes"]["ApproximateReceiveCount"])
    handle = message["receiptHandle"]
    pause = pause_after(attempt)
    if pause is not None:
        hidden = pause + ATTEMPT_SECONDS
        QUEUE.change_message_visibility(QueueUrl=url_of(queue), ReceiptHandle=handle, VisibilityTimeout=hidden)
    outcome = _attempt(webhook, claims)
    DELIVERIES.keep(Delivery.of(webhook.id, claims, attempt, outcome.status, outcome.error))
    _log(webhook, claims, attempt, outcome)
    if outcome.delivered:
        _delete(queue, handle)
    return outcome.delivered


@cache
def url_of(queue: str) -> str:
    """Return the URL of a queue: 1 request to SQS for the lifetime of the process."""
    return str(QUEUE.get_queue_url(QueueName=queue)["QueueUrl"])


def _delete(queue: str, handle: str) -> None:
    """Delete the message of an accepted event; if SQS refuses, Lambda deletes it with the batch."""
    try:
        QUEUE.delete_message(QueueUrl=url_of(queue), ReceiptHandle=handle)
    except (BotoCoreError, ClientError):
        logger.warning("The message of an accepted event was not deleted before its batch", exc_info=True)


def _attempt(webhook: Webhook, claims: dict[str, Any]) -> Outcome:
    body = encode(claims)
    try:
        signed = headers(claims["jti"], body, SECRETS.of(webhook.id))
    except SecretMissing:
        return Outcome(None, "the webhook has no secret: run scimctl webhooks rotate")
    return SENDER.send(webhook.url, body.encode(), signed)


def _log(webhook: Webhook, claims: dict[str, Any], attempt: int, outcome: Outcome) -> None:
    made = records.record(
        Kind.WEBHOOK,
        environment=ENVIRONMENT,
        webhook=webhook.id,
        event_id=claims["jti"],
        attempt=attempt,
        status=outcome.status,
        error=outcome.error,
        **{records.DELIVERIES_FAILED: 0 if outcome.delivered else 1},
    )
    logger.info(
        "Delivered an event" if outcome.delivered else "An event was not delivered", extra=records.with_metrics(made)
    )
