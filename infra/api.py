"""The REST API: routes, authorizer, throttling and access log.

A REST API rather than the cheaper HTTP API, because only a REST API's refusals can have a SCIM body
(:mod:`infra.gateway_responses`).
"""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.access_log import record_format
from infra.gateway_responses import add_gateway_responses
from infra.sources import attach_web_acl, resource_policy
from infra.token import THROTTLES
from lambdas.environment.file import Environment

STAGE = "scim"
"""The name of the stage, which is part of every URL."""

CONNECTION = "v2/{connection}"
"""The path of a connection. The stage's URL with this path is a Tenant URL."""

ROUTES = (
    "",
    "Users",
    "Users/{id}",
    "Users/.search",
    "Groups",
    "Groups/{id}",
    "Groups/.search",
    ".search",
    "Bulk",
    "Me",
    "ServiceProviderConfig",
    "ResourceTypes",
    "ResourceTypes/{id}",
    "Schemas",
    "Schemas/{id}",
)
"""The routes below :data:`CONNECTION` (RFC 7644 section 3.2), each with the method ANY: API Gateway would answer an undefined
method like an unknown path, but SCIM clients expect 405 with ``Allow``, which the function returns."""

SCHEMES = r"(?:[Bb][Ee][Aa][Rr][Ee][Rr]|[Bb][Aa][Ss][Ii][Cc])"
"""Bearer, or Basic for set-up pages with user name and password."""

CREDENTIALS = rf"^{SCHEMES} +(?:[A-Za-z0-9._~+/=-]+|[A-Za-z: ]*scim_[A-Za-z0-9_ ]+) *$"
"""The Authorization headers for which the authorizer is called.

Those of RFC 6750 section 2.1 and RFC 7617 section 2, and those with a token that was pasted with spaces in it or words before it,
so that the log says what is wrong. API Gateway refuses any other header with 401 without an invocation."""


class ScimApi(Construct):
    """The API of an environment. All routes invoke one function, behind one authorizer."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        scim: lambda_.Alias,
        authorizer: lambda_.Alias,
        log_group: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=f"scim-{environment.name}",
            description=environment.description,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # Gzipped responses reach API Gateway as base64. It decodes them only if the client's Accept, whatever that is,
            # is listed here. As a consequence, request bodies arrive as base64 too.
            binary_media_types=["*/*"],
            # API Gateway writes access logs with one role per account and region. It is retained, also when the creation fails:
            # the account's setting keeps naming it ("when you delete a stack containing this resource, API Gateway can still
            # assume the provided IAM role", AWS::ApiGateway::Account), and other environments of the account log with it.
            cloud_watch_role=environment.aws.api_gateway_log_role,
            policy=resource_policy(environment.api.allowed_sources),
            deploy_options=self._stage(environment, log_group),
        )
        # The CDK's own output duplicates BaseUrl.
        self.api.node.try_remove_child("Endpoint")
        add_gateway_responses(self.api, restricted=bool(environment.api.allowed_sources))
        self._add_routes(scim, self._authorizer(environment, authorizer))
        attach_web_acl(self.api, environment.api.web_acl)

    def _stage(self, environment: Environment, log_group: logs.ILogGroup) -> apigateway.StageOptions:
        return apigateway.StageOptions(
            stage_name=STAGE,
            throttling_rate_limit=environment.api.rate,
            throttling_burst_limit=environment.api.burst,
            tracing_enabled=environment.api.tracing,
            method_options=THROTTLES,
            access_log_destination=apigateway.LogGroupLogDestination(log_group),
            access_log_format=apigateway.AccessLogFormat.custom(record_format(environment.name)),
        )

    def _authorizer(self, environment: Environment, authorizer: lambda_.Alias) -> apigateway.TokenAuthorizer:
        return apigateway.TokenAuthorizer(
            self,
            "Authorizer",
            handler=authorizer,
            validation_regex=CREDENTIALS,
            results_cache_ttl=cdk.Duration.seconds(environment.api.authorizer_cache_seconds),
        )

    def _add_routes(self, scim: lambda_.Alias, authorizer: apigateway.TokenAuthorizer) -> None:
        # One permission for the API instead of two per route: Lambda limits a function's policy to 20 KB.
        integration = apigateway.LambdaIntegration(scim, scope_permission_to_method=False)
        for route in ROUTES:
            path = f"{CONNECTION}/{route}".rstrip("/")
            self.api.root.resource_for_path(path).add_method(
                "ANY",
                integration,
                authorization_type=apigateway.AuthorizationType.CUSTOM,
                authorizer=authorizer,
            )

    @property
    def base_url(self) -> str:
        """The stage's URL without a final slash: the part of a Tenant URL before ``/v2``."""
        stage = self.api.deployment_stage
        stack = cdk.Stack.of(self)
        return f"https://{self.api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}/{stage.stage_name}"
