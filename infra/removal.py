"""What becomes of an environment's data when its stack is removed."""

import aws_cdk as cdk

from lambdas.environment.file import Environment


def removal_policy(environment: Environment) -> cdk.RemovalPolicy:
    """Return the policy of everything that holds data: the table and the log."""
    return cdk.RemovalPolicy.RETAIN if environment.aws.retain_data else cdk.RemovalPolicy.DESTROY
