"""What the options of `scimctl` itself choose for the command that runs."""

from contextvars import ContextVar

ENVIRONMENT_VARIABLE = "SCIMCTL_ENVIRONMENT"
"""The environment variable that names the environment for every command of a shell."""

ROLE_VARIABLE = "SCIMCTL_ROLE"
"""The environment variable that names the IAM role to assume for every command of a shell."""

IS_LOCAL: ContextVar[bool] = ContextVar("is_local", default=False)
"""Whether the command acts in the local cloud, also where an environment's file names AWS."""

ROLE: ContextVar[str | None] = ContextVar("role", default=None)
"""The name of the IAM role to assume in an environment's account; None to use the operator's credentials as they are."""
