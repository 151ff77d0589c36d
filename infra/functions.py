"""The functions of an environment: one :class:`Spec` each, and the construct they share.

To add a function: add its :class:`Spec` here and to :data:`ALL`, its statements to :mod:`infra.permissions`, and a call of
``_function`` to
:mod:`infra.stack`. Its code asset holds what its handler imports (:mod:`infra.imports`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bundling import function_code
from infra.layers import AUTHORIZER, SCIM, TOKEN, Dependencies, Layers
from infra.layers import CONSOLE as CONSOLE_PACKAGES
from infra.target import Target
from lambdas.environment.file import Environment

ALIAS = "live"
"""The alias that callers invoke. It points to the version deployed last."""

LOG_LEVELS = {
    "DEBUG": lambda_.ApplicationLogLevel.DEBUG,
    "INFO": lambda_.ApplicationLogLevel.INFO,
}
"""From the file's log levels to Lambda's, which drops less severe records regardless of the function's logger."""


@dataclass(frozen=True)
class Spec:
    """One function."""

    module: str
    """The handler's module, such as ``lambdas.api.handler``; Lambda calls its function ``handler``."""

    description: str
    """The description in the Lambda console."""

    memory: int
    """Megabytes. Lambda allocates processor time in proportion: 1,769 MB correspond to one processor."""

    timeout: int
    """Seconds."""

    dependencies: Dependencies
    """The layer with its locked packages."""

    reads_environment: bool = True
    """Whether it gets the layer with the environment's settings (:func:`lambdas.environment.file.load_deployed`)."""

    waited_for: bool = True
    """Whether a client waits for its response. Only then does SnapStart pay: a snapshot is charged for as long as it is kept."""

    files: tuple[str, ...] = ()
    """Patterns of further files in its code, such as ``lambdas/console/templates/**/*``."""


# More than half a processor: requests wait for parsing, validation and projection. Not more, because a snapshot is charged by
# its memory. One second less than API Gateway's time-out of 29 seconds, so that the record of a time-out is written while the
# client still waits.
API = Spec("lambdas.api.handler", "SCIM API", memory=1024, timeout=28, dependencies=SCIM)

# One read and one hash. The time-out allows three attempts at the read.
TOKEN_CHECK = Spec(
    "lambdas.authorizer.handler",
    "Checks the token of a SCIM request",
    memory=512,
    timeout=10,
    dependencies=AUTHORIZER,
    reads_environment=False,
)

# Mostly waits for DynamoDB while it sweeps the memberships of a large deleted group.
CHANGES = Spec(
    "lambdas.changes.handler",
    "Completes changes of the directory",
    memory=256,
    timeout=300,
    dependencies=SCIM,
    waited_for=False,
)

# One read, one write and one signature; rarely the keys of an issuer. The time-out is above the retries of one request.
TOKEN_ENDPOINT = Spec(
    "lambdas.token.handler", "Issues OAuth 2.0 access tokens", memory=512, timeout=20, dependencies=TOKEN
)

# Renders pages. More than a quarter of a processor: somebody waits for them.
CONSOLE = Spec(
    "lambdas.console.handler",
    "Console",
    memory=512,
    timeout=28,
    dependencies=CONSOLE_PACKAGES,
    files=(
        "lambdas/console/templates/*.html",
        "lambdas/console/static/*.*",
        "node_modules/@tabler/core/dist/css/tabler.min.css",
        "node_modules/htmx.org/dist/htmx.min.js",
    ),
)

ALL = (API, TOKEN_CHECK, CHANGES, TOKEN_ENDPOINT)
"""The functions of every environment. :data:`CONSOLE` is deployed where the file has a table ``[console]``."""


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
        snap_start = environment.api.snap_start and spec.waited_for
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
