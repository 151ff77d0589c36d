"""The topic that alarms notify."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from lambdas.environment.file import Alarms


def alarm_topic(scope: Construct, alarms: Alarms) -> sns.ITopic | None:
    """Return the topic for the alarms of a file, or None when they notify no recipient.

    A topic's own policy replaces the default policy, by which CloudWatch could publish. So the policy allows it explicitly:
    alarms have no identity policy, and CloudWatch records a refusal only in the history of the alarm.
    """
    if not alarms.address:
        return None
    topic = sns.Topic(scope, "Topic", enforce_ssl=True)
    topic.add_to_resource_policy(_publish_by_alarms(topic))
    topic.add_subscription(subscriptions.EmailSubscription(alarms.address))
    return topic


def _publish_by_alarms(topic: sns.Topic) -> iam.PolicyStatement:
    """Return the statement that lets the alarms of this account and region publish, and no others."""
    stack = cdk.Stack.of(topic)
    alarms = stack.format_arn(
        service="cloudwatch", resource="alarm", resource_name="*", arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
    )
    return iam.PolicyStatement(
        sid="PublishByAlarms",
        principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
        actions=["sns:Publish"],
        resources=[topic.topic_arn],
        conditions={"StringEquals": {"aws:SourceAccount": stack.account}, "ArnLike": {"aws:SourceArn": alarms}},
    )
