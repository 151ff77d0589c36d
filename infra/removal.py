"""The removal policies of an environment's resources."""

import aws_cdk as cdk

from lambdas.environment.file import Environment


def table_policy(environment: Environment) -> cdk.RemovalPolicy:
    """Return the removal policy of the table.

    ``Retain`` also when the creation of the stack fails: the table is protected against deletion, so CloudFormation could not
    roll it back.
    """
    return cdk.RemovalPolicy.RETAIN if environment.aws.retain_data else cdk.RemovalPolicy.DESTROY


def log_policy(environment: Environment) -> cdk.RemovalPolicy:
    """Return the removal policy of the log group: a failed creation leaves nothing behind."""
    retained = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    return retained if environment.aws.retain_data else cdk.RemovalPolicy.DESTROY
