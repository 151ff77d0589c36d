"""The Lambda handler of the token endpoint. Everything created at import is part of the SnapStart snapshot."""

import os
import time
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from botocore.config import Config

from lambdas.credentials.issuers import Issuers
from lambdas.credentials.issuing import TokenIssuer
from lambdas.environment.file import EndpointSettings, load_deployed
from lambdas.store.client import open_client
from lambdas.store.schema import SchemaCheck
from lambdas.store.table import Table
from lambdas.token import jwks
from lambdas.token.assertions import AssertionCheck
from lambdas.token.endpoint import TokenEndpoint
from lambdas.token.log import TokenLog
from lambdas.token.requests import Event
from lambdas.token.responses import Answer
from lambdas.token.signing_keys import SigningKeys

AWS = Config(
    tcp_keepalive=True,
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
)
"""Client settings for DynamoDB, which answers in milliseconds; the function's time-out is above the worst case."""


def build_endpoint(settings: EndpointSettings, table: Table, logger: Logger) -> TokenEndpoint:
    """Return the token endpoint of an environment."""
    oauth = settings.oauth
    issuers = Issuers({each.issuer: each.keys for each in oauth.issuers})
    return TokenEndpoint(
        TokenIssuer(table, timedelta(minutes=oauth.access_token_minutes)),
        AssertionCheck(issuers, SigningKeys(table, jwks.fetch, time.time), time.time),
        TokenLog(logger, settings.name),
        time.time,
        SchemaCheck(table),
    )


_logger = Logger(use_rfc3339=True, utc=True, location=None)
_client, _ = open_client(AWS)
_table = Table(_client, os.environ["TABLE_NAME"])
_endpoint = build_endpoint(load_deployed(), _table, _logger)


def handler(event: Event, _context: Any) -> Answer:
    """Return the response to a token request, or the endpoint's metadata.

    See :meth:`lambdas.token.endpoint.TokenEndpoint.serve`.
    """
    return _endpoint.serve(event)
