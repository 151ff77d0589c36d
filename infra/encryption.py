"""The customer managed KMS key of an environment, where its file names one."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from lambdas.environment.file import Environment

ACTIONS = [
    f"kms:{action}"
    for action in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
]
"""The actions with which AWS services use the key on behalf of a function."""


def customer_key(scope: Construct, environment: Environment) -> kms.IKey | None:
    """Return the key of the table, log group, topic and queue; None for the keys of AWS."""
    arn = environment.aws.kms_key
    return kms.Key.from_key_arn(scope, "CustomerKey", arn) if arn else None


def use_of_key(stack: cdk.Stack, environment: Environment, *services: str) -> list[iam.PolicyStatement]:
    """Return the statement that lets a function use the key through some services, such as ``dynamodb``, and only through them."""
    if not environment.aws.kms_key:
        return []
    through = [f"{service}.{stack.region}.{stack.url_suffix}" for service in services]
    return [
        iam.PolicyStatement(
            actions=ACTIONS,
            resources=[environment.aws.kms_key],
            conditions={"StringEquals": {"kms:ViaService": through}},
        )
    ]
