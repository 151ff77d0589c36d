"""The storage tier: the store on DynamoDB, with an empty table for each test."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lambdas.store.table import Table
from support.datasets import Dataset, engine_with
from support.engines import client_for, running_dynamodb, running_engine
from support.tables import TABLE_NAME, create_table
from tests.storage.builders import Directory


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """A DynamoDB client, shared: making one costs as much as a test."""
    with running_dynamodb() as client:
        yield client


@pytest.fixture
def dynamodb(client: Any) -> Iterator[Any]:
    """The client over an empty table."""
    create_table(client)
    yield client
    client.delete_table(TableName=TABLE_NAME)


@pytest.fixture
def table(dynamodb: Any) -> Table:
    """The store's view of the empty table."""
    return Table(dynamodb, TABLE_NAME)


@pytest.fixture
def acme(table: Table) -> Directory:
    """An empty directory."""
    return Directory(table)


@pytest.fixture
def globex(table: Table) -> Directory:
    """Another directory in the same table."""
    return Directory(table, "globex")


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    """A client of a DynamoDB engine, shared."""
    with running_engine() as url:
        yield client_for(url)


@pytest.fixture(scope="session")
def new_table(engine: Any) -> Callable[[], Table]:
    """Makes an empty table on the engine, each time another."""
    numbers = itertools.count()
    return lambda: Table(engine, create_table(engine, f"scim-{next(numbers)}"))


CROWDS = (Dataset(10), Dataset(100_000))
"""A small and a large directory, in one table."""


@pytest.fixture(scope="session")
def crowds() -> Iterator[Any]:
    """A client of an engine that holds :data:`CROWDS`. Who changes them leaves them as they were."""
    with engine_with(*CROWDS) as client:
        yield client
