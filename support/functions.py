"""What the stack gives the API function, for a process that imports it outside of AWS."""

from support.tables import TABLE_NAME

VARIABLES = {
    "TABLE_NAME": TABLE_NAME,
    "ENVIRONMENT": "local",
    "ADDRESSING": "host",
    "POWERTOOLS_SERVICE_NAME": "scim",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
}
"""Environment variables, by name; the credentials open nothing."""

ALL_VARIABLES = {
    **VARIABLES,
    "AWS_LAMBDA_FUNCTION_NAME": "scim",
    "LOG_GROUP_NAME": "scim",
    "CONSOLE_SECRET": "scim",
    "EVENT_BUS": "scim",
    "ISSUER": "https://localhost",
    "DEAD_LETTERS": "scim",
    "WEBHOOK_QUEUES": "{}",
}
"""The same with what the other functions read when they are imported, and what Lambda sets in a function's process."""
