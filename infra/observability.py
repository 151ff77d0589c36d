"""The alarms that a person should be woken for."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from lambdas.environment.file import Environment
from lambdas.metrics import NAMESPACE
from lambdas.records import CREDENTIALS_UNCHECKED, DAYS_UNTIL_EXPIRY, MEMBERSHIPS_SWEPT, SWEEPS_FAILED

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
AT_MOST = cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD

FIVE_MINUTES = cdk.Duration.minutes(5)
"""The period that alarms look at."""

EXPIRY_DAYS = 30
"""Days before the end of a token in use from which a person should know: time to reach a customer's administrator."""

DAYS_REMEMBERED = 4
"""Days for which a token's last use counts for the alarm on its end: a weekend in which nobody provisions does not end the
alarm, and four days after it was last used, a token that was replaced does."""


class Alarms(Construct):
    """An alarm for each way in which the endpoint fails without its client being wrong.

    Each counts failures, says what to do in its description, and takes missing data for good: no requests, no failures.
    """

    def __init__(self, scope: Construct, construct_id: str, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self.environment = environment
        self.topic = self._topic(environment.alarms.address) if environment.alarms.address else None

    def watch_api(self, api: apigateway.RestApi) -> None:
        """Tell when clients get 5xx; one alone may be a restart, and clients repeat it."""
        metric = api.metric_server_error(statistic="Sum", period=FIVE_MINUTES)
        self._alarm("ApiFailures", metric, 5, "Clients get 5xx answers. Look for failed requests in the log.")

    def watch_checks(self) -> None:
        """Tell when tokens cannot be checked: then nobody gets in.

        Not by the authorizer's errors: API Gateway's way to a 401 is that the function raises, so every mistyped token
        is one. What ends the function before it leaves a record shows as 5xx (:meth:`watch_api`).
        """
        metric = self._own_metric(CREDENTIALS_UNCHECKED, "Sum", FIVE_MINUTES)
        self._alarm("AuthorizerFailures", metric, 1, "Tokens cannot be checked, so requests are refused with 503.")

    def watch_expiry(self) -> None:
        """Tell when a token in use ends soon: its identity provider then stops until somebody enters another."""
        self._alarm(
            "TokenExpiry",
            self._own_metric(DAYS_UNTIL_EXPIRY, "Minimum", cdk.Duration.days(1)),
            EXPIRY_DAYS,
            f"A token in use ends within {EXPIRY_DAYS} days. `scimctl tokens list` tells which, `scimctl tokens rotate` "
            "replaces it.",
            at=AT_MOST,
            periods=DAYS_REMEMBERED,
        )

    def watch_dead_letters(self, queue: sqs.Queue) -> None:
        """Tell when sweeps were given up: memberships of a deleted group are left over until someone sweeps."""
        metric = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=FIVE_MINUTES)
        self._alarm(
            "DeadLetters",
            metric,
            1,
            f"Sweeping after a deleted group was given up. `scimctl log --failed` and the metric {SWEEPS_FAILED} tell of it, "
            "`scimctl directory verify --repair` ends it.",
        )

    def watch_delay(self, function: lambda_.Function) -> None:
        """Tell when the stream is an hour behind; it forgets what is older than a day."""
        metric = function.metric("IteratorAge", statistic="Maximum", period=FIVE_MINUTES)
        hour = cdk.Duration.hours(1).to_milliseconds()
        self._alarm(
            "ChangesBehind",
            metric,
            hour,
            f"Sweeping after deleted groups is an hour behind. It fails when the metric {SWEEPS_FAILED} is above 0: `scimctl log "
            f"--failed` tells why. Else {MEMBERSHIPS_SWEPT} tells that it goes on.",
        )

    def _own_metric(self, name: str, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
        """Return a metric that our functions' records are."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"environment": self.environment.name},
            statistic=statistic,
            period=period,
        )

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.Metric,
        threshold: float,
        description: str,
        *,
        at: cloudwatch.ComparisonOperator = AT_LEAST,
        periods: int = 1,
    ) -> None:
        """Add an alarm that any one of the last periods raises."""
        alarm = metric.create_alarm(
            self,
            name,
            alarm_description=f"SCIM {self.environment.name}: {description}",
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=1,
            comparison_operator=at,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if self.topic:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
            alarm.add_ok_action(actions.SnsAction(self.topic))

    def _topic(self, address: str) -> sns.Topic:
        topic = sns.Topic(self, "Topic", enforce_ssl=True)
        topic.add_subscription(subscriptions.EmailSubscription(address))
        return topic
