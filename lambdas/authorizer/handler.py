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
from lambdas.authorizer.last_use import LastUse
from lambdas.authorizer.log import AccessLog

READ = Config(
    connect_timeout=1,
    read_timeout=2,  # a GetItem takes some 5 milliseconds
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""How a token is read: at worst some 9 seconds with the pauses, so the function needs a time-out above that."""

WRITE = Config(connect_timeout=0.5, read_timeout=0.5, retries={"mode": "standard", "total_max_attempts": 1})
"""How its use is kept: one attempt of at most a second, for nothing depends on it."""

_session = botocore.session.get_session()
_table = os.environ["TABLE_NAME"]
_logger = Logger(use_rfc3339=True, utc=True, location=None)
_log = AccessLog(_logger, os.environ.get("ENVIRONMENT", ""))


def _client(config: Config) -> Any:
    """Return a DynamoDB client, from botocore alone: boto3 would add a third to the import."""
    return _session.create_client("dynamodb", config=config)


_authorizer = Authorizer(_client(READ), _table, _log, LastUse(_client(WRITE), _table, _log))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a TOKEN authorizer's event with a policy, or raise what API Gateway turns into 401 or 503.

    See :meth:`lambdas.authorizer.check.Authorizer.authorize`.
    """
    # A TOKEN authorizer's event tells nothing of the request: by this id API Gateway's access log names the call.
    _logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    return _authorizer.authorize(event)
