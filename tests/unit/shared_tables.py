"""The AWS of this tier, and tables for files whose tests share one."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from moto import mock_aws

from support.engines import client_for
from support.tables import create_table


@contextmanager
def aws_with(engine: str | None) -> Iterator[None]:
    """Let moto answer what is sent to AWS, and the engine what is sent to DynamoDB.

    :param engine: The URL of the engine; None for moto's DynamoDB.
    """
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        if engine:
            patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", engine)
        yield


@contextmanager
def shared_table(engine: str | None, name: str) -> Iterator[Any]:
    """Yield a DynamoDB client with a table. Give it a name of its own, because all files of a worker share the engine.

    :param engine: The URL of the engine; None for moto, which takes many times as long for a transaction.
    """
    with nullcontext() if engine else mock_aws():
        client = client_for(engine)
        create_table(client, name)
        yield client
        client.delete_table(TableName=name)
