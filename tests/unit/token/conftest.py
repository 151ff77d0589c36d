"""A table for the token endpoint's tests, and an issuer of assertions."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from support.tables import create_table
from tests.unit.token.endpoint import TABLE, Endpoint
from tests.unit.token.entra import Entra, running_entra


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        create_table(client, TABLE)
        yield client
        client.delete_table(TableName=TABLE)


@pytest.fixture
def endpoint(dynamodb: Any) -> Endpoint:
    return Endpoint(dynamodb)


@pytest.fixture
def entra() -> Iterator[Entra]:
    with running_entra() as tenant:
        yield tenant
