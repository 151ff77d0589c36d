"""The DynamoDB client of a function: botocore's, without the work that is the same for each call."""

from typing import TYPE_CHECKING, Any

import botocore
import botocore.session
from botocore.config import Config

from lambdas import snapshots
from lambdas.store.transport import DirectTransport, direct_transport
from lambdas.version import VERSION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

QUICK = Config(
    user_agent=f"serverless-scim/{VERSION} Botocore/{botocore.__version__}",  # else put together for each call
    parameter_validation=False,  # the table checks its parameters too, and mypy checked ours
)
"""What spares every call a part of its CPU time and changes no answer."""


def open_client(config: Config) -> "tuple[DynamoDBClient, DirectTransport | None]":
    """Return a DynamoDB client for a function's requests, and its transport where it has one of its own.

    It is botocore's, because importing boto3 takes longer. Call it while the function starts: connections that were open when
    a snapshot was taken are closed in each instance that is restored from it.

    :param config: Time-outs and retries.
    """
    client: Any = botocore.session.get_session().create_client("dynamodb", config=QUICK.merge(config))
    transport = direct_transport(client)
    if transport is not None:
        snapshots.after_restore(transport.connections.close)
    return client, transport
