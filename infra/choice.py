"""Which environment the command line means. Apart from the CDK, whose import takes longer than telling a mistake."""

import json
import os

from lambdas.environment import file as settings
from lambdas.environment.file import Environment, SettingsError

CONTEXT = "CDK_CONTEXT_JSON"
"""The variable in which the CDK's command line passes what ``-c`` says."""


def chosen_environment() -> Environment:
    """Read the file of the environment that ``-c environment=NAME`` names.

    With ``-c platform=local`` it is as it is deployed into the local cloud, whatever its file says.

    :raises SettingsError: None is named, its file is wrong, or another platform is named.
    """
    said = json.loads(os.environ.get(CONTEXT) or "{}")
    name, platform = said.get("environment"), said.get("platform")
    if not name:
        known = ", ".join(settings.names())
        raise SettingsError(f"Which environment? Say -c environment=NAME; there are files for: {known}.")
    if platform not in (None, "local"):
        raise SettingsError(
            f"-c platform={platform} cannot be said: only -c platform=local, which deploys any environment into the local "
            "cloud. Where it is in AWS, its file says."
        )
    return settings.load(str(name), platform)
