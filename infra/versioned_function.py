"""A function with a published version behind an alias."""

from collections.abc import Mapping
from types import MappingProxyType

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bundling import function_code
from infra.functions import Spec
from infra.layers import Layers
from infra.target import Target
from lambdas.environment.file import Environment

ALIAS = "live"
"""The alias that callers invoke. It points to the version deployed last."""

LOG_LEVELS = {
    "DEBUG": lambda_.ApplicationLogLevel.DEBUG,
    "INFO": lambda_.ApplicationLogLevel.INFO,
}
"""From the file's log levels to Lambda's, which drops less severe records regardless of the function's logger."""


class VersionedFunction(Construct):
    """A function with a published version, which SnapStart requires, behind :attr:`alias`, which callers invoke."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        spec: Spec,
        layers: Layers,
        role: iam.Role,
        log_group: logs.ILogGroup,
        table_name: str,
        further_variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = role
        target = Target.of(environment)
        snap_start = environment.snap_start and spec.waited_for
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"{spec.description} ({environment.name})",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=target.architecture,
            handler=f"{spec.module}.handler",
            code=function_code(spec.module, spec.files, target),
            layers=layers.of(spec.dependencies, environment=spec.reads_environment),
            memory_size=spec.memory,
            # The functions of one request, so that neither starves the other or those of other environments.
            reserved_concurrent_executions=environment.api.reserved_concurrency if spec.serves_scim else None,
            timeout=cdk.Duration.seconds(spec.timeout),
            role=role,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=LOG_LEVELS[environment.logs.level],
            tracing=lambda_.Tracing.ACTIVE if environment.api.tracing else lambda_.Tracing.DISABLED,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
            environment={**variables(environment, construct_id.lower(), table_name), **further_variables},
        )
        self.alias = lambda_.Alias(self, "Alias", alias_name=ALIAS, version=self.function.current_version)


def variables(environment: Environment, service: str, table_name: str) -> dict[str, str]:
    """Return the environment variables of a function. All other settings are in the environment's layer."""
    return {
        "TABLE_NAME": table_name,
        "ENVIRONMENT": environment.name,
        # The local cloud does not pass the host name of a request to the function; see lambdas/api/base_url.py.
        "ADDRESSING": "path" if environment.local else "host",
        "LOG_LEVEL": environment.logs.level,
        "POWERTOOLS_SERVICE_NAME": service,
    }
