"""The environment's one log group, and the alarms that a person should be woken for."""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.removal import removal_policy
from lambdas.directory.settings import Environment

FIVE_MINUTES = cdk.Duration.minutes(5)
"""The period that alarms look at."""


class EnvironmentLog(Construct):
    """The log group that all functions and API Gateway write to, so that a request's whole story is in one place."""

    def __init__(self, scope: Construct, construct_id: str, environment: Environment) -> None:
        super().__init__(scope, construct_id)
        self.group = logs.LogGroup(self, "Group", removal_policy=removal_policy(environment))
        # The CDK names the periods in words; the file has the days, as CloudWatch Logs does.
        group = self.group.node.default_child
        assert isinstance(group, logs.CfnLogGroup)  # noqa: S101
        group.retention_in_days = environment.logs.retention_days


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

    def watch_authorizer(self, function: lambda_.Function) -> None:
        """Tell when tokens cannot be checked: then nobody gets in."""
        metric = function.metric_errors(statistic="Sum", period=FIVE_MINUTES)
        self._alarm("AuthorizerFailures", metric, 1, "Tokens cannot be checked, so every request is refused.")

    def watch_dead_letters(self, queue: sqs.Queue) -> None:
        """Tell when changes were given up: memberships of a removed resource are left over until someone sweeps."""
        metric = queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=FIVE_MINUTES)
        self._alarm(
            "DeadLetters", metric, 1, "Changes could not be completed. Each message names the records of the stream."
        )

    def watch_delay(self, function: lambda_.Function) -> None:
        """Tell when the stream is an hour behind; it forgets what is older than a day."""
        metric = function.metric("IteratorAge", statistic="Maximum", period=FIVE_MINUTES)
        hour = cdk.Duration.hours(1).to_milliseconds()
        self._alarm("ChangesBehind", metric, hour, "The function 'changes' is an hour behind the table's stream.")

    def _alarm(self, name: str, metric: cloudwatch.Metric, threshold: float, description: str) -> None:
        alarm = metric.create_alarm(
            self,
            name,
            alarm_description=f"SCIM {self.environment.name}: {description}",
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if self.topic:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
            alarm.add_ok_action(actions.SnsAction(self.topic))

    def _topic(self, address: str) -> sns.Topic:
        topic = sns.Topic(self, "Topic", enforce_ssl=True)
        topic.add_subscription(subscriptions.EmailSubscription(address))
        return topic
