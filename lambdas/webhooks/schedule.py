"""When a delivery is retried: pauses from five seconds to twelve hours, over three days."""

import random

SECOND, MINUTE, HOUR = 1, 60, 3_600

PAUSES = (
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    1 * HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    11 * HOUR,
    11 * HOUR,
    11 * HOUR,
    11 * HOUR,
    11 * HOUR,
)
"""Seconds after each failed attempt: 71 hours in total. With jitter and the time of an attempt, none exceeds 12 hours, the
longest that SQS hides a message."""

ATTEMPTS = len(PAUSES) + 1
"""After this many failed attempts the event goes to the dead-letter queue."""

JITTER = 0.08
"""The share of a pause that is random, so that events that failed together are not retried together."""


def pause_after(attempt: int) -> int | None:
    """Return the seconds until the next attempt, or None after the last one.

    :param attempt: The number of the attempt that failed, from 1.
    """
    if attempt > len(PAUSES):
        return None
    pause = PAUSES[max(attempt, 1) - 1]
    return max(1, round(pause * (1 + random.uniform(0, JITTER))))  # noqa: S311 -- jitter, not a secret
