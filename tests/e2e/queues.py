"""A queue of the product, as the target of a rule on the bus of a deployed environment."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.e2e.endpoint import Endpoint


@dataclass
class Queue:
    """A queue of the product: the target of a rule on the environment's bus."""

    sqs: Any
    url: str

    def receive(self, seconds: float = 2) -> list[dict[str, Any]]:
        """Return the events that arrive until there are none for some seconds."""
        found: list[dict[str, Any]] = []
        quiet = time.monotonic() + seconds
        while time.monotonic() < quiet:
            arrived = self._next()
            if arrived:
                quiet = time.monotonic() + seconds
            found += arrived
        return found

    def wait_for(self, matches: Callable[[dict[str, Any]], bool], seconds: float = 60) -> list[dict[str, Any]]:
        """Return the events up to and with the first that matches."""
        return self.wait_until(lambda events: any(map(matches, events)), seconds)

    def wait_until(self, done: Callable[[list[dict[str, Any]]], bool], seconds: float = 60) -> list[dict[str, Any]]:
        """Return the events as soon as they are what is waited for."""
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + seconds
        while not done(found):
            assert time.monotonic() < deadline, f"not what was waited for: {found}"
            found += self._next()
        return found

    def _next(self) -> list[dict[str, Any]]:
        """Return the next events, after a second at most."""
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        messages = answer.get("Messages", [])
        for each in messages:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return [json.loads(each["Body"]) for each in messages]


@contextmanager
def subscribing(environment: Endpoint) -> Iterator[Callable[..., Queue]]:
    """Give what subscribes a queue to the events of directories; rules and queues are deleted afterwards."""
    sqs, events = environment.client("sqs"), environment.client("events")
    bus = environment.state.outputs["EventBusName"]
    made: list[tuple[str, str]] = []

    def subscribe(*directories: str) -> Queue:
        name = f"product-{uuid.uuid4().hex[:8]}"
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pattern = {"source": [f"scim.{environment.state.environment}"], "detail": {"directory": directories}}
        events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        made.append((name, url))
        return Queue(sqs, url)

    try:
        yield subscribe
    finally:
        for name, url in made:
            events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
            events.delete_rule(Name=name, EventBusName=bus)
            sqs.delete_queue(QueueUrl=url)
