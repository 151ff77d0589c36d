"""The watch: a function that the clock calls, where the environment's file has a table ``[watch]``."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra import functions, nag, permissions
from infra.encryption import use_of_key
from infra.events import ChangeEvents
from infra.stack_parts import StackParts
from infra.versioned_function import VersionedFunction

INTERVAL = "rate(30 minutes)"
"""Twice in each period of the alarm on missing metrics, so that a late run raises none."""

RETRIES = 2
"""The most that the scheduler repeats a call that Lambda did not take; the next run comes soon."""


class Watch(Construct):
    """The function, its role, its schedule, and the role with which the scheduler calls the function."""

    def __init__(
        self, scope: Construct, construct_id: str, stack: StackParts, change_events: ChangeEvents | None
    ) -> None:
        super().__init__(scope, construct_id)
        environment = stack.environment_file
        statements = {
            "Table": permissions.watch_table(stack.directory.table.table_arn),
            "SearchLog": permissions.console_log(stack.log.group),
        }
        key = use_of_key(stack, environment, "dynamodb")
        if key:
            statements["Key"] = key
        variables = {"LOG_GROUP_NAME": stack.log.group.log_group_name}
        if change_events:
            statements["Publish"] = permissions.publish(change_events.bus.event_bus_arn)
            variables |= change_events.variables
        self.function = VersionedFunction(
            self,
            "Watch",
            environment,
            spec=functions.WATCH,
            layers=stack.layers,
            role=permissions.function_role(self, "Role", stack.log.group, statements),
            log_group=stack.log.group,
            table_name=stack.directory.table.table_name,
            further_variables=variables,
        )
        caller = iam.Role(
            self,
            "CallerRole",
            # The condition keeps schedules of other accounts from using the role (AWS: confused deputy prevention).
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}}
            ),
            inline_policies={
                "Call": iam.PolicyDocument(statements=[permissions.call(self.function.alias.function_arn)])
            },
        )
        scheduler.CfnSchedule(
            self,
            "Schedule",
            description=f"Watches provisioning ({environment.name})",
            schedule_expression=INTERVAL,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.function.alias.function_arn,
                role_arn=caller.role_arn,
                input="{}",
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=RETRIES),
            ),
        )
        nag.acknowledge(self.function, *nag.FUNCTION)
        if environment.api.tracing:
            nag.acknowledge(self.function.role, *nag.TRACED)
