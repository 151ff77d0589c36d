"""The responses of the token endpoint (RFC 6749 sections 5.1 and 5.2), and its metadata (RFC 8414)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from lambdas.credentials.issuing import IssuedToken
from lambdas.credentials.scopes import Scope
from lambdas.token.refusals import ErrorCode, Refusal
from lambdas.token.requests import GRANT_TYPE, Event

Answer = dict[str, Any]
"""The value that a Lambda proxy integration returns to an API Gateway REST API."""

TOKEN_PATH = "/oauth2/token"  # noqa: S105
"""The path of the token endpoint below the base URL."""

METADATA_PATH = "/.well-known/oauth-authorization-server"
"""The path of the metadata below the root of a host (RFC 8414 section 3)."""

CHALLENGE = 'Basic realm="scim", charset="UTF-8"'
"""The challenge of a 401, for the one scheme that the endpoint knows (RFC 7617)."""

ALL_SCOPE = "scim"
"""The scope that Microsoft Entra ID requests, as another name of :attr:`Scope.PROVISION`."""

_NEVER_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def token_answer(issued: IssuedToken, granted: Scope, requested: str | None) -> Answer:
    """Return the response with an access token (RFC 6749 section 5.1).

    No scope refuses a request. The response repeats a requested scope if it is the granted one, and otherwise names the granted
    one, as RFC 6749 section 3.3 requires; without a requested scope it names none.
    """
    body: dict[str, Any] = {
        "access_token": issued.token.text,
        "token_type": "Bearer",
        "expires_in": int(issued.lifetime.total_seconds()),
    }
    if requested is not None:
        known = {granted.value, ALL_SCOPE} if granted is Scope.PROVISION else {granted.value}
        body["scope"] = requested if requested in known else granted.value
    return _answer(HTTPStatus.OK, body, _NEVER_STORED)


def error_answer(refusal: Refusal) -> Answer:
    """Return the response to a refused request (RFC 6749 section 5.2)."""
    headers = dict(_NEVER_STORED)
    if refusal.code is ErrorCode.INVALID_CLIENT:
        headers["WWW-Authenticate"] = CHALLENGE
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = "POST"
    return _answer(refusal.status, {"error": refusal.code.value, "error_description": refusal.description}, headers)


def metadata_answer(event: Event) -> Answer:
    """Return the metadata of the authorization server (RFC 8414 section 2).

    It stands at the root of a host. Under the stage's own URL, which has a path, there is none.

    :param event: The event of the request, which names the host and the path that the client used.
    """
    context = event.get("requestContext") or {}
    if context.get("path") != METADATA_PATH:
        return _answer(HTTPStatus.NOT_FOUND, {"error": "not_found"}, {})
    base_url = f"https://{context.get('domainName')}"
    document = {
        "issuer": base_url,
        "token_endpoint": base_url + TOKEN_PATH,
        "scopes_supported": [ALL_SCOPE, *Scope],
        "response_types_supported": [],
        "grant_types_supported": [GRANT_TYPE],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
    }
    return _answer(HTTPStatus.OK, document, {"Cache-Control": "max-age=3600"})


def _answer(status: HTTPStatus, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json", **headers},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
