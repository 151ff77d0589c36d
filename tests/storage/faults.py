"""Faults at DynamoDB calls: a client that fails where it is told to, and a clock that makes waiting for it quick."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

URL = "https://dynamodb.eu-west-1.amazonaws.com"


def answered(code: str) -> Exception:
    """Return the error for an answer of DynamoDB's."""
    return ClientError({"Error": {"Code": code, "Message": "injected"}}, "Injected")


BEFORE: tuple[Callable[[], Exception], ...] = (
    lambda: answered("InternalServerError"),
    lambda: answered("ThrottlingException"),
    lambda: EndpointConnectionError(endpoint_url=URL),
)
"""Errors of a call that took no effect."""

AFTER: tuple[Callable[[], Exception], ...] = (
    lambda: ReadTimeoutError(endpoint_url=URL),
    lambda: answered("InternalServerError"),
    lambda: ConnectionClosedError(endpoint_url=URL),
)
"""Errors of a call that took effect all the same."""

TRANSACTION = "transact_write_items"
"""The client's method that writes transactions."""


def contended(method: str, request: dict[str, Any]) -> Exception:
    """Return the error of a call that met another transaction on an item of its own."""
    if method != TRANSACTION:
        return answered("TransactionConflictException")
    reasons = [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in request["TransactItems"][1:])]
    error = {"Error": {"Code": "TransactionCanceledException", "Message": "injected"}, "CancellationReasons": reasons}
    return ClientError(error, "Injected")


KINDS = len(BEFORE)
"""How many errors there are of either sort."""


class Fault(Enum):
    """What goes wrong at the call that is chosen."""

    LOST_ONCE = "the call is lost once"
    LOST = "the call is lost, and so is every one after it"
    SILENT_ONCE = "the call takes effect, its answer is lost once"
    SILENT = "the call takes effect, its answer is lost, and so is every one after it"
    SILENT_THEN_CONTENDED = "the call takes effect, its answer is lost, and its retry is cancelled for contention"

    @property
    def lasts(self) -> bool:
        """Whether no attempt within the request can cure it."""
        return self in (Fault.LOST, Fault.SILENT)

    @property
    def takes_effect(self) -> bool:
        """Whether the table does what it was asked."""
        return self in (Fault.SILENT_ONCE, Fault.SILENT, Fault.SILENT_THEN_CONTENDED)


@dataclass
class FaultyClient:
    """A DynamoDB client with a fault at one of its calls, below everything of ours."""

    client: Any
    fault: Fault | None = None
    at: int = 0
    """The number of the call, from 1."""

    kind: int = 0
    """Which of the errors comes first; what lasts brings all of them in turn."""

    calls: int = 0
    methods: list[str] = field(default_factory=list)
    """The method of each call."""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)

        def call(**request: Any) -> Any:
            self.calls += 1
            self.methods.append(name)
            if self.fault is Fault.SILENT_THEN_CONTENDED and self.calls == self.at + 1:
                raise contended(name, request)
            fails = self.calls == self.at or (self.fault is not None and self.fault.lasts and self.calls > self.at)
            if self.fault is None or not fails:
                return method(**request)
            error = (self.kind + self.calls - self.at) % KINDS
            if not self.fault.takes_effect:
                raise BEFORE[error]()
            with suppress(
                ClientError
            ):  # nobody hears of it, for example of a condition that the first attempt made fail
                method(**request)
            raise AFTER[error]()

        return call


class QuickClock:
    """Stands for the module ``time`` where pauses between attempts are made: three seconds go by at once."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds + 3
