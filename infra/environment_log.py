"""The environment's log group, and the metric that CloudWatch counts in it."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.removal import log_policy
from lambdas.environment.file import Environment
from lambdas.metrics import NAMESPACE
from lambdas.records import Kind

REFUSED = "requests_refused"
"""The metric of requests with 401 or 403, counted in API Gateway's access log."""


class EnvironmentLog(Construct):
    """The log group of all functions and of API Gateway, so that one query finds all records of a request."""

    def __init__(self, scope: Construct, construct_id: str, environment: Environment, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        self.group = logs.LogGroup(self, "Group", encryption_key=key, removal_policy=log_policy(environment))
        # The CDK has an enum for retention periods; the file has days.
        group = self.group.node.default_child
        assert isinstance(group, logs.CfnLogGroup)  # noqa: S101
        group.retention_in_days = environment.logs.retention_days
        self._count_refusals(group)

    def _count_refusals(self, group: logs.CfnLogGroup) -> None:
        transformation = logs.CfnMetricFilter.MetricTransformationProperty(
            metric_namespace=NAMESPACE,
            metric_name=REFUSED,
            metric_value="1",
            unit="Count",
            dimensions=[logs.CfnMetricFilter.DimensionProperty(key="environment", value="$.environment")],
        )
        logs.CfnMetricFilter(
            self,
            "Refusals",
            log_group_name=group.ref,
            filter_pattern=f'{{ ($.event = "{Kind.ACCESS.value}") && (($.status = "401") || ($.status = "403")) }}',
            metric_transformations=[transformation],
        )
