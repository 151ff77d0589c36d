"""The table of an environment."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.removal import table_policy
from lambdas.environment.file import Environment


class DirectoryTable(Construct):
    """The table: keys ``pk`` and ``sk``, on demand, recoverable to any second of the last 35 days.

    It has no secondary index: indexes are eventually consistent, and clients search for what they created milliseconds ago. A
    look-up key is an item of its own, written in the same transaction.
    """

    def __init__(self, scope: Construct, construct_id: str, environment: Environment, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        encryption = dynamodb.TableEncryptionV2
        recovery = dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            encryption=encryption.customer_managed_key(key) if key else encryption.aws_managed_key(),
            point_in_time_recovery_specification=recovery,
            time_to_live_attribute="expires_at",
            # The old image has the memberships of a deleted resource, the new image the state after a change.
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            deletion_protection=environment.aws.retain_data,
            removal_policy=table_policy(environment),
        )

    @property
    def stream_arn(self) -> str:
        """The ARN of the table's stream."""
        return cdk.Token.as_string(self.table.table_stream_arn)
