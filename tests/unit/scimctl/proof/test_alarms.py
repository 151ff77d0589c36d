"""The proof that an alarm reaches its recipients."""

from typing import Any

import pytest
from botocore.stub import ANY

from scimctl.proof.alarms import REASON, prove_alarm
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Outcome
from tests.unit.scimctl.proof.conftest import Aws

NAME = "scim-example-AlarmsAuthorizerFailures-1"
TOPIC = "arn:aws:sns:eu-central-1:123456789012:scim-example-AlarmsTopic"
SUBSCRIPTION = f"{TOPIC}:1"

pytestmark = pytest.mark.usefixtures("stack")


def has_alarm(aws: Aws, *topics: str, state: str = "OK") -> None:
    alarm = {"AlarmName": NAME, "AlarmActions": list(topics), "StateValue": state}
    aws.answers("cloudwatch", "describe_alarms", {"MetricAlarms": [alarm]}, {"AlarmNames": [NAME]})


def has_subscription(aws: Aws, arn: str) -> None:
    subscription = {"SubscriptionArn": arn, "Endpoint": "oncall@acme.io", "Protocol": "email", "TopicArn": TOPIC}
    aws.answers("sns", "list_subscriptions_by_topic", {"Subscriptions": [subscription]}, {"TopicArn": TOPIC})


def is_set(aws: Aws, state: str) -> None:
    aws.answers("cloudwatch", "set_alarm_state", {}, {"AlarmName": NAME, "StateValue": state, "StateReason": REASON})


def has_history(aws: Aws, *summaries: str) -> None:
    items: list[dict[str, Any]] = [{"HistorySummary": each} for each in summaries]
    expected = {"AlarmName": NAME, "HistoryItemType": "Action", "StartDate": ANY}
    aws.answers("cloudwatch", "describe_alarm_history", {"AlarmHistoryItems": items}, expected)


def test_an_alarm_that_cloudwatch_published_is_proved_and_reset(aws: Aws, deployed: Deployed):
    has_alarm(aws, TOPIC)
    has_subscription(aws, SUBSCRIPTION)
    is_set(aws, "ALARM")
    has_history(aws)
    has_history(aws, f"Successfully executed action {TOPIC}")
    is_set(aws, "OK")
    result = prove_alarm(deployed)
    assert result.outcome is Outcome.PROVED
    assert "Look whether the email has arrived" in result.details[0]


def test_a_refused_notification_fails_with_cloudwatchs_words(aws: Aws, deployed: Deployed):
    refused = f'Failed to execute action {TOPIC}. Received error: "not authorized to perform: SNS:Publish"'
    has_alarm(aws, TOPIC)
    has_subscription(aws, SUBSCRIPTION)
    is_set(aws, "ALARM")
    has_history(aws, refused)
    is_set(aws, "OK")
    result = prove_alarm(deployed)
    assert result.outcome is Outcome.FAILED
    assert refused in result.details
    assert "cloudwatch.amazonaws.com" in result.details[1]


def test_a_recipient_who_has_not_confirmed_fails(aws: Aws, deployed: Deployed):
    has_alarm(aws, TOPIC)
    has_subscription(aws, "PendingConfirmation")
    is_set(aws, "ALARM")
    has_history(aws, f"Successfully executed action {TOPIC}")
    is_set(aws, "OK")
    result = prove_alarm(deployed)
    assert result.outcome is Outcome.FAILED
    assert result.details == (
        "oncall@acme.io has not confirmed the subscription: open the link in the email from AWS.",
    )


def test_an_alarm_without_a_recipient_is_unproved_and_not_raised(aws: Aws, deployed: Deployed):
    has_alarm(aws)
    result = prove_alarm(deployed)
    assert result.outcome is Outcome.UNPROVED
    assert "`alarms.address`" in result.details[0]


def test_an_alarm_that_is_raised_already_fails_and_is_not_reset(aws: Aws, deployed: Deployed):
    has_alarm(aws, TOPIC, state="ALARM")
    result = prove_alarm(deployed)
    assert result.outcome is Outcome.FAILED
    assert "`scimctl log --failed`" in result.details[0]


def test_a_topic_that_may_not_be_read_is_judged_by_the_history(aws: Aws, deployed: Deployed):
    has_alarm(aws, TOPIC)
    aws.refuses("sns", "list_subscriptions_by_topic", "AuthorizationError")
    is_set(aws, "ALARM")
    has_history(aws, f"Successfully executed action {TOPIC}")
    is_set(aws, "OK")
    assert prove_alarm(deployed).outcome is Outcome.PROVED
