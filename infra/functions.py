"""The three functions, each as a published version behind an alias."""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bundling import Bundle, Target
from lambdas.environment.file import DEPLOYED_FILE, Environment

ALIAS = "live"
"""The alias that the API, the authorizer and the stream call; it points at the version deployed last."""

LOG_LEVELS = {
    "DEBUG": lambda_.ApplicationLogLevel.DEBUG,
    "INFO": lambda_.ApplicationLogLevel.INFO,
}
"""The file's words to Lambda's. Lambda drops what is less severe by itself, whatever the function's logger would
keep."""


@dataclass(frozen=True)
class Spec:
    """What one function is."""

    handler: str
    """The module and function that Lambda calls."""

    description: str
    """What a person reads in the console."""

    memory: int
    """Megabytes; Lambda gives processor time in proportion, and 1,769 MB are one whole processor."""

    timeout: int
    """Seconds."""


# More than half a processor: parsing, validating and projecting are what a request waits for. Not more, because a
# snapshot is charged by its memory for as long as it is kept. A second less than the 29 seconds after which API Gateway
# gives up, so that the function is ended, and logged, while its client still waits.
SCIM = Spec("lambdas.api.handler.handler", "SCIM API", memory=1024, timeout=28)

# One read and one hash; the time is that of three attempts at the read, each with its own time-out.
AUTHORIZER = Spec("lambdas.authorizer.handler.handler", "Checks the token of a SCIM request", memory=512, timeout=10)

# Mostly waits for DynamoDB while it sweeps the memberships of a large group that is gone.
CHANGES = Spec("lambdas.changes.handler.handler", "Completes changes of the directory", memory=256, timeout=300)


def directory_bundle(environment: Environment) -> Bundle:
    """Return the asset of the API and of the stream's function: the rooms that they import, none of which makes credentials,
    and the checked environment."""
    rooms = ("api", "changes", "environment", "scim", "store")
    return Bundle(
        lock="requirements/scim.lock",
        sources=(
            "lambdas/*.py",
            *(f"lambdas/{room}/**/*" for room in rooms),
            "lambdas/credentials/__init__.py",
            "lambdas/credentials/scopes.py",
        ),
        files={DEPLOYED_FILE: environment.model_dump_json(indent=2)},
    )


def authorizer_bundle() -> Bundle:
    """Return what the authorizer carries. No pydantic: its import would take longer than the whole check of a token."""
    return Bundle(
        lock="requirements/authorizer.lock",
        sources=(
            "lambdas/__init__.py",
            "lambdas/metrics.py",
            "lambdas/records.py",
            "lambdas/authorizer/**/*",
            "lambdas/credentials/__init__.py",
            "lambdas/credentials/scopes.py",
            "lambdas/credentials/tokens.py",
            "lambdas/store/__init__.py",
            "lambdas/store/keys.py",
        ),
    )


class VersionedFunction(Construct):
    """A function whose published version is restored from a snapshot of its initialised state, where the file says so.

    SnapStart works on published versions only, so nothing calls the function itself: callers take :attr:`alias`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        spec: Spec,
        code: lambda_.Code,
        role: iam.Role,
        log_group: logs.ILogGroup,
        table_name: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = role
        tracing = lambda_.Tracing.ACTIVE if environment.api.tracing else lambda_.Tracing.DISABLED
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"{spec.description} ({environment.name})",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=Target.of(environment).architecture,
            handler=spec.handler,
            code=code,
            memory_size=spec.memory,
            timeout=cdk.Duration.seconds(spec.timeout),
            role=role,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=LOG_LEVELS[environment.logs.level],
            tracing=tracing,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if environment.api.snap_start else None,
            environment=variables(environment, construct_id.lower(), table_name),
        )
        self.alias = lambda_.Alias(self, "Alias", alias_name=ALIAS, version=self.function.current_version)


def variables(environment: Environment, service: str, table_name: str) -> dict[str, str]:
    """Return a function's environment variables; everything else about the environment is in its file."""
    return {
        "TABLE_NAME": table_name,
        "ENVIRONMENT": environment.name,
        # The local cloud does not tell a function under which name it was called; see lambdas/api.
        "ADDRESSING": "path" if environment.local else "host",
        "LOG_LEVEL": environment.logs.level,
        "POWERTOOLS_SERVICE_NAME": service,
    }
