"""Durations as operators write them: `90s`, `10m`, `12h`, `7d`."""

import re
from datetime import timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

_FORM = re.compile(rf"(\d{{1,6}})([{''.join(UNITS)}])")


def parse_duration(text: str) -> timedelta:
    """Return the duration that a text gives.

    :raises ValueError: When it is not a duration; the message shows the form.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError(f"{text!r} is not a duration: write 90s, 10m, 12h or 7d")
    return timedelta(**{UNITS[form[2]]: int(form[1])})


def rounded(duration: timedelta) -> str:
    """Return a duration in its largest unit: ``7 days``, ``3 hours``, ``1 minute``."""
    seconds = int(duration.total_seconds())
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
