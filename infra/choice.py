"""The stacks that the command line selects. Without the CDK, whose import takes longer than reporting a mistake."""

import json
import os
from dataclasses import dataclass

from lambdas.environment import file as settings
from lambdas.environment.file import Environment, SettingsError

CONTEXT = "CDK_CONTEXT_JSON"
"""The environment variable in which the CDK's command line passes the options ``-c``."""


@dataclass(frozen=True)
class Choice:
    """The stacks to synthesize; at least one."""

    environments: tuple[Environment, ...] = ()
    """The environments whose stacks to synthesize."""

    account_of: Environment | None = None
    """An environment of the account and region whose shared stack to synthesize."""


def read_choice() -> Choice:
    """Return what the options of the CDK's command line select.

    ``-c environment=NAME`` selects the stack of an environment, ``-c environment=NAME,NAME`` several; a path selects any file.
    ``-c platform=local`` adapts them to the local cloud, and ``-c console-authority=URL`` to its OpenID Provider.
    ``-c account-of=NAME`` selects the stack that all environments of that account and region share.

    The CDK runs the app for every command, ``cdk bootstrap`` included, which then takes account and region from the stacks.

    :raises SettingsError: When nothing is selected, an environment file is invalid, or the value of an option is not supported.
    """
    options = json.loads(os.environ.get(CONTEXT) or "{}")
    platform = options.get("platform")
    if platform not in (None, "local"):
        raise SettingsError(
            f"Unsupported value: -c platform={platform} (only 'local' is allowed). To deploy to AWS, omit the option; the "
            "environment file has the account and region."
        )
    authority = options.get("console-authority")
    if authority and platform != "local":
        raise SettingsError(
            "-c console-authority is for the local cloud; the environment file has the authority on AWS."
        )
    names = str(options.get("environment") or "").split(",")
    environments = tuple(settings.load(name.strip(), platform, deployable=True) for name in names if name.strip())
    if authority:
        environments = tuple(each.signing_in_at(str(authority)) for each in environments)
    account_of = options.get("account-of")
    if not environments and not account_of:
        known = ", ".join(settings.names())
        raise SettingsError(f"No environment is selected. Add -c environment=NAME (existing environments: {known}).")
    return Choice(environments, settings.load(str(account_of), deployable=True) if account_of else None)
