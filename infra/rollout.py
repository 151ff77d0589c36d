"""The gradual rollout of new function versions, with rollback on an alarm."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

CONFIGURATIONS = {
    5: codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
    10: codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_10_MINUTES,
    15: codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_15_MINUTES,
    30: codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_30_MINUTES,
}
"""AWS CodeDeploy's predefined canaries by minutes: 10 % of the invocations first, then all."""


class CanaryRollout(Construct):
    """Shifts aliases to new versions by CodeDeploy, and back when an alarm goes off meanwhile."""

    def __init__(self, scope: Construct, construct_id: str, *, minutes: int, alarm: cloudwatch.Alarm) -> None:
        super().__init__(scope, construct_id)
        self.config = CONFIGURATIONS[minutes]
        self.alarm = alarm
        self.application = codedeploy.LambdaApplication(self, "Application")
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSCodeDeployRoleForLambdaLimited")
            ],
        )

    def add(self, name: str, alias: lambda_.Alias) -> None:
        """Roll out the versions of an alias gradually."""
        codedeploy.LambdaDeploymentGroup(
            self,
            name,
            application=self.application,
            alias=alias,
            deployment_config=self.config,
            role=self.role,
            alarms=[self.alarm],
            auto_rollback=codedeploy.AutoRollbackConfig(
                failed_deployment=True, stopped_deployment=True, deployment_in_alarm=True
            ),
        )
