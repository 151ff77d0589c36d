"""`scimctl events tail`: follows a bus with a queue of its own, which it deletes at the end."""

import contextlib
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

from lambdas.operations.events import bus_of
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from scimctl import console
from scimctl.durations import parse_duration
from scimctl.events.lines import show
from scimctl.options import Output
from scimctl.targets import resolve

WAIT_SECONDS = 2
"""Seconds that one request waits for messages: Ctrl-C ends the command within this time."""

RETENTION_SECONDS = 300
"""Seconds after which SQS deletes unread messages, should the queue survive an interrupted command."""


def tail(environment: str, directory: str | None, *, count: int | None, duration: str | None, output: Output) -> None:
    """Print events until the count, the time or Ctrl-C."""
    target = resolve(environment)
    ends = None if duration is None else time.monotonic() + _seconds(duration)
    with contextlib.suppress(KeyboardInterrupt), _subscribed(target, directory) as receive:
        console.err.print("Waiting for events. Press Ctrl-C to end.")
        shown = 0
        while (count is None or shown < count) and (ends is None or time.monotonic() < ends):
            for event in next(receive):
                show(event["detail"], output)
                shown += 1
                if shown == count:
                    break


def _seconds(duration: str) -> float:
    """Return a duration in seconds.

    :raises Problem: When the text is not a duration.
    """
    try:
        return parse_duration(duration).total_seconds()
    except ValueError as error:
        raise Problem(f"--for: {error}.") from error


@contextlib.contextmanager
def _subscribed(target: Target, directory: str | None) -> Iterator[Iterator[list[dict[str, Any]]]]:
    """Yield batches of events from a queue and a rule that exist while the block runs."""
    bus, name = bus_of(target), f"scimctl-tail-{uuid.uuid4().hex[:12]}"
    sqs, events = target.client("sqs"), target.client("events")
    pattern: dict[str, Any] = {"source": [f"scim.{target.settings.name}"]}
    if directory is not None:
        pattern["detail"] = {"directory": [directory]}
    with target.aws_errors_as_problems(), contextlib.ExitStack() as cleaning:
        attributes = {"MessageRetentionPeriod": str(RETENTION_SECONDS), "SqsManagedSseEnabled": "true"}
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        cleaning.callback(sqs.delete_queue, QueueUrl=url)
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
        cleaning.callback(events.delete_rule, Name=name, EventBusName=bus)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_policy(arn, rule))})
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        cleaning.callback(events.remove_targets, Rule=name, EventBusName=bus, Ids=["queue"])
        yield _received(sqs, url)


def _policy(queue_arn: str, rule_arn: str) -> dict[str, Any]:
    """Return the policy with which the rule, and nothing else, sends to the queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _received(sqs: Any, url: str) -> Iterator[list[dict[str, Any]]]:
    while True:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=WAIT_SECONDS)
        messages = answer.get("Messages", [])
        for each in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        yield [json.loads(each["Body"]) for each in messages]
