"""The routes of the OAuth 2.0 token endpoint.

They need no authorizer: a token request carries the credentials that the function checks. What API Gateway refuses by itself, such
as a throttled request, has API Gateway's SCIM error and not an OAuth error.
"""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from lambdas.environment.file import Environment

PATH = "oauth2/token"
"""The path of the token endpoint (:data:`lambdas.token.responses.TOKEN_PATH`)."""

METADATA = ".well-known/oauth-authorization-server"
"""The path of the metadata (RFC 8414 section 3), which stands at the root of a host."""

RATE, BURST = 20, 50
"""Requests per second over time, and at once. A client needs one an hour; an identity provider's workers may ask together."""

THROTTLES = {
    f"/{PATH}/POST": apigateway.MethodDeploymentOptions(throttling_rate_limit=RATE, throttling_burst_limit=BURST)
}
"""The throttling of the token endpoint, apart from that of SCIM requests."""


class TokenRoutes(Construct):
    """The token endpoint, and its metadata if the environment has a host name without a base path."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        api: apigateway.RestApi,
        token: lambda_.Alias,
    ) -> None:
        super().__init__(scope, construct_id)
        integration = apigateway.LambdaIntegration(token, scope_permission_to_method=False)
        self._add(api, PATH, "POST", integration)
        # For any other method, the function answers 405 with Allow. Throttling cannot be set for ANY, so POST stands apart.
        self._add(api, PATH, "ANY", integration)
        if environment.domain and not environment.domain.base_path:
            self._add(api, METADATA, "GET", integration)

    def _add(self, api: apigateway.RestApi, path: str, method: str, integration: apigateway.LambdaIntegration) -> None:
        resource = api.root.resource_for_path(path)
        resource.add_method(method, integration, authorization_type=apigateway.AuthorizationType.NONE)
