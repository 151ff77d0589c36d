"""Lengths of time as operators write them: `90s`, `10m`, `12h`, `7d`."""

import re
from datetime import timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_FORM = re.compile(rf"(\d{{1,6}})([{''.join(UNITS)}])")


def parse_duration(text: str) -> timedelta:
    """Read a length of time.

    :raises ValueError: When it is none; the text says what one looks like.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"{text!r} is no length of time: write 90s, 10m, 12h or 7d")
    return timedelta(**{UNITS[form[2]]: int(form[1])})


def told(duration: timedelta) -> str:
    """Tell a length of time roughly, as people do: ``7 days``, ``3 hours``, ``1 minute``."""
    seconds = int(duration.total_seconds())
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
