"""The way from the table's stream to the function that completes changes."""

import json

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from lambdas.environment.file import Environment

REMOVED_RESOURCES = {
    "eventName": ["REMOVE"],
    "dynamodb": {"Keys": {"pk": {"S": [{"suffix": "#USER"}, {"suffix": "#GROUP"}]}}},
}
"""Only removed users and groups leave something to sweep. Lambda evaluates filters before the function
is called, so what is filtered out costs nothing. No other item's ``pk`` ends so: a value inside a key cannot hold
``#``."""

CHANGED_USERS = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"pk": {"S": [{"suffix": "#USER"}]}}}}
"""Users whose permission sets may have changed, where there are any."""


class DeadLetters(Construct):
    """Where Lambda leaves which changes could not be completed: shard and sequence numbers, no data."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            # The longest there is: a person has to look. The stream itself forgets after one day.
            retention_period=cdk.Duration.days(14),
        )


class ChangesSource(Construct):
    """The event source: batches of changes, repeated in halves when they fail, then left in the dead-letter queue."""

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
        lambda_.CfnEventSourceMapping(
            self,
            "Source",
            function_name=alias.function_arn,
            event_source_arn=stream_arn,
            # From the oldest record: nothing that happened before the mapping was ready is missed.
            starting_position="TRIM_HORIZON",
            batch_size=100,
            filter_criteria={"filters": [{"pattern": json.dumps(each, separators=(",", ":"))} for each in wanted]},
            # The function says which records failed; the others are not repeated.
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            # Some six minutes of growing pauses: longer than a throttled table needs to grow.
            maximum_retry_attempts=10,
            destination_config={"onFailure": {"destination": dead_letters.queue.queue_arn}},
        )
