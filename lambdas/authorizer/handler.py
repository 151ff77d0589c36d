"""The authorizer's function: what API Gateway calls for credentials it has not seen lately.

Imports the standard library, botocore and Powertools' Logger only: a cold start waits for it before anything else. What
is made here once is in the SnapStart snapshot.
"""

import os
from typing import Any

import botocore.session
from aws_lambda_powertools import Logger
from botocore.config import Config

from lambdas.authorizer.check import Authorizer

CONNECT_SECONDS = 1
"""Longest wait for a connection to DynamoDB."""

READ_SECONDS = 2
"""Longest wait for DynamoDB's answer; a GetItem takes some 5 milliseconds."""

ATTEMPTS = 3
"""The first call and two more: at worst some 9 seconds with the pauses, so the function needs a time-out above that."""


def _client() -> Any:
    """Return a DynamoDB client, from botocore alone: boto3 would add a third to the import."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    return botocore.session.get_session().create_client("dynamodb", config=config)


_logger = Logger()
_authorizer = Authorizer(_client(), os.environ["TABLE_NAME"], _logger)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a TOKEN authorizer's event with a policy, or raise what API Gateway turns into 401 or 5xx.

    See :meth:`lambdas.authorizer.check.Authorizer.authorize`.
    """
    # A TOKEN authorizer's event tells nothing of the request: by this id API Gateway's access log names the call.
    _logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    return _authorizer.authorize(event)
