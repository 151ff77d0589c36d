"""The change events of an environment at the command line."""

SECRET_VARIABLE = "SCIM_WEBHOOK_SECRET"  # noqa: S105
"""The environment variable with the secret of a webhook, which is never an argument."""
