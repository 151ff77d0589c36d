"""The parts of a stack that only some environment files ask for."""

from aws_cdk import aws_dynamodb as dynamodb

from infra import nag
from infra.backups import TableBackups
from infra.rollout import CanaryRollout
from infra.stack_parts import StackParts


def add_options(stack: StackParts) -> None:
    """Add the gradual rollout and the backups, where the file asks for them."""
    environment, alarm = stack.environment_file, stack.alarms.outage
    if environment.api.canary_minutes and alarm:
        rollout = CanaryRollout(stack, "Rollout", minutes=environment.api.canary_minutes, alarm=alarm)
        rollout.add("Scim", stack.scim.alias)
        rollout.add("Authorizer", stack.authorizer.alias)
        nag.acknowledge(rollout, *nag.ROLLOUT)
    if environment.backup:
        table: dynamodb.ITableV2 = stack.directory.table
        backups = TableBackups(stack, "Backups", environment, settings=environment.backup, table=table, key=stack.key)
        nag.acknowledge(backups, *nag.BACKUPS)
