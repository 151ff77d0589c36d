"""The environment file: the settings of one deployed stack.

``environments/NAME.toml`` is the only source of settings. The CDK app validates it with :func:`load` at synthesis and
deploys the part that functions read as ``environment.json`` in a Lambda layer, where :func:`load_deployed` reads it. It is a
file rather than an environment variable because Lambda limits a function's variables to 4 KB in total.

Each module defines some tables of the file. :mod:`.environment` combines them; :mod:`.mistakes` words the errors.
"""

import functools
import importlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from lambdas.environment.file.endpoint import EndpointSettings
from lambdas.environment.file.events import Events
from lambdas.environment.file.extensions import ExtensionAttribute, ExtensionSchema
from lambdas.environment.file.mistakes import Mistake, SettingsError, invalid_file, mistakes_in
from lambdas.environment.file.oauth import Issuer, OAuth
from lambdas.environment.file.operation import LOG_RETENTION_DAYS, Alarms, Backup, Domain, Logs, Tokens
from lambdas.environment.file.permissions import Login, Permissions, PermissionSet, Source
from lambdas.environment.file.protocol import Capabilities
from lambdas.environment.file.resources import AttributeRules, Deprovisioning, Groups, Users
from lambdas.environment.file.section import Section
from lambdas.environment.file.webhooks import Webhook

if TYPE_CHECKING:
    from lambdas.environment.file.api import Api
    from lambdas.environment.file.aws import LOCAL_ACCOUNT, LOCAL_REGION, Aws
    from lambdas.environment.file.environment import Environment

__all__ = [
    "DEPLOYED_FILE",
    "ENVIRONMENTS",
    "FOLDER_VARIABLE",
    "LOCAL_ACCOUNT",
    "LOCAL_REGION",
    "LOG_RETENTION_DAYS",
    "ROOT",
    "Alarms",
    "Api",
    "AttributeRules",
    "Aws",
    "Backup",
    "Capabilities",
    "Deprovisioning",
    "Domain",
    "EndpointSettings",
    "Environment",
    "Events",
    "ExtensionAttribute",
    "ExtensionSchema",
    "Groups",
    "Issuer",
    "Login",
    "Logs",
    "Mistake",
    "OAuth",
    "PermissionSet",
    "Permissions",
    "Section",
    "SettingsError",
    "Source",
    "Tokens",
    "Users",
    "Webhook",
    "file_of",
    "load",
    "load_deployed",
    "names",
    "shown",
]

ROOT = Path(__file__).resolve().parents[3]
"""The project's root, in a checkout as in the deployed asset, which keeps the same tree."""

FOLDER_VARIABLE = "SCIMCTL_ENVIRONMENTS"
"""The variable that names another folder of environment files, so that a vendor keeps them in a repository of their own."""

ENVIRONMENTS = Path(os.environ.get(FOLDER_VARIABLE) or ROOT / "environments").absolute()
"""The folder of the environment files: that of the checkout, or the one that ``$SCIMCTL_ENVIRONMENTS`` names."""

DEPLOYED_FILE = "environment.json"
"""The name of the deployed settings in the folder ``python`` of a layer, which is on ``sys.path``."""


WHOLE_FILE = {"Api": "api", "Aws": "aws", "Environment": "environment", "LOCAL_ACCOUNT": "aws", "LOCAL_REGION": "aws"}
"""The module of what only the whole file needs. It is imported at its first use, because no function uses it."""


def __getattr__(name: str) -> Any:
    """Return a name of :data:`WHOLE_FILE`."""
    if name not in WHOLE_FILE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{WHOLE_FILE[name]}"), name)


def names() -> list[str]:
    """Return the names of all environment files in :data:`ENVIRONMENTS`."""
    return sorted(path.stem for path in ENVIRONMENTS.glob("*.toml"))


def file_of(environment: str | Path) -> Path:
    """Return the file of an environment.

    :param environment: A path, or the name of a file in :data:`ENVIRONMENTS`. A text is a path when it has a slash or ends with
        ``.toml``, which no name has.
    """
    if isinstance(environment, Path):
        return environment
    is_path = "/" in environment or environment.endswith(".toml")
    return Path(environment) if is_path else ENVIRONMENTS / f"{environment}.toml"


def shown(path: Path) -> str:
    """Return a file's path as messages show it: relative to the project's root, or as it is."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def load(
    environment: str | Path, platform: Literal["local"] | None = None, *, deployable: bool = False
) -> "Environment":
    """Return the validated environment of a file.

    :param environment: The environment's name, such as ``local``, or the path of its file (:func:`file_of`).
    :param platform: "local" for the settings used in the local cloud (:meth:`Environment.in_local_cloud`); None for the
        settings as written.
    :param deployable: Whether placeholders of the example files are mistakes as well, unless it is for the local cloud.
    :raises SettingsError: When the file does not exist, is not TOML, or has invalid settings. The text names the file, and
        for each mistake the key, the value and the valid values.
    """
    from lambdas.environment.file.environment import Environment
    from lambdas.environment.file.placeholders import placeholders_in
    from lambdas.environment.file.toml import read_toml

    path = file_of(environment)
    name = shown(path)
    data = read_toml(path, name)
    placeholders = placeholders_in(data) if deployable and platform != "local" else []
    try:
        loaded = Environment.model_validate(data)
    except ValidationError as error:
        raise invalid_file(name, [*mistakes_in(Environment, error, data), *placeholders]) from None
    found = [*_name_mistakes(loaded, path.stem), *_schema_mistakes(loaded), *placeholders]
    if found:
        raise invalid_file(name, found)
    return loaded.in_local_cloud() if platform == "local" else loaded


def _name_mistakes(loaded: "Environment", stem: str) -> Iterator[Mistake]:
    if loaded.name != stem:
        yield Mistake.of(f'name is "{loaded.name}"; it must match the file name, "{stem}"')


def _schema_mistakes(loaded: "Environment") -> Iterator[Mistake]:
    """Return the mistakes that only building the models finds, such as attributes that do not exist."""
    from lambdas.environment.provider import build_provider  # imports these settings, so it is imported here

    try:
        build_provider(loaded)
    except SettingsError as error:
        yield from (Mistake.of(line.strip().removesuffix(".")) for line in str(error).splitlines())


@functools.cache
def load_deployed() -> EndpointSettings:
    """Return the settings this function was deployed with; in a checkout, those of the file that ``$ENVIRONMENT`` names.

    :raises SettingsError: When there is no file, or another version of this code wrote it.
    """
    path = next((each for folder in sys.path if (each := Path(folder) / DEPLOYED_FILE).is_file()), None)
    if path is None:
        return load(os.environ.get("ENVIRONMENT", "local"))
    content = path.read_bytes()
    try:
        return EndpointSettings.model_validate_json(content)
    except ValidationError as error:
        raise invalid_file(DEPLOYED_FILE, mistakes_in(EndpointSettings, error, json.loads(content))) from None
