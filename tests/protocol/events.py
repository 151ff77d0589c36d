"""Events as an API Gateway REST API sends them to a function, built from a request line as a client writes it.

Their form is what LocalStack's tests recorded from AWS: the query decoded once, with ``+`` as a space; the path and its
parameters still encoded; every value in the ``multiValue`` maps, the last one in the others.
"""

import base64
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

ROUTES = (
    "/v2/{connection}",
    "/v2/{connection}/Users",
    "/v2/{connection}/Users/.search",
    "/v2/{connection}/Users/{id}",
    "/v2/{connection}/Groups",
    "/v2/{connection}/Groups/.search",
    "/v2/{connection}/Groups/{id}",
    "/v2/{connection}/.search",
    "/v2/{connection}/Bulk",
    "/v2/{connection}/Me",
    "/v2/{connection}/ServiceProviderConfig",
    "/v2/{connection}/ResourceTypes",
    "/v2/{connection}/ResourceTypes/{id}",
    "/v2/{connection}/Schemas",
    "/v2/{connection}/Schemas/{id}",
)
"""The stack's routes. A path that none of them has is answered by API Gateway and reaches no function."""

ANYTHING = "/v2/{connection}/{proxy+}"
"""A route that the stack has not, so that the function can be asked for a path that it does not know."""

STAGE = "scim"
API_ID = "a1b2c3d4e5"
HOST = f"{API_ID}.execute-api.eu-west-1.amazonaws.com"


def event(
    method: str,
    target: str,
    *,
    connection: str = "aaaabbbbccccdddd",
    authorizer: Mapping[str, str] | None = None,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
    base64_body: bool = True,
    host: str = HOST,
    prefix: str = f"/{STAGE}",
) -> dict[str, Any]:
    """Return the event of one request.

    :param target: What follows the connection in the request line, such as ``/Users?filter=userName+eq+"a%40b"``.
    :param authorizer: The authorizer's context; the one of ``connection`` and the directory ``acme`` when not given.
    :param base64_body: Whether the API treats the body's media type as binary, as the stack's does for all of them.
    :param host: The host that the client used.
    :param prefix: What stands before ``/v2`` in the client's URL: the stage, or a custom domain's base path.
    """
    path, _, query = target.partition("?")
    resource, parameters = _route(f"/v2/{connection}{path}")
    pairs = [("Host", host), *headers]
    multi_headers = _grouped(pairs)
    multi_query = _grouped(_decoded(pair) for pair in query.split("&") if pair)
    return {
        "resource": resource,
        "path": f"/v2/{connection}{path}",
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in multi_headers.items()},
        "multiValueHeaders": multi_headers,
        "queryStringParameters": {name: values[-1] for name, values in multi_query.items()} or None,
        "multiValueQueryStringParameters": multi_query or None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": API_ID,
            "authorizer": dict(authorizer) if authorizer is not None else caller(connection=connection),
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "httpMethod": method,
            "identity": {"sourceIp": "203.0.113.7", "userAgent": None},
            "path": f"{prefix}/v2/{connection}{path}",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTime": "22/Nov/2026:10:00:00 +0000",
            "requestTimeEpoch": 1795341600000,
            "resourceId": "abc123",
            "resourcePath": resource,
            "stage": STAGE,
        },
        "body": _body(body, base64_body),
        "isBase64Encoded": bool(body) and base64_body,
    }


def caller(
    *,
    connection: str = "aaaabbbbccccdddd",
    directory: str = "acme",
    token_id: str = "tokenoftheconn22",  # noqa: S107
    scope: str = "provision",
) -> dict[str, str]:
    """Return what the authorizer hands over for a token."""
    return {
        "principalId": connection,
        "integrationLatency": "12",
        "directory": directory,
        "connection": connection,
        "token": token_id,
        "scope": scope,
    }


def _route(path: str) -> tuple[str, dict[str, str]]:
    """Return the route of a path and the values of its placeholders; a literal one before a placeholder."""
    for route in (*ROUTES, ANYTHING):
        pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+?)", route)
        match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "/?", path)
        if match:
            return route, match.groupdict()
    raise ValueError(f"no route for {path}")


def _decoded(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return unquote_plus(name), unquote_plus(value)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _body(body: bytes | None, as_base64: bool) -> str | None:
    if not body:
        return None
    return base64.b64encode(body).decode("ascii") if as_base64 else body.decode("utf-8", errors="replace")
