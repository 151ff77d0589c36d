"""Step 7 of the checklist: an alarm reaches its recipients."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.operations.problems import Problem
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import SECONDS, Result, poll

ALARM = "AlarmsAuthorizerFailures"
"""The logical id of the alarm that is raised. Not ``ApiFailures``: it rolls a version back that is being rolled out."""

REASON = "scimctl environments prove raises this alarm to test its recipients. No action is needed."

EARLIER = timedelta(seconds=30)
"""How far the clocks of this machine and of AWS may differ."""

DONE = "Successfully executed action"
"""How CloudWatch begins the summary of an action in an alarm's history."""

UNCONFIRMED = "PendingConfirmation"
"""What SNS has instead of an ARN while a recipient has not confirmed the subscription."""


def prove_alarm(deployed: Deployed) -> Result:
    """Raise an alarm, look for its notification in the history that CloudWatch keeps, and reset it."""
    target = deployed.target
    name = deployed.physical_id("AWS::CloudWatch::Alarm", ALARM)
    with target.aws_errors_as_problems():
        client = target.client("cloudwatch")
        (alarm,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        topics = alarm.get("AlarmActions", [])
        if not topics:
            return Result.unproved(
                "The alarms notify no recipient: set `alarms.address` or `alarms.topic` in the file, and deploy."
            )
        if alarm.get("StateValue") == "ALARM":
            return Result.failed(f"{name} is raised: see `scimctl log --failed`. Repeat the proof when it is over.")
        unconfirmed = [each for topic in topics for each in _unconfirmed(deployed, topic)]
        began = datetime.now(UTC) - EARLIER
        client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=REASON)
        try:
            # The local cloud keeps no history of notifications.
            local = deployed.environment.local
            actions = None if local else poll(lambda: _actions(client, name, began, len(topics)))
        finally:
            client.set_alarm_state(AlarmName=name, StateValue="OK", StateReason=REASON)
    return _judge(deployed, name, actions, unconfirmed)


def _judge(deployed: Deployed, name: str, actions: list[str] | None, unconfirmed: list[str]) -> Result:
    if unconfirmed:
        return Result.failed(*unconfirmed)
    if deployed.environment.local:
        return Result.unproved("The local cloud has raised the alarm. It keeps no history of notifications.")
    if actions is None:
        return Result.unproved(
            f"The history of {name} has no notification after {SECONDS:.0f} seconds: look again later."
        )
    refused = [each for each in actions if not each.startswith(DONE)]
    if refused:
        return Result.failed(*refused, "The topic's policy must allow cloudwatch.amazonaws.com to publish.")
    return Result.proved(f"CloudWatch published {name} to every topic. Look whether the email has arrived.")


def _unconfirmed(deployed: Deployed, topic: str) -> Iterator[str]:
    """Yield a sentence for each recipient of a topic that gets nothing; none for a topic of another account."""
    try:
        with deployed.target.aws_errors_as_problems():
            pages = deployed.target.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
            subscriptions = [each for page in pages for each in page["Subscriptions"]]
    except Problem:
        return
    if not subscriptions:
        yield f"The topic {topic} has no subscription, so nobody is notified."
    for each in subscriptions:
        if each["SubscriptionArn"] == UNCONFIRMED:
            yield f"{each['Endpoint']} has not confirmed the subscription: open the link in the email from AWS."


def _actions(client: Any, name: str, since: datetime, expected: int) -> list[str] | None:
    """Return the summaries of an alarm's notifications since a moment; None while some are missing."""
    answer = client.describe_alarm_history(AlarmName=name, HistoryItemType="Action", StartDate=since)
    summaries = [each["HistorySummary"] for each in answer["AlarmHistoryItems"]]
    return summaries if len(summaries) >= expected else None
