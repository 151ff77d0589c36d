"""The Lambda handler of the authorizer. API Gateway calls it for credentials that are not in its cache.

Imports only the standard library, botocore and Powertools' Logger, to keep cold starts short. Everything created at import
is part of the SnapStart snapshot.
"""

import os
from typing import Any

import botocore
import botocore.session
from aws_lambda_powertools import Logger
from botocore.config import Config

from lambdas import snapshots
from lambdas.authorizer.last_use import LastUse
from lambdas.authorizer.log import AccessLog
from lambdas.authorizer.token_check import Authorizer
from lambdas.version import VERSION

QUICK = Config(user_agent=f"serverless-scim/{VERSION} Botocore/{botocore.__version__}", parameter_validation=False)
"""What spares a call an eighth of its CPU time; see :mod:`lambdas.store.client`, which would be too much to import here."""

READ = Config(
    connect_timeout=1,
    read_timeout=2,  # a GetItem takes some 5 milliseconds
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""Client settings for reading a token: about 9 seconds in the worst case, so the function's timeout is longer."""

WRITE = Config(connect_timeout=0.5, read_timeout=0.5, retries={"mode": "standard", "total_max_attempts": 1})
"""Client settings for writing the last use: one attempt of at most a second, because no response depends on it."""

_session = botocore.session.get_session()
_table = os.environ["TABLE_NAME"]
_logger = Logger(use_rfc3339=True, utc=True, location=None)
_log = AccessLog(_logger, os.environ.get("ENVIRONMENT", ""))


def _client(config: Config) -> Any:
    """Return a DynamoDB client of botocore; importing boto3 would take a third longer."""
    return _session.create_client("dynamodb", config=QUICK.merge(config))


snapshots.reseed_after_restore()
_authorizer = Authorizer(_client(READ), _table, _log, LastUse(_client(WRITE), _table, _log))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the policy for a TOKEN authorizer's event, or raise the error that API Gateway turns into 401 or 503.

    See :meth:`lambdas.authorizer.token_check.Authorizer.authorize`.
    """
    # A TOKEN authorizer's event has no request id; API Gateway's access log records this one for the authorizer's call.
    _logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    return _authorizer.authorize(event)
