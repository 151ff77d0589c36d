"""Tables on moto, for files of this tier whose tests share one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from support.tables import create_table


@contextmanager
def table_on_moto(name: str) -> Iterator[Any]:
    """Give a DynamoDB client with a table. Give it a name of its own, because moto's tables outlive their client."""
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        create_table(client, name)
        yield client
        client.delete_table(TableName=name)
