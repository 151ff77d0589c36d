"""`scimctl environments new`: a minimal environment file."""

import json
from pathlib import Path

from lambdas.environment import file as settings
from lambdas.environment.file import LOCAL_ACCOUNT, LOCAL_REGION, Environment, SettingsError
from lambdas.operations.problems import Problem

TEMPLATE = """\
# Every other key has a default: docs/operator/environments.md describes all of them, environments/example.toml shows most.
name = {name}
description = {description}
# Begins every stored key, so it never changes.
directory = {directory}
{platform}
[aws]
account = {account}
region = {region}
"""


def write(
    name: str,
    *,
    account: str | None,
    region: str | None,
    description: str | None,
    directory: str | None,
    is_local: bool,
) -> Path:
    """Write the file of a new environment into the folder of environment files, and return its path.

    :param is_local: Whether it is for the local cloud alone, which has its own account and region.
    :raises Problem: When the file exists, or account or region is missing.
    :raises SettingsError: When a value is invalid; no file is left then.
    """
    if is_local:
        account, region = account or LOCAL_ACCOUNT, region or LOCAL_REGION
    if not account or not region:
        raise Problem(
            "An environment on AWS needs --account and --region. `aws sts get-caller-identity` shows the account of your "
            "credentials; --local-only writes a file for the local cloud."
        )
    path = settings.ENVIRONMENTS / f"{name}.toml"
    text = TEMPLATE.format(
        name=_quoted(name),
        description=_quoted(description or name),
        directory=_quoted(directory or name),
        platform='platform = "local"\n' if is_local else "",
        account=_quoted(account),
        region=_quoted(region),
    )
    _check_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Problem(f"{settings.shown(path)} exists already. Nothing was changed.") from None
    try:
        settings.load(path, deployable=True)
    except SettingsError:
        path.unlink()
        raise
    return path


def _check_name(name: str) -> None:
    """Refuse a name that is a path, before a file is written anywhere."""
    if settings.file_of(name) != settings.ENVIRONMENTS / f"{name}.toml" or name != Path(name).name:
        described = Environment.model_fields["name"].description
        raise Problem(f'"{name}" is not a name of an environment; it must be {described}.')


def _quoted(text: str) -> str:
    """Return a text as a string of TOML, whose escapes are those of JSON (TOML 1.0.0, section String)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
