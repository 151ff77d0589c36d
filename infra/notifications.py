"""The topic that alarms notify."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from lambdas.environment.file import Alarms


def alarm_topic(scope: Construct, alarms: Alarms, key: kms.IKey | None) -> sns.ITopic | None:
    """Return the topic for the alarms of a file: an existing one, one of the stack's own, or None without recipients.

    A topic's own policy replaces the default policy, by which CloudWatch could publish. So the policy allows it explicitly:
    alarms have no identity policy, and CloudWatch records a refusal only in the history of the alarm.
    """
    if alarms.topic:
        return sns.Topic.from_topic_arn(scope, "Topic", alarms.topic)
    if not alarms.addresses:
        return None
    topic = sns.Topic(scope, "Topic", enforce_ssl=True, master_key=key)
    topic.add_to_resource_policy(_publish_by_alarms(topic))
    for address in alarms.addresses:
        topic.add_subscription(subscriptions.EmailSubscription(address))
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
