"""The REST API: routes, token check, throttling and access log.

A REST API and not the cheaper HTTP API, because only its refusals can be given a body (``infra/gateway_responses.py``).
"""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.access_log import record_format
from infra.gateway_responses import add_gateway_responses
from infra.unknown_paths import answer_unknown_paths
from lambdas.environment.file import Environment

STAGE = "scim"
"""The stage's name, which is part of every URL."""

CONNECTION = "v2/{connection}"
"""The path under which everything of a connection lies; with the stage's URL it is the Tenant URL."""

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
"""The routes below :data:`CONNECTION` (RFC 7644 section 3.2), each with the method ANY: API Gateway answers a
method it does not know as it answers an unknown path, but a wrong method is a 405 with ``Allow``, which only the
function can tell."""

CREDENTIALS = r"^(?:[Bb][Ee][Aa][Rr][Ee][Rr]|[Bb][Aa][Ss][Ii][Cc]) +[A-Za-z0-9._~+/=-]+ *$"
"""What an Authorization header looks like for which the authorizer is called: Bearer, or Basic for set-up pages
that ask for user name and password (RFC 6750 section 2.1, RFC 7617 section 2). Anything else is a 401 that costs no
call."""


class ScimApi(Construct):
    """The API of an environment: every route leads to one function, behind one authorizer."""

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
            # Gzipped answers reach API Gateway as base64; it decodes them only for media types named here, and the
            # type it looks at is the one the client accepts, whatever that is. So bodies of requests arrive as
            # base64, too.
            binary_media_types=["*/*"],
            # Without this role of the whole account API Gateway writes no access log. It outlives the stack,
            # because the account's other environments need it.
            cloud_watch_role=True,
            deploy_options=self._stage(environment, log_group),
        )
        # An output of the CDK's own: the same URL as our BaseUrl, under a name that nobody knows.
        self.api.node.try_remove_child("Endpoint")
        add_gateway_responses(self.api)
        answer_unknown_paths(self.api)
        self._add_routes(scim, self._authorizer(environment, authorizer))

    def _stage(self, environment: Environment, log_group: logs.ILogGroup) -> apigateway.StageOptions:
        return apigateway.StageOptions(
            stage_name=STAGE,
            throttling_rate_limit=environment.api.rate,
            throttling_burst_limit=environment.api.burst,
            tracing_enabled=environment.api.tracing,
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
        # One permission for the API, not two for each route: Lambda holds at most 20 kB of them.
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
        """The stage's URL without a final slash: what comes before ``/v2``."""
        stage = self.api.deployment_stage
        stack = cdk.Stack.of(self)
        return f"https://{self.api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}/{stage.stage_name}"
