"""The stack ``scim-account``: what all environments of an account and region share."""

import aws_cdk as cdk
from constructs import Construct

from infra.queries import SavedQueries
from lambdas.environment.file import Environment

STACK = "scim-account"


class AccountStack(cdk.Stack):
    """Resources that an account and region need once: the saved queries.

    Deployed with ``cdk deploy -c account-of=NAME``, where NAME is any environment of the account and region.
    """

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(
            scope,
            STACK,
            description="Shared by all SCIM environments of this account and region",
            env=cdk.Environment(account=environment.aws.account, region=environment.aws.region),
            analytics_reporting=False,
        )
        SavedQueries(self, "Queries")
