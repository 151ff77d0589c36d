"""The stack of an environment with the default settings, without its code."""

import aws_cdk as cdk

from infra.stack import ScimStack
from lambdas.environment.file import Environment


def default_stack() -> ScimStack:
    """Return a stack for AWS with what every file needs and an address for alarms."""
    environment = Environment.model_validate(
        {
            "name": "default",
            "description": "Default settings",
            "aws": {"account": "111122223333", "region": "us-east-1"},
            "alarms": {"address": "oncall@example.com"},
        }
    )
    app = cdk.App(context={"aws:cdk:bundling-stacks": []}, builtin_cloud_formation_validation=False)
    return ScimStack(app, environment)
