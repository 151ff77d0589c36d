"""Our API function behind waitress: what API Gateway does is done by a few lines, whose time counts as ours.

Run as a program: ``python -m benchmarks.peers.our_site PORT``, with the function's environment set.
"""

import base64
import sys
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

CONNECTION = "aaaabbbbccccdddd"
HOST = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"

Environ = dict[str, Any]


def event_of(environ: Environ) -> dict[str, Any]:
    """Return a WSGI request as the event of an API Gateway REST API (Lambda proxy integration, format 1.0)."""
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    _, _, kind, *its_id = path.split("/")[1:]
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): value
        for name, value in environ.items()
        if value and (name.startswith("HTTP_") or name == "CONTENT_TYPE")
    } | {"Host": HOST}
    query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    body = environ["wsgi.input"].read()
    return {
        "resource": f"/v2/{{connection}}/{kind}" + ("/{id}" if its_id else ""),
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": {"connection": CONNECTION} | ({"id": its_id[0]} if its_id else {}),
        "requestContext": {
            "authorizer": {
                "principalId": CONNECTION,
                "connection": CONNECTION,
                "directory": "acme",
                "scope": "provision",
                "token": "tokenoftheconn22",
            },
            "domainName": HOST,
            "httpMethod": method,
            "identity": {"sourceIp": "203.0.113.7"},
            "path": f"/scim{path}",
            "requestId": str(uuid4()),
            "stage": "scim",
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a WSGI request by the API function."""
    from lambdas.api.handler import handler

    answer = handler(event_of(environ), None)
    body = answer["body"].encode()
    status = HTTPStatus(answer["statusCode"])
    start_response(f"{status.value} {status.phrase}", list(answer["headers"].items()))
    return [base64.b64decode(body) if answer["isBase64Encoded"] else body]


if __name__ == "__main__":
    import waitress

    waitress.serve(application, host="127.0.0.1", port=int(sys.argv[1]))
