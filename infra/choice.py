"""Which environment the command line means. Apart from the CDK, whose import takes longer than telling a mistake."""

import json
import os

from lambdas.directory import settings
from lambdas.directory.settings import Environment, SettingsError

CONTEXT = "CDK_CONTEXT_JSON"
"""The variable in which the CDK's command line passes what ``-c`` says."""


def chosen_environment() -> Environment:
    """Read the file of the environment that ``-c environment=NAME`` names.

    :raises SettingsError: None is named, or its file is wrong.
    """
    name = json.loads(os.environ.get(CONTEXT) or "{}").get("environment")
    if not name:
        known = ", ".join(settings.names())
        raise SettingsError(f"Which environment? Say -c environment=NAME; there are files for: {known}.")
    return settings.load(str(name))
