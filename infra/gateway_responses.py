"""API Gateway's own refusals, as SCIM Errors.

A client of SCIM understands one kind of error (RFC 7644 section 3.12), and an administrator sees nothing but its
``detail``. So every refusal that API Gateway makes before a function is called has its own text here. The texts are
fixed: API Gateway's own message quotes the Authorization header in one of its errors, and must not leave.

The body is chosen by the request's ``Accept``, so each is there for both media types that clients of SCIM send; the
type it is sent under is always ``application/scim+json``.
"""

import json
from dataclasses import dataclass, field

from aws_cdk import aws_apigateway as apigateway

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
"""The schema of every error of SCIM (RFC 7644 section 3.12)."""

MEDIA_TYPES = ("application/json", "application/scim+json")
"""What clients of SCIM accept; API Gateway takes the first when a request accepts neither."""

UNKNOWN_PATH = (
    "There is nothing under this URL. Check the Tenant URL: it ends with /v2/ and the connection's id, and what follows is "
    "one of Users, Groups, Bulk, Me, .search, ServiceProviderConfig, ResourceTypes and Schemas."
)
"""What is said of a URL that has no route."""


@dataclass(frozen=True)
class Refusal:
    """How one kind of refusal is answered."""

    kind: apigateway.ResponseType
    status: int
    detail: str
    scim_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> str:
        """Return the SCIM Error; ``status`` is a string, as RFC 7644 section 3.12 has it."""
        return error_body(self.status, self.detail, self.scim_type)


def error_body(status: int, detail: str, scim_type: str | None = None) -> str:
    """Return a SCIM Error as JSON text. No ``$`` may be in it: API Gateway reads it as a template."""
    error = {"schemas": [ERROR_SCHEMA], "status": str(status)}
    if scim_type:
        error["scimType"] = scim_type
    return json.dumps({**error, "detail": detail})


_Kind = apigateway.ResponseType

UNAUTHENTICATED = (
    "The request carries no token that is valid here. Send the connection's secret token as 'Authorization: Bearer <token>'. "
    "It may have expired or been revoked: create or rotate a token and enter it in the identity provider."
)
FORBIDDEN = (
    "This token does not allow this request. A token opens only its own connection's Tenant URL, and one of scope 'read' "
    "changes nothing. Check that Tenant URL and token belong together."
)
SLOW_DOWN = "Too many requests. Send this one again after the seconds that Retry-After gives."
OUR_FAULT = "The endpoint failed on this request. Nothing is wrong with the request itself; send it again later."
UNCHECKED = (
    "The endpoint cannot check tokens at this moment. Nothing is known to be wrong with yours; send the request again."
)
NOT_SIGNED = (
    "The Authorization header is not understood. Send the connection's secret token as 'Authorization: Bearer <token>'."
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
        "A firewall in front of the endpoint refused this request. Ask the endpoint's operator.",
    ),
    Refusal(_Kind.MISSING_AUTHENTICATION_TOKEN, 404, UNKNOWN_PATH),
    Refusal(_Kind.RESOURCE_NOT_FOUND, 404, UNKNOWN_PATH),
    Refusal(
        _Kind.REQUEST_TOO_LARGE,
        413,
        "The request's body is too large. Send fewer members or operations in one request.",
    ),
    Refusal(
        _Kind.UNSUPPORTED_MEDIA_TYPE, 415, "Send the body as Content-Type application/scim+json or application/json."
    ),
    Refusal(_Kind.THROTTLED, 429, SLOW_DOWN, headers=RETRY),
    Refusal(_Kind.QUOTA_EXCEEDED, 429, SLOW_DOWN, headers=RETRY),
    Refusal(_Kind.BAD_REQUEST_BODY, 400, "The request's body is not valid JSON of SCIM.", "invalidSyntax"),
    Refusal(_Kind.BAD_REQUEST_PARAMETERS, 400, "A parameter of the request's URL is missing or wrong.", "invalidValue"),
    Refusal(_Kind.DEFAULT_4_XX, 400, "The request is not understood. Check its URL, its headers and its method."),
    # The first is a check that failed, the second one that could not be called, for instance throttled. Both pass by
    # themselves and say nothing about the token: a 401 would let Entra ID stop the job, after a 5xx it tries again.
    Refusal(_Kind.AUTHORIZER_FAILURE, 503, UNCHECKED, headers=RETRY_LATER),
    Refusal(_Kind.AUTHORIZER_CONFIGURATION_ERROR, 503, UNCHECKED, headers=RETRY_LATER),
    Refusal(_Kind.API_CONFIGURATION_ERROR, 500, OUR_FAULT),
    Refusal(_Kind.INTEGRATION_FAILURE, 504, OUR_FAULT, headers=RETRY),
    Refusal(
        _Kind.INTEGRATION_TIMEOUT,
        504,
        "The request took too long. Send it again, with fewer members or operations.",
        None,
        RETRY,
    ),
    Refusal(_Kind.DEFAULT_5_XX, 500, OUR_FAULT),
)
"""Every kind that API Gateway has, so that no default of its own is left."""


def add_gateway_responses(api: apigateway.RestApi) -> None:
    """Give an API its refusals."""
    for refusal in REFUSALS:
        headers = {"Content-Type": "application/scim+json", **refusal.headers}
        api.add_gateway_response(
            f"Refusal{refusal.kind.response_type.title().replace('_', '')}",
            type=refusal.kind,
            status_code=str(refusal.status),
            # A fixed text is written in single quotes; without them API Gateway takes it as the name of a parameter.
            response_headers={name: f"'{value}'" for name, value in headers.items()},
            templates=dict.fromkeys(MEDIA_TYPES, refusal.body()),
        )
