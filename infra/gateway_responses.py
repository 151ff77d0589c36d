"""API Gateway's own responses, as SCIM Errors.

SCIM clients understand one kind of error (RFC 7644 section 3.12), and administrators see only its ``detail``. So every response
that API Gateway makes without a function has a text here. The texts are fixed: one of API Gateway's messages quotes the
Authorization header.

API Gateway selects the body by the request's ``Accept``, so each exists for both media types of SCIM clients. The response's
media type is always ``application/scim+json``.
"""

import json
from dataclasses import dataclass, field, replace

from aws_cdk import aws_apigateway as apigateway

from infra.sources import ELSEWHERE

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
"""The schema of SCIM Errors (RFC 7644 section 3.12)."""

MEDIA_TYPES = ("application/json", "application/scim+json")
"""The media types that SCIM clients accept. API Gateway uses the first if a request accepts neither."""

UNKNOWN_PATH = (
    "This URL does not exist. Check the Tenant URL: it ends with /v2/ and the connection's id, followed by Users, Groups, "
    "Bulk, Me, .search, ServiceProviderConfig, ResourceTypes or Schemas."
)
"""The text for a URL without a route."""


@dataclass(frozen=True)
class Refusal:
    """The response to one kind of refusal."""

    kind: apigateway.ResponseType
    status: int
    detail: str
    scim_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> str:
        """Return the SCIM Error. Its ``status`` is a string (RFC 7644 section 3.12)."""
        return error_body(self.status, self.detail, self.scim_type)


def error_body(status: int, detail: str, scim_type: str | None = None) -> str:
    """Return a SCIM Error as JSON. It must not contain ``$``, because API Gateway reads it as a template."""
    error = {"schemas": [ERROR_SCHEMA], "status": str(status)}
    if scim_type:
        error["scimType"] = scim_type
    return json.dumps({**error, "detail": detail})


_Kind = apigateway.ResponseType

UNAUTHENTICATED = (
    "The request has no valid token. Send the connection's Secret Token as 'Authorization: Bearer <token>'. "
    "If the token has expired or been revoked, create another one and enter it in the identity provider."
)
FORBIDDEN = (
    "The token does not allow this request. A token is valid for the Tenant URL of its own connection only, and a token of "
    "scope 'read' cannot change anything. Check that Tenant URL and token belong together."
)
SLOW_DOWN = "Too many requests. Retry after the number of seconds in Retry-After."
UNAVAILABLE = (
    "The endpoint could not complete the request. The request itself is valid. "
    "Retry it after the number of seconds in Retry-After."
)
MISCONFIGURED = "The endpoint is not configured correctly. Contact the operator of the endpoint."
UNCHECKED = (
    "The endpoint cannot check tokens at the moment. The token may be valid. "
    "Retry the request after the number of seconds in Retry-After."
)
NOT_SIGNED = (
    "The Authorization header is not valid. Send the connection's Secret Token as 'Authorization: Bearer <token>'."
)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="scim"'}
RETRY = {"Retry-After": "1"}
RETRY_LATER = {"Retry-After": "5"}

REFUSALS = (
    Refusal(_Kind.UNAUTHORIZED, 401, UNAUTHENTICATED, headers=CHALLENGE),
    Refusal(_Kind.EXPIRED_TOKEN, 401, UNAUTHENTICATED, headers=CHALLENGE),
    Refusal(_Kind.INVALID_SIGNATURE, 401, NOT_SIGNED, headers=CHALLENGE),
    Refusal(_Kind.ACCESS_DENIED, 403, FORBIDDEN),
    Refusal(_Kind.INVALID_API_KEY, 403, FORBIDDEN),
    Refusal(
        _Kind.WAF_FILTERED,
        403,
        "The endpoint's web application firewall refused the request. Contact the operator of the endpoint.",
    ),
    Refusal(_Kind.MISSING_AUTHENTICATION_TOKEN, 404, UNKNOWN_PATH),
    Refusal(_Kind.RESOURCE_NOT_FOUND, 404, UNKNOWN_PATH),
    Refusal(
        _Kind.REQUEST_TOO_LARGE,
        413,
        "The request body is too large. Send fewer members or operations per request.",
    ),
    Refusal(
        _Kind.UNSUPPORTED_MEDIA_TYPE,
        415,
        "The media type of the body is not supported. Send Content-Type application/scim+json or application/json.",
    ),
    Refusal(_Kind.THROTTLED, 429, SLOW_DOWN, headers=RETRY),
    Refusal(_Kind.QUOTA_EXCEEDED, 429, SLOW_DOWN, headers=RETRY),
    Refusal(_Kind.BAD_REQUEST_BODY, 400, "The request body is not valid JSON of a SCIM message.", "invalidSyntax"),
    Refusal(_Kind.BAD_REQUEST_PARAMETERS, 400, "A parameter of the URL is missing or invalid.", "invalidValue"),
    Refusal(_Kind.DEFAULT_4_XX, 400, "The request is not valid. Check its URL, its headers and its method."),
    # AUTHORIZER_FAILURE: the check failed. AUTHORIZER_CONFIGURATION_ERROR: the authorizer could not be called, for instance
    # because of throttling. Both are temporary and no statement about the token: after a 401 Microsoft Entra ID stops
    # provisioning, after a 5xx it retries.
    Refusal(_Kind.AUTHORIZER_FAILURE, 503, UNCHECKED, headers=RETRY_LATER),
    Refusal(_Kind.AUTHORIZER_CONFIGURATION_ERROR, 503, UNCHECKED, headers=RETRY_LATER),
    Refusal(_Kind.API_CONFIGURATION_ERROR, 500, MISCONFIGURED),
    Refusal(_Kind.INTEGRATION_FAILURE, 503, UNAVAILABLE, headers=RETRY_LATER),
    Refusal(
        _Kind.INTEGRATION_TIMEOUT,
        504,
        "The request timed out. Retry it with fewer members or operations.",
        headers=RETRY,
    ),
    # A function that times out, crashes or is throttled. "Changing the status code of this fallback response changes the status
    # codes of all other 5XX responses" that are not configured; all are.
    Refusal(_Kind.DEFAULT_5_XX, 503, UNAVAILABLE, headers=RETRY_LATER),
)
"""Every response type of API Gateway, so that none keeps its default."""


def add_gateway_responses(api: apigateway.RestApi, *, restricted: bool) -> None:
    """Add the responses to an API.

    :param restricted: Whether the API accepts requests from some addresses only.
    """
    for refusal in REFUSALS:
        if restricted and refusal.kind.response_type == _Kind.ACCESS_DENIED.response_type:
            refusal = replace(refusal, detail=FORBIDDEN + ELSEWHERE)
        headers = {"Content-Type": "application/scim+json", **refusal.headers}
        api.add_gateway_response(
            f"Refusal{refusal.kind.response_type.title().replace('_', '')}",
            type=refusal.kind,
            status_code=str(refusal.status),
            # API Gateway reads a value without single quotes as the name of a parameter.
            response_headers={name: f"'{value}'" for name, value in headers.items()},
            templates=dict.fromkeys(MEDIA_TYPES, refusal.body()),
        )
