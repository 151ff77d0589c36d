"""Change events: the environment's bus and the function that publishes on it, where the file has a table ``[events]``."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import functions, nag, permissions
from infra.changes import DeadLetters, stream_source
from infra.encryption import use_of_key
from infra.stack_parts import StackParts
from infra.versioned_function import VersionedFunction

PUBLISHED_CHANGES = {
    "dynamodb": {"Keys": {"pk": {"S": [{"suffix": "#USER"}, {"suffix": "#GROUP"}, {"suffix": "#PERMISSION"}]}}}
}
"""The changes that have events: users, groups, and mappings of groups to permission sets.

Member items are not among them. A group's item gets a new version whenever its members change, and a user's item has its groups.
"""

GUARD_REPORTS = {"dynamodb": {"NewImage": {"reported": {"N": [{"exists": True}]}}}}
"""Counters of the guard that reported an exceeded limit; no other item has this attribute. The function distinguishes a new report
from further counting. Counters below the limit cost nothing."""


def bus_name(environment: str) -> str:
    """Return the name of an environment's bus."""
    return f"scim-{environment}"


class ChangeEvents(Construct):
    """The bus, the function and its event source, with a dead-letter queue of their own."""

    def __init__(self, scope: Construct, construct_id: str, stack: StackParts) -> None:
        super().__init__(scope, construct_id)
        environment = stack.environment_file
        self.stack = stack
        self.bus = events.EventBus(self, "Bus", event_bus_name=bus_name(environment.name), kms_key=stack.key)
        self.dead_letters = DeadLetters(self, "DeadLetters", stack.key, over_tls=not environment.local)
        queue = self.dead_letters.queue
        table, stream = stack.directory.table.table_arn, stack.directory.stream_arn
        statements = {
            "Table": permissions.events_table(table, stream),
            "Publish": permissions.publish(self.bus.event_bus_arn),
            "DeadLetters": permissions.dead_letters(queue.queue_arn),
        }
        if key := use_of_key(stack, environment, "dynamodb", "sqs", "events"):
            statements["Key"] = key
        self.function = VersionedFunction(
            self,
            "Events",
            environment,
            spec=functions.CHANGE_EVENTS,
            layers=stack.layers,
            role=permissions.function_role(self, "Role", stack.log.group, statements),
            log_group=stack.log.group,
            table_name=stack.directory.table.table_name,
            further_variables={**self.variables, "DEAD_LETTERS": queue.queue_url},
        )
        self.source: lambda_.CfnEventSourceMapping = stream_source(
            self,
            stream_arn=stream,
            alias=self.function.alias,
            dead_letters=self.dead_letters,
            filters=[PUBLISHED_CHANGES, *([GUARD_REPORTS] if environment.guard else [])],
        )
        self._acknowledge_findings()
        stack.alarms.watch_events(queue, self.function.function)
        cdk.CfnOutput(stack, "EventBusName", value=self.bus.event_bus_name, description="The bus with change events")

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables of every function that publishes (:meth:`lambdas.eventing.publisher.Publisher.deployed`)."""
        base_url = self.stack.domain.base_url if self.stack.domain else self.stack.scim_api.base_url
        return {"EVENT_BUS": self.bus.event_bus_name, "ISSUER": f"{base_url}/v2"}

    def _acknowledge_findings(self) -> None:
        table = self.stack.directory.table.node.default_child
        assert isinstance(table, cdk.CfnElement)  # noqa: S101
        stream = nag.STREAM.format(table=self.stack.get_logical_id(table))
        nag.acknowledge(self.function.role, nag.Finding(stream, nag.LISTS_STREAMS))
        nag.acknowledge(self.dead_letters, *nag.DEAD_LETTERS)
        nag.acknowledge(self.function, *nag.FUNCTION)
        if self.stack.environment_file.api.tracing:
            nag.acknowledge(self.function.role, *nag.TRACED)
