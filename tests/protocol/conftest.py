"""The protocol tier: the API function itself, over an empty table for each test."""

import importlib
import io
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lambdas.environment.file import Environment, load_deployed
from lambdas.operations.permission_store import PermissionStore
from lambdas.store.table import Table
from support.engines import running_dynamodb
from support.environments import environment_of
from support.functions import VARIABLES
from support.tables import TABLE_NAME, create_table
from tests.protocol.client import Api, Handler
from tests.protocol.compared import comparing_answers

# What the stack sets, before the function is imported; the credentials open nothing.
os.environ.update({**VARIABLES, "AWS_EC2_METADATA_DISABLED": "true"})


@pytest.fixture(scope="session")
def aws() -> Iterator[Any]:
    """A DynamoDB client, for as long as the tests run."""
    with running_dynamodb() as client:
        yield client


@pytest.fixture(scope="session", autouse=True)
def _answers_are_compared() -> Iterator[None]:
    """Every resource that is answered from its stored document is what its model would have answered, in all of these tests."""
    with comparing_answers():
        yield


@pytest.fixture(scope="session")
def function(aws: Any) -> Handler:
    """The API function, imported once, as a warm function is."""
    load_deployed.cache_clear()  # a test of another function may have read another environment
    module = importlib.import_module("lambdas.api.handler")
    module.TABLE.client = aws
    handler: Handler = module.handler
    return handler


@pytest.fixture
def endpoint_of(function: Handler, table: Any) -> Callable[[str], Api]:
    """Gives the endpoint of an environment, by the tables of its file that matter; see :func:`support.environments.environment_of`.

    All endpoints of a test share the table and the directory ``acme``: one with other rules is the same customer's after a
    deployment of a changed file.
    """
    return lambda toml: Api(endpoint(environment_of(toml)))


def endpoint(environment: Environment) -> Handler:
    """Return what Lambda would call in an environment, over the function's own table."""
    module = importlib.import_module("lambdas.api.handler")
    serve = module.Endpoint(environment, module.TABLE, module.SETTINGS.addressing).serve
    return lambda event, context: serve(event)


@pytest.fixture
def table(aws: Any) -> Iterator[Any]:
    """The DynamoDB client over an empty table."""
    create_table(aws)
    yield aws
    aws.delete_table(TableName=TABLE_NAME)


@pytest.fixture
def api(function: Handler, table: Any) -> Api:
    """A connection of the directory ``acme``, which is empty."""
    return Api(function)


@pytest.fixture
def other(function: Handler, table: Any) -> Api:
    """A connection of another directory in the same table, empty too."""
    return Api(function, directory="globex", connection="eeeeffffgggghhhh")


class Records:
    """The log of the function, as JSON objects."""

    def __init__(self, written: io.BytesIO) -> None:
        self.written = written

    def new(self) -> list[dict[str, Any]]:
        """Return what was logged since the last call."""
        lines = self.written.getvalue().splitlines()
        self.written.seek(0)
        self.written.truncate()
        return [json.loads(line) for line in lines]

    def last(self) -> dict[str, Any]:
        """Return the record of the last request."""
        return [record for record in self.new() if record["event"] == "scim.request"][-1]


@pytest.fixture
def records(function: Handler) -> Iterator[Records]:
    """What the function logs during a test."""
    (handler,) = importlib.import_module("lambdas.api.observability").logger.handlers
    written = io.BytesIO()
    before = handler.setStream(io.TextIOWrapper(written, encoding="utf-8", write_through=True))
    yield Records(written)
    handler.setStream(before)


@pytest.fixture
def decisions(table: Any) -> PermissionStore:
    """What an operator decides in the directory ``acme``."""
    return PermissionStore(Table(table, TABLE_NAME), "acme")
