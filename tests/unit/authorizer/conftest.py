"""The authorizer's table, shared by the tests of a file, and a new authorizer over it for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.authorizer.endpoint import TABLE, Endpoint
from tests.unit.shared_tables import shared_table


@pytest.fixture(scope="module")
def client(engine: str | None) -> Iterator[Any]:
    with shared_table(engine, TABLE) as client:
        yield client


@pytest.fixture
def endpoint(client: Any) -> Iterator[Endpoint]:
    endpoint = Endpoint(client)
    with endpoint.counting("GetItem"):
        yield endpoint


@pytest.fixture
def counting_writes(endpoint: Endpoint) -> Iterator[Endpoint]:
    """The same, which counts writes too."""
    with endpoint.counting("UpdateItem"):
        yield endpoint
