"""What API Gateway writes of every request, also of those that no function sees.

It is the one place that has every refusal: no authorizer is called for a header that cannot hold a token, nor while its
answer is remembered.

One JSON record into the environment's log group, told from the function's own by ``"event": "api.access"`` and
joined with it by the request's id; with a refusal of the authorizer by the id of its call, which is all that a TOKEN
authorizer knows. ``$context.error.message`` is left out on purpose: one of API Gateway's messages quotes the
Authorization header. The query is left out because filters hold people's names and addresses.
"""

import json

from lambdas.records import Kind

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
"""Name in the record to API Gateway's variable; what a request has not is written as ``-``."""


def record_format(environment: str) -> str:
    """Return the format of one record. It names the environment, which the metric of refusals is kept by."""
    return json.dumps({**FIELDS, "environment": environment})
