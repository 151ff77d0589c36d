"""The answer to paths without a route: 404 as a SCIM Error, without calling a function.

API Gateway's own refusal, MISSING_AUTHENTICATION_TOKEN, covers only requests without an Authorization header. API Gateway takes
any other for a wrongly signed AWS call and refuses it with a 403 whose text quotes the token. So unknown paths are a route of
their own, which needs no token and answers with a mock integration.
"""

from aws_cdk import aws_apigateway as apigateway

from infra.gateway_responses import MEDIA_TYPES, UNKNOWN_PATH, error_body

NOT_FOUND = "404"

BODY_TYPES = (*MEDIA_TYPES, "application/x-www-form-urlencoded", "text/plain", "application/octet-stream")
"""The media types of request bodies that the mock integration accepts: it needs a template for each. Others are a 415."""

TEXT = apigateway.ContentHandling.CONVERT_TO_TEXT
"""Both templates need text, and all media types are binary in this API. The integration's setting converts the request. The
response needs its own: "text" with a binary ``Accept`` and no setting becomes a base64-decoded blob, which a template cannot
transform (API Gateway, *Content type conversions*), and the answer would be 500."""


def answer_unknown_paths(api: apigateway.RestApi) -> None:
    """Add the method ANY to the API's root and to every path without a route.

    Call it when the API has all of its routes: a path between them, such as ``/v2``, is a resource of its own, which the greedy
    path ``{proxy+}`` does not cover.
    """
    api.root.add_resource("{proxy+}")
    for each in api.root.node.find_all():
        if isinstance(each, apigateway.Resource) and not _has_any(each):
            _answer(each)
    _answer(api.root)


def _has_any(resource: apigateway.Resource) -> bool:
    methods = (each for each in resource.node.children if isinstance(each, apigateway.Method))
    return any(each.http_method == "ANY" for each in methods)


def _answer(resource: apigateway.IResource) -> None:
    unknown = apigateway.MockIntegration(
        content_handling=TEXT,
        # Without a template the body would become the mock's instruction, and a body that is none is a 500.
        passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
        request_templates=dict.fromkeys(BODY_TYPES, f'{{"statusCode": {NOT_FOUND}}}'),
        integration_responses=[
            apigateway.IntegrationResponse(
                status_code=NOT_FOUND,
                content_handling=TEXT,
                response_parameters={"method.response.header.Content-Type": "'application/scim+json'"},
                response_templates=dict.fromkeys(MEDIA_TYPES, error_body(404, UNKNOWN_PATH)),
            )
        ],
    )
    answer = apigateway.MethodResponse(
        status_code=NOT_FOUND, response_parameters={"method.response.header.Content-Type": True}
    )
    resource.add_method("ANY", unknown, authorization_type=apigateway.AuthorizationType.NONE, method_responses=[answer])
