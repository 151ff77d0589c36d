"""The stack of an unexpected exception, as the log has it: where it was raised and what it is, without its message.

The message of an exception may quote anything, values of attributes among it.
"""

import traceback
from collections.abc import Iterator

from botocore.exceptions import ClientError
from pydantic import ValidationError


def stack_of(exception: BaseException) -> str:
    """Return the files, lines and functions that an exception and its causes passed, and the type of each."""
    parts = []
    for each in reversed(list(_chain(exception))):
        frames = "".join(traceback.format_tb(each.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{_kind_of(each)}\n")
    return "\n".join(parts)


def _chain(exception: BaseException) -> Iterator[BaseException]:
    """Yield an exception and its causes, the last one first."""
    current: BaseException | None = exception
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _kind_of(exception: BaseException) -> str:
    """Return the type of an exception, with the codes of those that have some."""
    name = f"{type(exception).__module__}.{type(exception).__qualname__}"
    if isinstance(exception, ClientError):
        return f"{name}: {exception.operation_name}: {exception.response.get('Error', {}).get('Code')}"
    if isinstance(exception, ValidationError):
        types = sorted(
            {each["type"] for each in exception.errors(include_url=False, include_context=False, include_input=False)}
        )
        return f"{name}: {', '.join(types)}"
    return name
