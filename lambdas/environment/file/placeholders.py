"""The placeholders of the example files, which no environment on AWS may keep."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lambdas.environment.file.mistakes import Mistake
from lambdas.environment.file.places import Location, written

TABLES = ("aws", "api", "alarms", "backup", "domain", "console")
"""The tables with values of the operator's accounts."""

PLACEHOLDER = re.compile(
    r"(?<!\d)123456789012(?!\d)|(?:^|[.@])example\.(?:com|org|net)$|12345678-1234-1234-1234-123456789012"
)
"""The account, host names and UUID that documentation uses."""


def placeholders_in(data: Mapping[str, Any]) -> list[Mistake]:
    """Return a mistake for each placeholder in the content of a file that is meant for AWS; none for the local cloud."""
    if data.get("platform") == "local":
        return []
    texts = (each for table in TABLES for each in _texts(data.get(table), (table,)))
    return [
        Mistake.of(f'{key} has the placeholder "{found[0].lstrip("@.")}" of the example file; replace it', key)
        for key, value in ((written(location), value) for location, value in texts)
        if (found := PLACEHOLDER.search(value))
    ]


def _texts(value: object, location: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        yield location, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, (*location, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, (*location, number))
