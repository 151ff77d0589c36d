"""The metrics that alarms watch."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch

from lambdas.metrics import NAMESPACE
from lambdas.records import CONNECTIONS_STALLED, CREDENTIALS_UNCHECKED, DAYS_UNTIL_EXPIRY, MASS_DEPROVISIONING

FIVE_MINUTES = cdk.Duration.minutes(5)
HOUR = cdk.Duration.hours(1)

FAILED_SHARE = 0.05
"""The share of an hour's requests whose failure is an outage."""

FAILED_REQUESTS = 2
"""The failures in an hour below which there is no outage: the number of requests in one idle cycle of Microsoft Entra ID."""

EXPIRING = (
    'SELECT MIN({metric}) FROM SCHEMA("{namespace}", connection, environment) '
    "WHERE environment = '{environment}' GROUP BY connection ORDER BY MIN() ASC"
)
"""The CloudWatch Metrics Insights query for the days that the token of each connection has left."""


def failed_requests(api: apigateway.RestApi) -> cloudwatch.IMetric:
    """Return the requests of an hour that ended in 5xx, or 0 if they are too few for an outage.

    They are compared with all requests: an outage of an environment whose identity provider only looks for changes is two
    failures every 40 minutes, and a busy environment may have more without one.
    """
    return cloudwatch.MathExpression(
        expression=f"IF(failures >= {FAILED_REQUESTS} AND failures >= {FAILED_SHARE} * requests, failures, 0)",
        using_metrics={
            "failures": api.metric_server_error(statistic="Sum", period=HOUR),
            "requests": api.metric_count(statistic="Sum", period=HOUR),
        },
        period=HOUR,
        label="Failed requests of an outage",
    )


def expiring_tokens(environment: str) -> cloudwatch.IMetric:
    """Return the days that the token of each connection has left, in the hour of its first use on a day."""
    query = EXPIRING.format(metric=DAYS_UNTIL_EXPIRY, namespace=NAMESPACE, environment=environment)
    return cloudwatch.MathExpression(expression=query, using_metrics={}, period=HOUR)


def stalled_connections(environment: str) -> cloudwatch.IMetric:
    """Return the connections that were silent for too long at a run of the watch in the last hour."""
    return _recorded(CONNECTIONS_STALLED, environment, "Maximum", HOUR)


def mass_deprovisioning(environment: str) -> cloudwatch.IMetric:
    """Return how often a connection exceeded the limit of deprovisioned users."""
    return _recorded(MASS_DEPROVISIONING, environment, "Sum", FIVE_MINUTES)


def failed_invocations(bus: str, rule: str) -> cloudwatch.IMetric:
    """Return the events that a rule on a custom bus did not get to its target, after EventBridge's retries of a day."""
    return cloudwatch.Metric(
        namespace="AWS/Events",
        metric_name="FailedInvocations",
        dimensions_map={"EventBusName": bus, "RuleName": rule},
        statistic="Sum",
        period=FIVE_MINUTES,
    )


def unchecked_credentials(environment: str) -> cloudwatch.IMetric:
    """Return the requests whose credentials could not be checked."""
    return _recorded(CREDENTIALS_UNCHECKED, environment, "Sum", FIVE_MINUTES)


def _recorded(name: str, environment: str, statistic: str, period: cdk.Duration) -> cloudwatch.IMetric:
    """Return a metric of the log records of an environment (:data:`lambdas.records.METRICS`)."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"environment": environment},
        statistic=statistic,
        period=period,
    )
