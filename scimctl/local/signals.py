"""Signals that ask a command to end: all act like Ctrl-C, except while data is being written."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a polite end, and a closed terminal."""


def act_like_ctrl_c() -> None:
    """Make each of them raise KeyboardInterrupt, so that what was started is stopped whatever the reason to end."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in ENDING:
        signal.signal(number, interrupt)


@contextlib.contextmanager
def postponed() -> Iterator[None]:
    """Ignore them during the block."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
