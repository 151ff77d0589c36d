"""The alarms, and their way to a person."""

from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.records import CREDENTIALS_UNCHECKED, DAYS_UNTIL_EXPIRY, DIMENSIONS, MASS_DEPROVISIONING, METRICS, Kind
from tests.infra.conftest import Assembly, Resource


def alarm(assembly: Assembly, name: str) -> Resource:
    (found,) = [each for key, each in assembly.all("AWS::CloudWatch::Alarm").items() if key.startswith(f"Alarms{name}")]
    return found


def statements_on(assembly: Assembly, topic: Resource) -> Iterator[dict[str, Any]]:
    """The statements of the policies that are set on a topic. A policy replaces the topic's default policy."""
    for policy in assembly.all("AWS::SNS::TopicPolicy").values():
        if topic in policy["Topics"]:
            yield from policy["PolicyDocument"]["Statement"]


def test_every_alarm_may_publish_to_the_topic_that_it_notifies(aws: Assembly):
    """From the alarm over its actions to the policy of the topic: CloudWatch needs an Allow there, and nothing denies it."""
    for each in aws.all("AWS::CloudWatch::Alarm").values():
        assert each["AlarmActions"]
        for action in [*each["AlarmActions"], *each.get("OKActions", ())]:
            found = list(statements_on(aws, action))
            (allowed,) = [each for each in found if each["Effect"] == "Allow"]
            assert allowed["Action"] == "sns:Publish"
            assert allowed["Resource"] == action
            assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
            account, source = allowed["Condition"]["StringEquals"], allowed["Condition"]["ArnLike"]
            assert account == {"aws:SourceAccount": "123456789012"}
            assert source == {"aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:*"}
            (denied,) = [each for each in found if each["Effect"] == "Deny"]
            assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_alarms_notify_the_address_of_the_file_and_there_is_no_topic_without_one(aws: Assembly, local: Assembly):
    (topic,) = aws.all("AWS::SNS::Topic")
    assert aws.only("AWS::SNS::Subscription")["Endpoint"] == "oncall@example.com"
    assert all(each["AlarmActions"] == [{"Ref": topic}] for each in aws.all("AWS::CloudWatch::Alarm").values())
    assert not local.all("AWS::SNS::Topic")
    assert not any("AlarmActions" in each for each in local.all("AWS::CloudWatch::Alarm").values())


def test_no_alarm_counts_errors_of_the_authorizer_because_every_mistyped_token_is_one(either: Assembly):
    for each in either.all("AWS::CloudWatch::Alarm").values():
        assert (each.get("Namespace"), each.get("MetricName")) != ("AWS/Lambda", "Errors")


def test_a_single_check_of_a_token_that_failed_raises_an_alarm(either: Assembly):
    failed = alarm(either, "AuthorizerFailures")
    assert (failed["Namespace"], failed["MetricName"]) == ("ServerlessScim", CREDENTIALS_UNCHECKED)
    assert failed["Dimensions"] == [{"Name": "environment", "Value": either.name}]
    assert (failed["Statistic"], failed["Threshold"], failed["Period"]) == ("Sum", 1, 300)
    assert failed["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_each_connection_whose_token_expires_within_thirty_days_raises_the_alarm_by_itself(aws: Assembly):
    expiring = alarm(aws, "TokenExpiry")
    (query,) = expiring["Metrics"]
    select, rest = query["Expression"].split(" FROM ")
    assert select == f"SELECT MIN({DAYS_UNTIL_EXPIRY})"
    assert rest == (
        'SCHEMA("ServerlessScim", connection, environment) '
        "WHERE environment = 'example' GROUP BY connection ORDER BY MIN() ASC"
    )
    assert (expiring["Threshold"], expiring["ComparisonOperator"]) == (30, "LessThanOrEqualToThreshold")
    assert expiring["TreatMissingData"] == "notBreaching"
    # "Only the latest 3 hours of data can be used for evaluating the alarm's conditions."
    assert query["Period"] * expiring["EvaluationPeriods"] <= 3 * 3600
    assert expiring["DatapointsToAlarm"] == 1
    assert "OKActions" not in expiring, "it ends by itself three hours later, which is no news"


def test_the_alarm_covers_client_secrets_because_their_metric_has_the_dimensions_of_tokens():
    for kind in (Kind.TOKEN, Kind.TOKEN_ISSUED):
        assert DAYS_UNTIL_EXPIRY in METRICS[kind]
        assert ("environment", "connection") in DIMENSIONS[kind]


def test_the_alarm_names_the_commands_for_tokens_and_for_client_secrets(aws: Assembly):
    described = alarm(aws, "TokenExpiry")["AlarmDescription"]
    for command in ("tokens list", "tokens rotate", "clients list", "clients rotate"):
        assert f"`scimctl {command}`" in described


def test_the_guard_raises_an_alarm_where_the_file_has_one(aws: Assembly):
    found = alarm(aws, "MassDeprovisioning")
    assert (found["Namespace"], found["MetricName"]) == ("ServerlessScim", MASS_DEPROVISIONING)
    assert (found["Statistic"], found["Threshold"], found["Period"]) == ("Sum", 1, 300)
    assert "`scimctl guard show`" in found["AlarmDescription"]


def evaluate(expression: str, failures: int, requests: int) -> float:
    """Evaluate the alarm's metric math for an hour."""
    text = expression.replace("IF(", "choose(").replace("AND", "and")
    names = {"choose": lambda condition, yes, no: yes if condition else no, "failures": failures, "requests": requests}
    return eval(text, {"__builtins__": {}}, names)  # noqa: S307 -- the expression is ours


@pytest.mark.parametrize(
    ("failures", "requests", "raised"),
    [
        (2, 2, True),  # an outage of an environment with one idle cycle of two requests in the hour
        (4, 4, True),
        (1, 2, False),  # one failed request, which the client retries
        (1, 1, False),
        (5, 10_000, False),
        (500, 10_000, True),
        (0, 10_000, False),
    ],
)
def test_an_outage_raises_an_alarm_at_any_number_of_requests(aws: Assembly, failures: int, requests: int, raised: bool):
    outage = alarm(aws, "ApiFailures")
    (expression,) = [each["Expression"] for each in outage["Metrics"] if "Expression" in each]
    metrics = {each["Id"]: each["MetricStat"] for each in outage["Metrics"] if "MetricStat" in each}
    assert {key: each["Metric"]["MetricName"] for key, each in metrics.items()} == {
        "failures": "5XXError",
        "requests": "Count",
    }
    assert {(each["Period"], each["Stat"]) for each in metrics.values()} == {(3600, "Sum")}
    assert outage["EvaluationPeriods"] == 1
    assert outage["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert (evaluate(expression, failures, requests) >= outage["Threshold"]) is raised


def test_the_other_alarms_watch_the_stream_and_its_dead_letters(either: Assembly):
    for name, watched in {
        "ChangesBehind": ("AWS/Lambda", "IteratorAge"),
        "DeadLetters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    }.items():
        found = alarm(either, name)
        assert (found["Namespace"], found["MetricName"]) == watched


def test_the_local_cloud_has_the_alarms_without_metric_math(local: Assembly):
    assert not [each for each in local.all("AWS::CloudWatch::Alarm").values() if "Metrics" in each]
