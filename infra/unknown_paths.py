"""The answer to every path that is no route: 404, as a SCIM Error, without calling a function.

API Gateway has a refusal for it, MISSING_AUTHENTICATION_TOKEN, but only when the request has no Authorization
header. One that has, as every request of a SCIM client, is taken for a wrongly signed call of AWS and refused with
403 and a text that quotes the token. So unknown paths are a route of their own, which needs no token and answers by
itself (a MOCK).
"""

from aws_cdk import aws_apigateway as apigateway

from infra.gateway_responses import MEDIA_TYPES, UNKNOWN_PATH, error_body

NOT_FOUND = "404"

BODY_TYPES = (*MEDIA_TYPES, "application/x-www-form-urlencoded", "text/plain", "application/octet-stream")
"""Types of bodies that a MOCK can answer to: it needs a template for each. Any other is a 415."""


def answer_unknown_paths(api: apigateway.RestApi) -> None:
    """Give the API's root and everything that no other route takes the method ANY."""
    unknown = apigateway.MockIntegration(
        # All media types are binary in this API, and a binary body cannot be read by the template that a MOCK needs.
        content_handling=apigateway.ContentHandling.CONVERT_TO_TEXT,
        # Without a template the body would be passed on, and what is no MOCK's instruction is a 500.
        passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
        request_templates=dict.fromkeys(BODY_TYPES, f'{{"statusCode": {NOT_FOUND}}}'),
        integration_responses=[
            apigateway.IntegrationResponse(
                status_code=NOT_FOUND,
                response_parameters={"method.response.header.Content-Type": "'application/scim+json'"},
                response_templates=dict.fromkeys(MEDIA_TYPES, error_body(404, UNKNOWN_PATH)),
            )
        ],
    )
    answers = [
        apigateway.MethodResponse(
            status_code=NOT_FOUND, response_parameters={"method.response.header.Content-Type": True}
        )
    ]
    for resource in (api.root, api.root.add_resource("{proxy+}")):
        resource.add_method(
            "ANY", unknown, authorization_type=apigateway.AuthorizationType.NONE, method_responses=answers
        )
