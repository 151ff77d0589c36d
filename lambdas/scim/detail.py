"""The text of an error in two versions: the client gets the values that it sent, the log does not.

A value of an attribute never reaches a log record (design section 8). It is kept out by construction: a :class:`Detail` is made
from a template, and only its *facts* are written into the version for the log. A text that is not a :class:`Detail` may hold
anything, so nothing of it is logged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from scim2_models import SCIMException

HIDDEN = "?"
"""The text that stands for a value in the log."""

NOT_LOGGED = "(the reason may hold values and is not logged)"
"""The logged detail of an error whose text is not a :class:`Detail`."""


@dataclass(frozen=True)
class Shown:
    """A part of a detail with a text of its own for the log, such as a path without the values in its filter."""

    text: str
    """The part as the client reads it."""

    logged: str
    """The part as the log has it."""


class Detail(str):
    """The detail of an error.

    >>> detail = Detail("{attribute} must be one of {allowed}, not {sent}",
    ...                 attribute="userType", allowed="A or B", values={"sent": "C"})
    >>> detail
    'userType must be one of A or B, not C'
    >>> detail.logged
    'userType must be one of A or B, not ?'
    """

    __slots__ = ("logged",)

    logged: str
    """The detail as the log has it."""

    def __new__(cls, template: str, *, values: Mapping[str, Any] | None = None, **facts: Any) -> Self:
        """Return the detail that a template makes.

        :param template: The sentence, with placeholders such as ``{attribute}``.
        :param values: The parts that come from the values of a request or a resource; hidden in the log unless :class:`Shown`.
        :param facts: The other parts: names of attributes, limits, counts, ids.
        """
        hidden = values or {}
        detail = super().__new__(cls, template.format(**facts, **{name: _text(part) for name, part in hidden.items()}))
        detail.logged = template.format(**facts, **{name: _logged(part) for name, part in hidden.items()})
        return detail


def logged_detail(exception: SCIMException) -> str:
    """Return the detail of an error as the log has it."""
    detail = exception.detail
    return detail.logged if isinstance(detail, Detail) else NOT_LOGGED


def _text(part: Any) -> Any:
    return part.text if isinstance(part, Shown) else part


def _logged(part: Any) -> str:
    return part.logged if isinstance(part, Shown) else HIDDEN
