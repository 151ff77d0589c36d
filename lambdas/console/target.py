"""What operations act on when they run in the console's function."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger

from lambdas.console.guide import GUIDE
from lambdas.console.settings import ConsoleSettings
from lambdas.environment.file import EndpointSettings
from lambdas.operations.target import Service, Target

logger = Logger(use_rfc3339=True, utc=True, location=None)


def target_of(
    environment: EndpointSettings, settings: ConsoleSettings, connect: Callable[[str], Any], base_url: str, name: str
) -> Target:
    """Return the environment that the function belongs to, reached by its own role.

    :param base_url: The API's base URL, without a slash at the end.
    :param name: The name of the person who acts, for records.
    """
    return Target(
        settings=environment,
        table_name=settings.table_name,
        base_url=base_url,
        log_group_name=settings.log_group_name,
        place=f"environment {environment.name}",
        connect=connect,
        operator_name=lambda: name,
        service=Service.CONSOLE,
        guide=GUIDE,
        warn=logger.warning,  # a record that could not be written; it holds no secret
        when_silent="Try again in a moment.",
    )
