"""The one table of an environment."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.removal import removal_policy
from lambdas.environment.file import Environment


class DirectoryTable(Construct):
    """A table of items under ``pk`` and ``sk``, on demand, recoverable to any second of the last 35 days.

    It has no secondary index: an index is read eventually consistent, and clients look for what they created
    milliseconds ago. What a look-up needs is an item of its own, written in the same transaction.
    """

    def __init__(self, scope: Construct, construct_id: str, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        recovery = dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=recovery,
            time_to_live_attribute="expires_at",
            # The old image tells what a removed resource's far side was; the new one what to publish.
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            deletion_protection=environment.aws.retain_data,
            removal_policy=removal_policy(environment),
        )

    @property
    def stream_arn(self) -> str:
        """The ARN of the table's stream."""
        return cdk.Token.as_string(self.table.table_stream_arn)
