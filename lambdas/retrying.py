"""Backing off between retries: random, growing pauses until the time for retries or the request's time is up."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

RETRY_SECONDS = 12.0
"""How long one operation is retried. A call in flight when the time is up may take as long again (three attempts, each with its
own time-out); the client still gets the endpoint's answer before API Gateway's 29 seconds are over."""

REQUEST_SECONDS = 15.0
"""How long anything is retried within one request, however many operations it retries, nested or one after another."""

FIRST_PAUSE = 0.02
"""Seconds: upper end of the first random pause; it doubles with every attempt."""

LONGEST_PAUSE = 1.0
"""Seconds: upper end of any pause."""

RETRY_AFTER = 5
"""Seconds after which a request that ran out of time is worth repeating."""


class OutOfTimeError(Exception):
    """An operation ran out of time: contention, throttling or silence outlived every retry. Every write is safe to repeat.

    :ivar retry_after: Seconds after which another attempt is worth making.
    """

    def __init__(self, detail: str = "The directory is busy. Nothing was lost: send the request again.") -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = RETRY_AFTER


_SYSTEM = random.SystemRandom()
"""The operating system's randomness: instances that are restored from one snapshot share the state of Python's."""

_request_ends: ContextVar[float | None] = ContextVar("request_ends", default=None)


@contextmanager
def request_time(seconds: float = REQUEST_SECONDS) -> Iterator[None]:
    """Start a request's clock: nothing inside the block is retried after it runs out. A clock that runs already is not reset.

    :param seconds: How long all retries together may take.
    """
    ends, running = time.monotonic() + seconds, _request_ends.get()
    token = _request_ends.set(ends if running is None else min(ends, running))
    try:
        yield
    finally:
        _request_ends.reset(token)


def time_is_up() -> bool:
    """Return whether the request's clock has run out; work that is done in parts then stops."""
    ends = _request_ends.get()
    return ends is not None and time.monotonic() >= ends


class Backoff:
    """Random, growing pauses between retries ("full jitter"), for :data:`RETRY_SECONDS` and never longer than the request's clock.

    The clock starts when the object is created.
    """

    def __init__(self) -> None:
        ends, request_ends = time.monotonic() + RETRY_SECONDS, _request_ends.get()
        self.deadline = ends if request_ends is None else min(ends, request_ends)
        self.longest = FIRST_PAUSE

    def wait(self, *, at_least: float = 0.0) -> None:
        """Pause before the next attempt.

        :param at_least: The shortest pause, in seconds.
        :raises OutOfTimeError: When the time is up.
        """
        if time.monotonic() >= self.deadline:
            raise OutOfTimeError
        time.sleep(at_least + _SYSTEM.uniform(0, self.longest))
        self.longest = min(self.longest * 2, LONGEST_PAUSE)
