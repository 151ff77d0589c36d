"""The environment file: what one deployed stack is, checked before it is deployed and read again by its functions.

``environments/NAME.toml`` is the only source of settings. The CDK app loads it with :func:`load` at synthesis, and puts
what it checked as ``environment.json`` at the root of the functions' code, where :func:`load_deployed` reads it. A file
and not an environment variable, because Lambda limits all variables of a function to 4 KB together and this file grows
with a product's needs.

Each module describes some tables of the file; :mod:`.environment` puts them together, :mod:`.mistakes` tells what is wrong.
"""

import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from lambdas.environment.file.deployment import (
    LOCAL_ACCOUNT,
    LOCAL_REGION,
    LOG_RETENTION_DAYS,
    Alarms,
    Api,
    Aws,
    Domain,
    Logs,
    Tokens,
)
from lambdas.environment.file.environment import Environment
from lambdas.environment.file.extensions import ExtensionAttribute, ExtensionSchema
from lambdas.environment.file.mistakes import Mistake, SettingsError, mistakes_in, unusable
from lambdas.environment.file.permissions import Login, Permissions, PermissionSet, Source
from lambdas.environment.file.protocol import Capabilities
from lambdas.environment.file.resources import AttributeRules, Deprovisioning, Groups, Users
from lambdas.environment.file.section import Section
from lambdas.environment.file.toml import read_toml

__all__ = [
    "DEPLOYED_FILE",
    "ENVIRONMENTS",
    "LOCAL_ACCOUNT",
    "LOCAL_REGION",
    "LOG_RETENTION_DAYS",
    "ROOT",
    "Alarms",
    "Api",
    "AttributeRules",
    "Aws",
    "Capabilities",
    "Deprovisioning",
    "Domain",
    "Environment",
    "ExtensionAttribute",
    "ExtensionSchema",
    "Groups",
    "Login",
    "Logs",
    "Mistake",
    "PermissionSet",
    "Permissions",
    "Section",
    "SettingsError",
    "Source",
    "Tokens",
    "Users",
    "load",
    "load_deployed",
    "names",
]

ROOT = Path(__file__).resolve().parents[3]
"""The project's root, in a checkout as in the deployed asset, which keeps the same tree."""

ENVIRONMENTS = ROOT / "environments"
"""Where the environment files lie in a checkout."""

DEPLOYED_FILE = "environment.json"
"""The name under which the checked file lies at the root of a function's code."""


def names() -> list[str]:
    """Return the names of the environments that this checkout has files for."""
    return sorted(path.stem for path in ENVIRONMENTS.glob("*.toml"))


def load(environment: str | Path, platform: Literal["local"] | None = None) -> Environment:
    """Read and check an environment file.

    :param environment: The environment's name, such as ``local``, or the path of its file.
    :param platform: "local" to get it as it is deployed into the local cloud (:meth:`Environment.in_local_cloud`);
        None to get what the file says.
    :raises SettingsError: The file is not there, is no TOML, or says something wrong; the text names file, key, what is
        wrong and what would be right.
    """
    path = environment if isinstance(environment, Path) else ENVIRONMENTS / f"{environment}.toml"
    shown = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    data = read_toml(path, shown)
    try:
        loaded = Environment.model_validate(data)
    except ValidationError as error:
        raise unusable(shown, mistakes_in(Environment, error, data)) from None
    found = [*_name_mistakes(loaded, path.stem), *_schema_mistakes(loaded)]
    if found:
        raise unusable(shown, found)
    return loaded.in_local_cloud() if platform == "local" else loaded


def _name_mistakes(loaded: Environment, stem: str) -> Iterator[Mistake]:
    if loaded.name != stem:
        yield Mistake.told(f'name is "{loaded.name}"; it must be the file\'s own name, "{stem}"')


def _schema_mistakes(loaded: Environment) -> Iterator[Mistake]:
    """Build what the file describes, once, to find attributes that do not exist."""
    from lambdas.environment.provider import (
        build_provider,  # it reads these settings, so it cannot be imported before them
    )

    try:
        build_provider(loaded)
    except SettingsError as error:
        yield from (Mistake.told(line.strip().removesuffix(".")) for line in str(error).splitlines())


@functools.cache
def load_deployed() -> Environment:
    """Read the environment that this code was deployed with; in a checkout, the file that ``$ENVIRONMENT`` names.

    :raises SettingsError: There is neither, or the file is of another version of this code.
    """
    path = ROOT / DEPLOYED_FILE
    if not path.is_file():
        return load(os.environ.get("ENVIRONMENT", "local"))
    content = path.read_bytes()
    try:
        return Environment.model_validate_json(content)
    except ValidationError as error:
        raise unusable(DEPLOYED_FILE, mistakes_in(Environment, error, json.loads(content))) from None
