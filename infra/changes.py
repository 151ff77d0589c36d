"""The event source from the table's stream to the function ``changes``, and its dead-letter queue."""

import json
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra import nag
from lambdas.environment.file import Environment

REMOVED_RESOURCES = {
    "eventName": ["REMOVE"],
    "dynamodb": {"Keys": {"pk": {"S": [{"suffix": "#USER"}, {"suffix": "#GROUP"}]}}},
}
"""Removed users and groups, whose memberships are swept. Lambda evaluates filters before it invokes the function, so other records
cost nothing. No other item's ``pk`` ends like this: a value inside a key cannot contain ``#``.

AWS documents filters on the key ``dynamodb`` only; ``eventName`` works as well, and the function checks it again."""

CHANGED_USERS = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"pk": {"S": [{"suffix": "#USER"}]}}}}
"""Created and changed users, whose permission sets may have changed."""


class DeadLetters(Construct):
    """The queue of changes that were not completed: Lambda sends shard and sequence numbers, no data."""

    def __init__(self, scope: Construct, construct_id: str, key: kms.IKey | None, *, over_tls: bool = True) -> None:
        """Add the queue.

        :param over_tls: Whether requests without TLS are refused: everywhere but in the local cloud, which has none.
        """
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.KMS if key else sqs.QueueEncryption.SQS_MANAGED,
            encryption_master_key=key,
            enforce_ssl=over_tls,
            # The maximum: an operator has to act. The stream itself keeps records for one day.
            retention_period=cdk.Duration.days(14),
        )
        if not over_tls:
            nag.acknowledge(self, *nag.LOCAL_QUEUE)


class ChangesSource(Construct):
    """The event source of the function ``changes``."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        stream_arn: str,
        alias: lambda_.Alias,
        dead_letters: DeadLetters,
    ) -> None:
        super().__init__(scope, construct_id)
        wanted = [REMOVED_RESOURCES, CHANGED_USERS] if environment.permissions.sets else [REMOVED_RESOURCES]
        stream_source(self, stream_arn=stream_arn, alias=alias, dead_letters=dead_letters, filters=wanted)


def stream_source(
    scope: Construct,
    *,
    stream_arn: str,
    alias: lambda_.Alias,
    dead_letters: DeadLetters,
    filters: Sequence[Mapping[str, object]],
) -> lambda_.CfnEventSourceMapping:
    """Return an event source on the table's stream: batches of changes, split and retried on failure, then sent to the queue."""
    return lambda_.CfnEventSourceMapping(
        scope,
        "Source",
        function_name=alias.function_arn,
        event_source_arn=stream_arn,
        # From the oldest record, so that no change before the mapping became active is lost.
        starting_position="TRIM_HORIZON",
        batch_size=100,
        filter_criteria={"filters": [{"pattern": json.dumps(each, separators=(",", ":"))} for each in filters]},
        # The function returns the records that failed; the others are not retried.
        function_response_types=["ReportBatchItemFailures"],
        bisect_batch_on_function_error=True,
        # About six minutes with growing pauses: longer than a throttled table needs to scale.
        maximum_retry_attempts=10,
        destination_config={"onFailure": {"destination": dead_letters.queue.queue_arn}},
    )
