"""The outcome of a step, and how a step waits for AWS."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Read = TypeVar("Read")

SECONDS = 60.0
"""How long a step waits for a record: logs and histories of AWS appear within seconds, seldom within a minute."""

PAUSE = 3.0
"""Seconds between two reads."""


class Outcome(StrEnum):
    """What a step found out."""

    PROVED = "proved"
    """The environment does what the documentation says."""

    FAILED = "failed"
    """It does something else."""

    UNPROVED = "unproved"
    """The step could not find out; the detail says why."""


@dataclass(frozen=True)
class Result:
    """The result of one step."""

    outcome: Outcome
    details: tuple[str, ...]
    """Sentences: what was seen, and what to do about a failure."""

    @classmethod
    def proved(cls, *details: str) -> "Result":
        """Return the result of a step that found what the documentation says."""
        return cls(Outcome.PROVED, details)

    @classmethod
    def failed(cls, *details: str) -> "Result":
        """Return the result of a step that found something else."""
        return cls(Outcome.FAILED, details)

    @classmethod
    def unproved(cls, *details: str) -> "Result":
        """Return the result of a step that could not find out."""
        return cls(Outcome.UNPROVED, details)

    @classmethod
    def of(cls, failures: list[str], success: str) -> "Result":
        """Return a failure with its details, or the proof when there is none."""
        return cls.failed(*failures) if failures else cls.proved(success)


def poll(read: Callable[[], Read | None]) -> Read | None:
    """Return what a read finds, repeated for :data:`SECONDS`; None when it finds nothing."""
    ends = time.monotonic() + SECONDS
    while True:
        found = read()
        if found is not None or time.monotonic() >= ends:
            return found
        time.sleep(PAUSE)
