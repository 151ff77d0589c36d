"""Pauses between attempts of what lost a race: random and growing, until the request's time is up."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lambdas.scim.errors import BusyException

RETRY_SECONDS = 12.0
"""How long one thing is retried. A call that is under way when the time is up may take as long again (three attempts, each with
its own time-out), and the client still gets our answer before API Gateway's 29 seconds are over."""

REQUEST_SECONDS = 15.0
"""How long anything is retried within one request, however many things it retries one inside the other or after another."""

FIRST_PAUSE = 0.02
"""Seconds: upper end of the first random pause; it doubles with every attempt."""

LONGEST_PAUSE = 1.0
"""Seconds: upper end of any pause."""


_request_ends: ContextVar[float | None] = ContextVar("request_ends", default=None)


@contextmanager
def request_time(seconds: float = REQUEST_SECONDS) -> Iterator[None]:
    """Start a request's clock: nothing below is retried after it has run out. One that runs already is not put back.

    :param seconds: How long attempts may go on, all together.
    """
    ends, running = time.monotonic() + seconds, _request_ends.get()
    token = _request_ends.set(ends if running is None else min(ends, running))
    try:
        yield
    finally:
        _request_ends.reset(token)


def time_is_up() -> bool:
    """Tell whether the request's clock has run out: what is done in parts ends then."""
    ends = _request_ends.get()
    return ends is not None and time.monotonic() >= ends


class Backoff:
    """Random, growing pauses between attempts, until their time or the request's is up ("full jitter")."""

    def __init__(self) -> None:
        """Start the clock of :data:`RETRY_SECONDS`; it never runs longer than the request's."""
        ends, request_ends = time.monotonic() + RETRY_SECONDS, _request_ends.get()
        self.deadline = ends if request_ends is None else min(ends, request_ends)
        self.longest = FIRST_PAUSE

    def wait(self) -> None:
        """Pause before the next attempt.

        :raises BusyException: When the time is up.
        """
        if time.monotonic() >= self.deadline:
            raise BusyException
        time.sleep(random.uniform(0, self.longest))  # noqa: S311 -- jitter, not a secret
        self.longest = min(self.longest * 2, LONGEST_PAUSE)
