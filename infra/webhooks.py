"""Webhooks: a rule, a queue and a dead-letter queue for each, and one function that delivers."""

import json

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra import functions, nag, permissions
from infra.encryption import use_of_key
from infra.stack_parts import StackParts
from infra.versioned_function import VersionedFunction
from lambdas.environment.file import Webhook
from lambdas.eventing.signing import parameter_name
from lambdas.operations.webhooks import dead_letters_name, queue_name
from lambdas.webhooks.schedule import ATTEMPTS

BATCH = 5
"""Events of one invocation."""

CONCURRENCY = 2
"""Invocations at once for each webhook: the minimum of SQS event sources, and enough for a receiver that answers in seconds."""


class Webhooks(Construct):
    """The webhooks of one environment. A receiver that fails fills its own queue only."""

    def __init__(self, scope: Construct, construct_id: str, stack: StackParts, bus: events.EventBus) -> None:
        super().__init__(scope, construct_id)
        self.stack = stack
        self.name = stack.environment_file.name
        self.bus = bus
        self.encryption = sqs.QueueEncryption.KMS if stack.key else sqs.QueueEncryption.SQS_MANAGED
        queues = {each.id: self._queue(each) for each in stack.environment_file.webhooks}
        self.function = self._function(queues)
        if stack.environment_file.local:
            nag.acknowledge(self, *nag.LOCAL_QUEUE)
        for webhook, queue in queues.items():
            lambda_.CfnEventSourceMapping(
                self,
                f"Source-{webhook}",
                function_name=self.function.alias.function_arn,
                event_source_arn=queue.queue_arn,
                batch_size=BATCH,
                function_response_types=["ReportBatchItemFailures"],
                scaling_config={"maximumConcurrency": CONCURRENCY},
            )

    def _queue(self, webhook: Webhook) -> sqs.Queue:
        """Return the queue of a webhook, which a rule on the bus fills."""
        dead = sqs.Queue(
            self,
            f"Dead-{webhook.id}",
            queue_name=dead_letters_name(self.name, webhook.id),
            encryption=self.encryption,
            encryption_master_key=self.stack.key,
            enforce_ssl=not self.stack.environment_file.local,
            retention_period=cdk.Duration.days(14),
        )
        nag.acknowledge(dead, *nag.DEAD_LETTERS)
        self.stack.alarms.watch_webhook(webhook.id, dead)
        queue = sqs.Queue(
            self,
            f"Queue-{webhook.id}",
            queue_name=queue_name(self.name, webhook.id),
            encryption=self.encryption,
            encryption_master_key=self.stack.key,
            enforce_ssl=not self.stack.environment_file.local,
            # Longer than all pauses together, which is three days.
            retention_period=cdk.Duration.days(7),
            # AWS recommends six times the function's time-out.
            visibility_timeout=cdk.Duration.seconds(6 * functions.DELIVERY.timeout),
            dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=ATTEMPTS),
        )
        types = [each.value for each in webhook.types]
        rule = events.Rule(
            self,
            f"Rule-{webhook.id}",
            description=f"Events for the webhook {webhook.id} ({self.name})",
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=[f"scim.{self.name}"], detail_type=types or None),
            targets=[targets.SqsQueue(queue)],
        )
        self.stack.alarms.watch_rule(webhook.id, self.bus, rule)
        return queue

    def _function(self, queues: dict[str, sqs.Queue]) -> VersionedFunction:
        stack = self.stack
        format_arn = cdk.Stack.of(self).format_arn
        parameters = [parameter_name(self.name, each).removeprefix("/") for each in queues]
        statements = {
            "Table": permissions.webhooks_table(stack.directory.table.table_arn),
            "Queues": permissions.consume([each.queue_arn for each in queues.values()]),
            "Secrets": permissions.parameters(
                [format_arn(service="ssm", resource="parameter", resource_name=each) for each in parameters]
            ),
        }
        if key := use_of_key(stack, stack.environment_file, "dynamodb", "sqs"):
            statements["Key"] = key
        function = VersionedFunction(
            self,
            "Webhooks",
            stack.environment_file,
            spec=functions.DELIVERY,
            layers=stack.layers,
            role=permissions.function_role(self, "Role", stack.log.group, statements),
            log_group=stack.log.group,
            table_name=stack.directory.table.table_name,
            further_variables={"WEBHOOK_QUEUES": json.dumps({queue_name(self.name, each): each for each in queues})},
        )
        nag.acknowledge(function, *nag.FUNCTION)
        if stack.environment_file.api.tracing:
            nag.acknowledge(function.role, *nag.TRACED)
        return function
