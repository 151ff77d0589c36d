"""Signals that end a command: all act like Ctrl-C, so that what a run created is removed whatever ends it."""

import signal
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a polite end, and a closed terminal."""


def act_like_ctrl_c() -> None:
    """Make each ending signal raise KeyboardInterrupt, also where the parent process had it ignored (`nohup`, `&`)."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in ENDING:
        signal.signal(number, interrupt)
