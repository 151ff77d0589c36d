"""One command at a time may start, change or stop the local cloud of a state directory."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from lambdas.operations.problems import Problem

PRIVATE = 0o700
"""The mode of a state directory, which holds the users of the local cloud and the hashes of its tokens."""


@contextlib.contextmanager
def held(directory: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the state directory's lock during the block; the system releases it however this process ends.

    When another command holds it, this waits until that has ended, or, without `wait`, raises Problem at once.
    """
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(PRIVATE)  # also one that an earlier version made
    with (directory / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Problem(
                f"Another `scimctl local` command is at work on {directory}.\n"
                "Let it finish, or end it with Ctrl-C, and try again."
            ) from None
        yield
