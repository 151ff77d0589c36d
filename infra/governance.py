"""The rules of an account that hold for a whole stack: tags and a permissions boundary."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from lambdas.environment.file import Environment
from lambdas.environment.file.aws import OWN_TAGS
from lambdas.version import VERSION


def govern(stack: cdk.Stack, environment: Environment) -> None:
    """Tag every resource, so that costs can be allocated, and bound every role of a stack.

    Nothing is tagged in the local cloud: it replaces a table whose tags change, and the version is a tag.
    """
    if environment.local:
        return
    own = dict(zip(OWN_TAGS, (environment.name, VERSION), strict=True))
    for key, value in {**environment.aws.tags, **own}.items():
        cdk.Tags.of(stack).add(key, value)
    boundary = environment.aws.permissions_boundary
    if boundary:
        policy = iam.ManagedPolicy.from_managed_policy_arn(stack, "PermissionsBoundary", boundary)
        iam.PermissionsBoundary.of(stack).apply(policy)
