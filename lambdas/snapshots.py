"""Hooks around the snapshot of an initialized function (Lambda SnapStart).

A snapshot holds the state of every module, and each new instance starts as a copy of it. Lambda does not reseed Python's random
numbers: "set seeds for random functions inside your function handler, or use a runtime hook". Without it, all instances that a
burst starts would draw the same pauses between retries, here and in botocore.
"""

import random
from collections.abc import Callable

try:
    from snapshot_restore_py import register_after_restore, register_before_snapshot
except ImportError:  # neither a checkout nor the local cloud has Lambda's runtime
    register_after_restore = register_before_snapshot = None


def reseed_after_restore() -> None:
    """Draw other random numbers in each instance that is restored from the snapshot."""
    after_restore(random.seed)


def after_restore(work: Callable[[], None]) -> None:
    """Do some work in each instance that is restored from the snapshot, before its first request; nothing without SnapStart."""
    if register_after_restore:
        register_after_restore(work)


def before_snapshot(work: Callable[[], None]) -> None:
    """Do some work before the snapshot is taken, so that no restored instance does it again; nothing without SnapStart."""
    if register_before_snapshot:
        register_before_snapshot(work)
