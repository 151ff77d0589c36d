"""The alarms of an environment."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.metrics import (
    FIVE_MINUTES,
    HOUR,
    expiring_tokens,
    failed_invocations,
    failed_requests,
    mass_deprovisioning,
    stalled_connections,
    unchecked_credentials,
)
from infra.notifications import alarm_topic
from lambdas.environment.file import Environment
from lambdas.records import EVENTS_FAILED, MEMBERSHIPS_SWEPT, SWEEPS_FAILED

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
AT_MOST = cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD

QUARTER = cdk.Duration.minutes(15)

EXPIRY_DAYS = 30
"""Days before the expiry of a token or a client secret from which it raises an alarm: time to reach a customer's administrator."""


class Alarms(Construct):
    """One alarm for each way in which the endpoint fails although its client is right.

    Each description says what to do. Missing data is good: no requests, no failures. Only the watch always has data.
    """

    def __init__(
        self, scope: Construct, construct_id: str, environment: Environment, key: kms.IKey | None = None
    ) -> None:
        super().__init__(scope, construct_id)
        self.environment = environment
        self.topic = alarm_topic(self, environment.alarms, key)
        self.outage: cloudwatch.Alarm | None = None
        """The alarm ``ApiFailures``, which rolls a new version back; None in the local cloud."""

    def watch_api(self, api: apigateway.RestApi) -> None:
        """Raise an alarm when requests end in 5xx. The local cloud has no metric math."""
        if not self.environment.local:
            description = "Requests end in 5xx. Run `scimctl log --failed --since 1h`."
            self.outage = self._alarm("ApiFailures", failed_requests(api), 1, description)

    def watch_checks(self) -> None:
        """Raise an alarm when tokens cannot be checked, so that every request is refused.

        The authorizer's errors do not count: it raises for every 401, so a mistyped token is one. A function that ends without
        a record shows as 5xx (:meth:`watch_api`).
        """
        metric = unchecked_credentials(self.environment.name)
        self._alarm("AuthorizerFailures", metric, 1, "Tokens cannot be checked, so requests are refused with 503.")

    def watch_expiry(self) -> None:
        """Raise an alarm for each connection that uses a token or a client secret with few days left.

        Each connection is a contributor with a state of its own, and CloudWatch notifies for each. A token counts when it is first
        used on a day and for the next three hours, which is all that such an alarm evaluates; so its notification repeats daily,
        and there is none when it ends. A client secret counts whenever it gets an access token, which is hourly: its alarm lasts
        until the secret is replaced. The local cloud has no queries on metrics.
        """
        if self.environment.local:
            return
        self._alarm(
            "TokenExpiry",
            expiring_tokens(self.environment.name),
            EXPIRY_DAYS,
            f"The connection named here uses a token or a client secret that expires within {EXPIRY_DAYS} days. "
            "`scimctl tokens list` and `scimctl clients list` show it; `scimctl tokens rotate` and `scimctl clients rotate` "
            "replace it.",
            at=AT_MOST,
            periods=3,
            notify_when_over=False,
        )

    def watch_guard(self) -> None:
        """Raise an alarm when an identity provider deprovisions more users than usual, where the file has a guard."""
        if self.environment.guard is None:
            return
        self._alarm(
            "MassDeprovisioning",
            mass_deprovisioning(self.environment.name),
            1,
            "An identity provider disables, deletes or removes from groups with permissions more users within an hour than [guard] "
            "allows. Run `scimctl guard show`.",
            notify_when_over=False,
        )

    def watch_dead_letters(self, queue: sqs.Queue) -> None:
        """Raise an alarm when changes were not completed, so that memberships of a deleted group remain."""
        metric = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=FIVE_MINUTES)
        self._alarm(
            "DeadLetters",
            metric,
            1,
            f"Sweeping after a deleted group failed for good. See `scimctl log --failed` and the metric {SWEEPS_FAILED}; "
            "then run `scimctl directories verify --repair`.",
        )

    def watch_delay(self, function: lambda_.Function) -> None:
        """Raise an alarm when the stream is an hour behind; it drops records after a day."""
        metric = function.metric("IteratorAge", statistic="Maximum", period=FIVE_MINUTES)
        self._alarm(
            "ChangesBehind",
            metric,
            HOUR.to_milliseconds(),
            f"Sweeping after deleted groups is an hour behind. If the metric {SWEEPS_FAILED} is above 0, see `scimctl log "
            f"--failed`; otherwise {MEMBERSHIPS_SWEPT} shows the progress.",
        )

    def watch_events(self, queue: sqs.Queue, function: lambda_.Function) -> None:
        """Raise an alarm when changes were not published, or are published a quarter of an hour late."""
        metric = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=FIVE_MINUTES)
        self._alarm(
            "EventDeadLetters",
            metric,
            1,
            "Changes of the directory were not published as events. The queue has their places in the stream and the reasons; "
            "`scimctl events replay` publishes the directory.",
        )
        age = function.metric("IteratorAge", statistic="Maximum", period=FIVE_MINUTES)
        self._alarm(
            "EventsBehind",
            age,
            QUARTER.to_milliseconds(),
            f"Change events are a quarter of an hour late. See the metric {EVENTS_FAILED} and the function's errors.",
        )

    def watch_webhook(self, name: str, queue: sqs.Queue) -> None:
        """Raise an alarm when a webhook did not take an event in three days."""
        metric = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=FIVE_MINUTES)
        self._alarm(
            f"Webhook-{name}",
            metric,
            1,
            f"The webhook {name} did not accept events for three days. `scimctl webhooks deliveries {name}` shows why; "
            f"`scimctl webhooks redrive {name}` delivers them again.",
        )

    def watch_rule(self, name: str, bus: events.EventBus, rule: events.Rule) -> None:
        """Raise an alarm when events did not reach the queue of a webhook, such as after a change of the queue's policy or key."""
        self._alarm(
            f"Webhook-{name}-Rule",
            failed_invocations(bus.event_bus_name, rule.rule_name),
            1,
            f"Events did not reach the queue of the webhook {name} and are lost to it. Compare the policy of the queue, and of its "
            "KMS key, with the template; then `scimctl events replay` publishes the directory.",
        )

    def watch_provisioning(self) -> None:
        """Raise an alarm when a connection is silent, or the watch does not run: it reports 0 where nothing is wrong."""
        self._alarm(
            "ProvisioningStalled",
            stalled_connections(self.environment.name),
            1,
            "A connection is silent for longer than its file expects, or the watch does not run. `scimctl log --failed --since 1d` "
            "shows the connection.",
            missing=cloudwatch.TreatMissingData.BREACHING,
        )

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        description: str,
        *,
        at: cloudwatch.ComparisonOperator = AT_LEAST,
        periods: int = 1,
        notify_when_over: bool = True,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        """Return a new alarm that any one of the last periods raises."""
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            alarm_description=f"SCIM {self.environment.name}: {description}",
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=1,
            comparison_operator=at,
            treat_missing_data=missing,
        )
        if self.topic:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
            if notify_when_over:
                alarm.add_ok_action(actions.SnsAction(self.topic))
        return alarm
