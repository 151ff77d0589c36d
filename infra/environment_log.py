"""The environment's one log group, and the metric that is counted in it."""

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.removal import removal_policy
from lambdas.environment.file import Environment
from lambdas.metrics import NAMESPACE
from lambdas.records import Kind

REFUSED = "requests_refused"
"""The metric of requests that were answered 401 or 403, counted in API Gateway's access log."""


class EnvironmentLog(Construct):
    """The log group that all functions and API Gateway write to, so that a request's whole story is in one place."""

    def __init__(self, scope: Construct, construct_id: str, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self.group = logs.LogGroup(self, "Group", removal_policy=removal_policy(environment))
        # The CDK names the periods in words; the file has the days, as CloudWatch Logs does.
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
