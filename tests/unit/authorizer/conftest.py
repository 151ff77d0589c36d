"""The authorizer's table, shared by the tests of a file, and a new authorizer over it for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.authorizer.endpoint import TABLE, Endpoint
from tests.unit.moto_tables import table_on_moto


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with table_on_moto(TABLE) as client:
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
