"""API Gateway's access log: one record for every request, including requests that no function sees.

It is the only log with every refusal: the authorizer is not called for a header that cannot hold a token, nor while its result
is cached.

Each record is JSON in the environment's log group. ``"event": "api.access"`` distinguishes it from the functions' records. The
request id joins both; a refusal by the authorizer joins by the id of the authorizer's invocation, the only id a TOKEN authorizer
has. ``$context.error.message`` is omitted because one of API Gateway's messages quotes the Authorization header, and the query
string is omitted because filters hold names and addresses.
"""

import json

from lambdas.records import Kind
from lambdas.version import VERSION

EVENT = Kind.ACCESS.value

FIELDS = {
    "event": Kind.ACCESS.value,
    "request_id": "$context.requestId",
    "time": "$context.requestTime",
    "host": "$context.domainName",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "refusal": "$context.error.responseType",
    "connection": "$context.authorizer.connection",
    "token": "$context.authorizer.token",
    "source_ip": "$context.identity.sourceIp",
    "milliseconds": "$context.responseLatency",
    "function_request_id": "$context.integration.requestId",
    "function_milliseconds": "$context.integration.latency",
    "authorizer_request_id": "$context.authorizer.requestId",
    "authorizer_milliseconds": "$context.authorizer.latency",
    "function_status": "$context.integration.status",
    "bytes": "$context.responseLength",
}
"""From the name of a field to API Gateway's variable; API Gateway writes ``-`` for an empty variable."""


def record_format(environment: str) -> str:
    """Return the format of a record. Its environment is the dimension of the metric of refusals."""
    return json.dumps({**FIELDS, "environment": environment, "version": VERSION})
