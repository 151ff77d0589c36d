"""Daily backups of the table with a copy in another region or account."""

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.removal import table_policy
from lambdas.environment.file import Backup, Environment

HOUR_UTC = "2"
"""The hour of the daily backup."""


class TableBackups(Construct):
    """An AWS Backup plan for the table: a daily backup in a vault of the stack, copied to the vault that the file names.

    Point-in-time recovery restores to any second, but only in the same region and account. The copy survives the loss of either.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        settings: Backup,
        table: dynamodb.ITableV2,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        vault = backup.BackupVault(
            self,
            "Vault",
            encryption_key=key,
            removal_policy=table_policy(environment),
            block_recovery_point_deletion=False,
        )
        copy = backup.BackupVault.from_backup_vault_arn(self, "Copy", settings.copy_to)
        kept = cdk.Duration.days(settings.keep_days)
        rule = backup.BackupPlanRule(
            rule_name="daily",
            backup_vault=vault,
            schedule_expression=events.Schedule.cron(hour=HOUR_UTC, minute="0"),
            delete_after=kept,
            copy_actions=[backup.BackupPlanCopyActionProps(destination_backup_vault=copy, delete_after=kept)],
        )
        name = f"scim-{environment.name}"
        plan = backup.BackupPlan(self, "Plan", backup_plan_name=name, backup_plan_rules=[rule])
        self.selection = plan.add_selection(
            "Table", resources=[backup.BackupResource.from_arn(table.table_arn)], disable_default_backup_policy=False
        )
