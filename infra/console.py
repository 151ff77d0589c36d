"""The console: a function of its own behind the same API, where the environment's file has a table ``[console]``."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra import functions, nag, permissions
from infra.encryption import use_of_key
from infra.stack_parts import StackParts
from infra.token import THROTTLES
from infra.versioned_function import VersionedFunction
from lambdas.operations.webhooks import dead_letters_name, queue_name

PATHS = ("console", "console/{proxy+}")
"""The routes of the console below the stage."""

RATE, BURST = 10, 20
"""Requests per second of each route: people click; more is an attack or a mistake."""


def secret_name(environment: str) -> str:
    """Return the name of the SSM parameter with the client secret for sign-in."""
    return f"/scim/{environment}/console"


class Console(Construct):
    """The function, its role and its routes. Sign-in is the function's: API Gateway lets every request through."""

    def __init__(self, scope: Construct, construct_id: str, stack: StackParts) -> None:
        super().__init__(scope, construct_id)
        environment = stack.environment_file
        name = secret_name(environment.name)
        arn = cdk.Stack.of(self).format_arn(service="ssm", resource="parameter", resource_name=name.removeprefix("/"))
        statements = {
            "Table": permissions.console_table(stack.directory.table.table_arn),
            "SearchLog": permissions.console_log(stack.log.group),
            "Secret": permissions.parameter(arn),
        }
        if environment.webhooks:
            statements["Webhooks"] = self._webhooks(stack)
        key = use_of_key(stack, environment, "dynamodb", *(["sqs"] if environment.webhooks else []))
        if key:
            statements["Key"] = key
        self.function = VersionedFunction(
            self,
            "Console",
            environment,
            spec=functions.CONSOLE,
            layers=stack.layers,
            role=permissions.function_role(self, "Role", stack.log.group, statements),
            log_group=stack.log.group,
            table_name=stack.directory.table.table_name,
            further_variables={"LOG_GROUP_NAME": stack.log.group.log_group_name, "CONSOLE_SECRET": name},
        )
        integration = apigateway.LambdaIntegration(self.function.alias, scope_permission_to_method=False)
        for path in PATHS:
            method = stack.scim_api.api.root.resource_for_path(path).add_method(
                "ANY", integration, authorization_type=apigateway.AuthorizationType.NONE
            )
            nag.acknowledge(method, *nag.CONSOLE)
        nag.acknowledge(self.function, *nag.FUNCTION)
        if environment.api.tracing:
            nag.acknowledge(self.function.role, *nag.TRACED)
        self._throttle(stack.scim_api.api)

    def _webhooks(self, stack: StackParts) -> list[iam.PolicyStatement]:
        """Return the permission to deliver events once more. The secrets of webhooks are not among it."""
        environment = stack.environment_file
        queues, dead = (
            [
                cdk.Stack.of(self).format_arn(service="sqs", resource=name(environment.name, each.id))
                for each in environment.webhooks
            ]
            for name in (queue_name, dead_letters_name)
        )
        return permissions.deliver_again(queues, dead)

    def _throttle(self, api: apigateway.RestApi) -> None:
        """Give the routes limits of their own, so that nobody can use up the function's concurrency by them."""
        stage = api.deployment_stage.node.default_child
        assert isinstance(stage, apigateway.CfnStage)  # noqa: S101
        settings = [
            {
                "HttpMethod": "*",
                "ResourcePath": f"/~1{path.replace('/', '~1')}",  # as CloudFormation asks for it
                "ThrottlingRateLimit": RATE,
                "ThrottlingBurstLimit": BURST,
            }
            for path in PATHS
        ]
        for index, each in enumerate(
            settings, start=1 + len(THROTTLES)
        ):  # after the stage's and those of single methods
            stage.add_property_override(f"MethodSettings.{index}", each)
