"""A table for the token endpoint's tests, and an issuer of assertions."""

from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.credentials.clients import Client
from tests.unit.shared_tables import shared_table
from tests.unit.token.endpoint import TABLE, Endpoint
from tests.unit.token.entra import Entra, running_entra


@pytest.fixture(scope="module")
def dynamodb(engine: str | None) -> Iterator[Any]:
    with shared_table(engine, TABLE) as client:
        yield client


@pytest.fixture
def endpoint(dynamodb: Any) -> Endpoint:
    return Endpoint(dynamodb)


@pytest.fixture
def entra() -> Iterator[Entra]:
    with running_entra() as tenant:
        yield tenant


@pytest.fixture
def federated(endpoint: Endpoint, entra: Entra) -> Client:
    """A federated client, made once for all examples of a property."""
    return endpoint.federate(entra)
