"""Concurrent histories: requests that run one DynamoDB call at a time, in an order that the test chooses."""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

WAIT_SECONDS = 60
"""Longer than any one call takes: a history that stands still fails."""


@dataclass
class Request:
    """One request of a history, in a thread of its own that stops before each of its calls."""

    work: Callable[["Request"], Any]
    may_call: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    ended: bool = False
    failure: BaseException | None = None
    began_at: int | None = None
    ended_at: int | None = None

    def client(self, client: Any) -> "SteppedClient":
        """Return a DynamoDB client whose calls wait for their turn."""
        return SteppedClient(client, self)

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()
        self._wait()

    def step(self, moment: int) -> None:
        """Let the request make one call, and wait until it stands before the next or has ended."""
        self.began_at = moment if self.began_at is None else self.began_at
        self.may_call.release()
        self._wait()
        if self.ended:
            self.ended_at = moment

    def _run(self) -> None:
        try:
            self.work(self)
        except BaseException as failure:
            self.failure = failure
        self.ended = True
        self.stopped.release()

    def _wait(self) -> None:
        assert self.stopped.acquire(timeout=WAIT_SECONDS), "a request stands still"


@dataclass
class SteppedClient:
    """A client whose calls wait for the request's turn."""

    client: Any
    request: Request

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)

        def call(**arguments: Any) -> Any:
            self.request.stopped.release()
            assert self.request.may_call.acquire(timeout=WAIT_SECONDS), "a call was never allowed"
            return method(**arguments)

        return call


def run(requests: Sequence[Request], order: Iterable[int]) -> None:
    """Run requests call by call; where the order ends, they take turns.

    :param order: Which of the requests that have not ended makes the next call.
    :raises BaseException: The first failure of a request.
    """
    for request in requests:
        request.start()
    turns = itertools.chain(order, itertools.count())
    for moment in itertools.count():
        running = [each for each in requests if not each.ended]
        if not running:
            break
        running[next(turns) % len(running)].step(moment)
    for request in requests:
        if request.failure:
            raise request.failure


def serial_orders(requests: Sequence[Request]) -> Iterator[tuple[int, ...]]:
    """Yield the orders, as positions, that put no request before one that had ended when it began."""
    for order in itertools.permutations(range(len(requests))):
        if all(
            not _precedes(requests[later], requests[earlier]) for earlier, later in itertools.combinations(order, 2)
        ):
            yield order


def _precedes(one: Request, other: Request) -> bool:
    return one.ended_at is not None and other.began_at is not None and one.ended_at < other.began_at
