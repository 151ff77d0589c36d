"""Events from a queue, for a product in AWS: the target of a rule on the environment's bus, in the place of a webhook."""

import json
from collections.abc import Callable
from typing import Any


def consume(sqs: Any, queue_url: str, handle: Callable[[dict[str, Any]], None]) -> None:
    """Handle the events that wait, up to ten; wait up to 20 seconds for the first.

    An event is deleted from the queue after it was handled. One whose handling fails is delivered again, and goes to the queue's
    dead-letter queue in the end.

    :param sqs: A boto3 client of SQS.
    """
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
    for message in answer.get("Messages", []):
        handle(json.loads(message["Body"])["detail"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
