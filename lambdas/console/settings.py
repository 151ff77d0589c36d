"""What the console's function knows from its environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

Addressing = Literal["host", "path"]


@dataclass(frozen=True)
class ConsoleSettings:
    """The variables of the function."""

    table_name: str
    """The name of the environment's table."""

    log_group_name: str
    """The name of the environment's log group."""

    secret_name: str
    """The name of the SSM parameter that holds the client secret for sign-in."""

    addressing: Addressing
    """Where the API lives in a URL: ``host`` on AWS, ``path`` in the local cloud."""


def read_settings(variables: Mapping[str, str]) -> ConsoleSettings:
    """Return the settings of the function.

    :raises KeyError: When a variable is missing: the function must not start half-configured.
    """
    addressing = variables["ADDRESSING"]
    if addressing not in ("host", "path"):
        raise KeyError(f"ADDRESSING is {addressing!r}, not host or path")
    return ConsoleSettings(
        table_name=variables["TABLE_NAME"],
        log_group_name=variables["LOG_GROUP_NAME"],
        secret_name=variables["CONSOLE_SECRET"],
        addressing=cast("Addressing", addressing),
    )
