"""The console's function: a browser's request on its way from API Gateway's event to a page."""

import os
from typing import Any

from botocore.config import Config

from lambdas.clients import connector
from lambdas.console.app import Console
from lambdas.console.pages import ALL
from lambdas.console.settings import read_settings
from lambdas.console.sign_in import flow
from lambdas.environment.file import load_deployed
from lambdas.imports import complete_imports

AWS = Config(connect_timeout=1, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
"""How AWS is called; searches of the log take longer than DynamoDB does."""

connect = connector(AWS)


def build() -> Console:
    """Return the console of the deployed environment with all of its pages."""
    console = Console(load_deployed(), read_settings(os.environ), connect)
    flow.add_routes(console)
    for each in ALL:
        each.add_routes(console)
    return console


# Built when the function is imported, once: what SnapStart keeps.
CONSOLE = build()
complete_imports()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serve one request.

    :param event: A Lambda proxy event of an API Gateway REST API.
    :param context: Lambda's context.
    """
    return CONSOLE.serve(event, context)
