"""The layers of an environment's functions: locked dependencies, and the environment's settings.

The settings are a layer so that the code assets of all environments are equal, and so that only a change of settings that
functions read publishes new function versions.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.bundling import dependencies_code
from infra.target import Target
from lambdas.environment.file import DEPLOYED_FILE, Environment


@dataclass(frozen=True)
class Dependencies:
    """A set of packages that functions share."""

    name: str
    """The construct id of the layer, such as ``Scim``."""

    lock: str
    """The lock file, such as ``requirements/scim.lock``."""

    services: tuple[str, ...] = ("dynamodb",)
    """The AWS services whose API descriptions botocore needs."""


SCIM = Dependencies("ScimPackages", "requirements/scim.lock")

EVENTS = Dependencies("EventsPackages", "requirements/scim.lock", ("dynamodb", "events", "sqs"))

WEBHOOKS = Dependencies("WebhookPackages", "requirements/webhooks.lock", ("dynamodb", "sqs", "ssm"))

WATCH = Dependencies("WatchPackages", "requirements/scim.lock", ("dynamodb", "events", "logs"))

CONSOLE = Dependencies("ConsolePackages", "requirements/console.lock", ("dynamodb", "logs", "sqs", "ssm"))

# No pydantic: importing it would take longer than checking a token.
AUTHORIZER = Dependencies("AuthorizerPackages", "requirements/authorizer.lock")

TOKEN = Dependencies("TokenPackages", "requirements/token.lock")


class Layers(Construct):
    """The layers of one environment, each created once."""

    def __init__(self, scope: Construct, construct_id: str, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self.target = Target.of(environment)
        self._settings = self._settings_layer(environment)
        self._packages: dict[Dependencies, lambda_.LayerVersion] = {}

    def of(self, dependencies: Dependencies, *, environment: bool) -> list[lambda_.ILayerVersion]:
        """Return the layers of a function.

        :param environment: Whether the function reads the environment's settings.
        """
        if dependencies not in self._packages:
            code = dependencies_code(dependencies.lock, dependencies.services, self.target)
            self._packages[dependencies] = self._layer(dependencies.name, code, f"Packages of {dependencies.lock}")
        return [self._packages[dependencies], *([self._settings] if environment else [])]

    def _settings_layer(self, environment: Environment) -> lambda_.LayerVersion:
        """Return the layer of the settings that functions read: JSON in the folder ``python``, which is on ``sys.path``."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "python").mkdir()
            (Path(folder) / "python" / DEPLOYED_FILE).write_text(environment.for_functions(), encoding="utf-8")
            return self._layer("Settings", lambda_.Code.from_asset(folder), "Settings of the environment")

    def _layer(self, name: str, code: lambda_.Code, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            name,
            code=code,
            description=description,
            compatible_architectures=[self.target.architecture],
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
        )
