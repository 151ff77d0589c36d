"""What a process remembers of requests, bounded because clients choose what there is to remember."""

from typing import TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")

MAX_REMEMBERED = 256
"""Entries that are kept: many more than identity providers have kinds of requests."""

MAX_LENGTH = 1_000
"""Characters of what a client sent in one entry; what is longer is read anew each time."""


class BoundedMemory(dict[KeyT, ValueT]):
    """A mapping that is emptied before an entry exceeds :data:`MAX_REMEMBERED`."""

    def __setitem__(self, key: KeyT, value: ValueT) -> None:
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        super().__setitem__(key, value)
