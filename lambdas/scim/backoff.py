"""Pauses between attempts of what lost a race: random and growing, until the request's time is up."""

import random
import time

from lambdas.scim.errors import BusyException

RETRY_SECONDS = 12.0
"""How long a request is retried: well inside API Gateway's 29 seconds, so that the client gets our answer and not a time-out."""

FIRST_PAUSE = 0.02
"""Seconds: upper end of the first random pause; it doubles with every attempt."""

LONGEST_PAUSE = 1.0
"""Seconds: upper end of any pause."""


class Backoff:
    """Random, growing pauses between attempts, until the time is up ("full jitter")."""

    def __init__(self, seconds: float = RETRY_SECONDS) -> None:
        """Start the clock.

        :param seconds: How long attempts may go on.
        """
        self.deadline = time.monotonic() + seconds
        self.longest = FIRST_PAUSE

    def wait(self) -> None:
        """Pause before the next attempt.

        :raises BusyException: When the time is up.
        """
        if time.monotonic() >= self.deadline:
            raise BusyException
        time.sleep(random.uniform(0, self.longest))  # noqa: S311 -- jitter, not a secret
        self.longest = min(self.longest * 2, LONGEST_PAUSE)
