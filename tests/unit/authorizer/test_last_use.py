"""What the authorizer keeps of the tokens that it lets through: their last use, the days they have left, and the requests
that API Gateway denies them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lambdas import metrics
from lambdas.authorizer.last_use import LastUse
from lambdas.authorizer.policy import allow, why_denied
from lambdas.credentials.generation import generate_token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import PresentedToken
from lambdas.store.table import Table
from tests.examples import examples
from tests.unit.authorizer.endpoint import TABLE, Endpoint, Issued
from tests.unit.authorizer.policies import API, METHODS, opens

pytestmark = pytest.mark.usefixtures("counting_writes")


def used(issued: Issued, ago: timedelta) -> str:
    return (datetime.now(UTC) - ago).replace(microsecond=0).isoformat()


def own(issued: Issued, request: str = "GET {}/Users") -> str:
    """A request below the connection of a token, as the end of a method's ARN."""
    method, path = request.split()
    return f"{method}/{path.format(f'v2/{issued.connection.id}')}"


def events(endpoint: Endpoint) -> list[str]:
    return [record["event"] for record in endpoint.records()]


# The last use


def test_the_first_use_of_a_token_is_kept(endpoint):
    issued = endpoint.issue()
    endpoint.answer(issued.bearer, own(issued))
    kept = datetime.fromisoformat(endpoint.item(issued)["last_used"]["S"])
    assert timedelta(0) <= datetime.now(UTC) - kept < timedelta(minutes=1)
    assert kept.microsecond == 0


def test_every_later_use_in_the_same_hour_costs_no_write_in_this_process_or_another(endpoint):
    issued = endpoint.issue()
    endpoint.answer(issued.bearer, own(issued))
    for authorizer in (endpoint.authorizer, endpoint.another_process()):
        endpoint.reads.clear()
        endpoint.authorizer = authorizer
        for _ in range(3):
            endpoint.answer(issued.bearer, own(issued))
        assert len(endpoint.reads) == 3
        assert not [call for call in endpoint.reads if "UpdateExpression" in call]
    assert events(endpoint) == ["scim.token"]


def test_the_first_use_of_another_day_is_kept_again(endpoint):
    issued = endpoint.issue(last_used=datetime.now(UTC) - timedelta(days=1))
    endpoint.answer(issued.bearer, own(issued))
    assert endpoint.item(issued)["last_used"]["S"] > used(issued, timedelta(hours=1))


def test_the_first_use_in_another_hour_is_kept_and_only_the_first_of_a_day_is_logged(endpoint):
    now = datetime.now(UTC)
    issued = endpoint.issue(last_used=now - timedelta(hours=1))
    endpoint.answer(issued.bearer, own(issued))
    assert endpoint.item(issued)["last_used"]["S"] >= now.isoformat(timespec="seconds")[:19]
    is_new_day = (now - timedelta(hours=1)).date() != datetime.now(UTC).date()
    assert events(endpoint) == (["scim.token"] if is_new_day else [])


def test_a_process_that_lives_for_days_keeps_each_of_them(endpoint, client):
    issued = endpoint.issue()
    endpoint.answer(issued.bearer, own(issued))
    endpoint.authorizer.last_use._hour = "2020-01-01T00"
    yesterday = {"S": used(issued, timedelta(days=1))}
    client.put_item(TableName=TABLE, Item=endpoint.item(issued) | {"last_used": yesterday})
    endpoint.answer(issued.bearer, own(issued))
    assert endpoint.item(issued)["last_used"] != yesterday


def test_of_two_processes_at_once_one_keeps_the_use_and_neither_minds(endpoint):
    issued = endpoint.issue()
    item = endpoint.item(issued)
    endpoint.authorizer.last_use.keep(issued.token.id, item)
    endpoint.another_process().last_use.keep(issued.token.id, item)
    assert events(endpoint) == ["scim.token"]


def test_a_token_that_is_revoked_while_it_is_checked_does_not_come_back(endpoint, client):
    issued = endpoint.issue()
    item = endpoint.item(issued)
    store = ConnectionStore(Table(client, TABLE))
    store.revoke(store.connection(issued.connection.id), issued.token.id)
    endpoint.authorizer.last_use.keep(issued.token.id, item)
    assert endpoint.item(issued) == {}
    assert events(endpoint) == []


def test_a_use_that_cannot_be_kept_refuses_nothing_and_is_tried_once_an_hour(endpoint):
    unreachable = boto3.client(
        "dynamodb",
        endpoint_url="http://127.0.0.1:9",
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}),
    )
    issued = endpoint.issue()
    endpoint.authorizer.last_use = LastUse(unreachable, TABLE, endpoint.authorizer.log)
    for _ in range(3):
        assert endpoint.answer(issued.bearer, own(issued))["context"]["token"] == issued.token.id
    (record,) = endpoint.records()
    assert record["event"] == "scim.token_use"
    assert record["exception_name"] == "EndpointConnectionError"


@pytest.mark.parametrize("damaged", [{"S": "x"}, {"N": "1"}, {}])
def test_a_damaged_last_use_refuses_nothing(endpoint, client, damaged):
    issued = endpoint.issue()
    item = endpoint.item(issued)
    endpoint.authorizer.last_use.keep(issued.token.id, item | {"last_used": damaged})
    assert endpoint.answer(issued.bearer, own(issued))


def test_a_refused_token_leaves_no_use(endpoint):
    issued = endpoint.issue(expires=datetime.now(UTC) - timedelta(days=1))
    endpoint.refusal(issued.bearer, own(issued))
    forged = PresentedToken(issued.token.id, generate_token().secret)
    endpoint.refusal(f"Bearer {forged.text}", own(issued))
    assert "last_used" not in endpoint.item(issued)


# The metrics


def metric(record: dict[str, Any]) -> tuple[str, list[list[str]]]:
    """The one metric of a record, which must have its value and dimensions beside it, and its dimensions."""
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == metrics.NAMESPACE
    (definition,) = directive["Metrics"]
    assert isinstance(record[definition["Name"]], int | float)
    assert all(isinstance(record[name], str) for names in directive["Dimensions"] for name in names)
    return definition["Name"], directive["Dimensions"]


def test_the_days_until_a_token_expires_are_a_metric_of_environment_and_connection(endpoint):
    issued = endpoint.issue(expires=datetime.now(UTC) + timedelta(days=30, hours=12))
    endpoint.answer(issued.bearer, own(issued))
    (record,) = endpoint.records()
    assert metric(record) == ("days_until_expiry", [["environment"], ["environment", "connection"]])
    assert record["days_until_expiry"] == pytest.approx(30.5, abs=0.1)
    assert (record["environment"], record["connection"]) == ("acme", issued.connection.id)
    assert (record["event"], record["token"], record["scope"]) == ("scim.token", issued.token.id, "provision")


def test_credentials_that_could_not_be_checked_are_a_metric_and_refused_ones_are_not_part_of_it(endpoint):
    issued = endpoint.issue()
    endpoint.refusal("Bearer x")
    endpoint.refusal(f"Bearer {generate_token().text}")
    assert all("_aws" not in record for record in endpoint.records())
    endpoint.authorizer.table_name = "missing"
    with pytest.raises(Exception, match="could not be checked"):
        endpoint.answer(issued.bearer, own(issued))
    assert metric(endpoint.records()[-1]) == ("credentials_unchecked", [["environment"]])


def test_an_unproven_connection_is_no_dimension_of_a_metric(endpoint):
    endpoint.authorizer.table_name = "missing"
    with pytest.raises(Exception, match="could not be checked"):
        endpoint.answer(f"Bearer {generate_token().text}", "GET/v2/abcdefghijklmnop/Users")
    record = endpoint.records()[-1]
    assert record["connection"] == "abcdefghijklmnop"
    assert metric(record)[1] == [["environment"]]


# What API Gateway denies to a good token


def test_a_token_on_another_connections_path_is_logged_with_both_connections(endpoint):
    issued, other = endpoint.issue(), endpoint.issue()
    endpoint.answer(issued.bearer, own(other))
    record = next(each for each in endpoint.records() if each["event"] == "scim.refused")
    assert (record["status"], record["reason"], record["token"]) == (403, "other_connection", issued.token.id)
    assert (record["connection"], record["token_connection"]) == (other.connection.id, issued.connection.id)


@pytest.mark.parametrize("request_line", ["POST {}/Users", "PATCH {}/Groups/x", "DELETE {}/Users/x", "POST {}/Bulk"])
def test_a_reading_token_that_would_write_is_logged(endpoint, request_line):
    issued = endpoint.issue(scope=Scope.READ)
    endpoint.answer(issued.bearer, own(issued, request_line))
    record = next(each for each in endpoint.records() if each["event"] == "scim.refused")
    assert (record["status"], record["reason"], record["token"]) == (403, "scope", issued.token.id)


OWN, OTHER = "abcdefghijklmnop", "qrstuvwxyz234567"
ROOTS = st.sampled_from([f"v2/{OWN}", f"v2/{OTHER}", f"v2/{OWN}x", "v2", "", f"v2//{OWN}"])
TAILS = st.one_of(st.text(), st.lists(st.sampled_from(["", "/", "/Users", "/.search", ".search", "x"])).map("".join))


@settings(max_examples=examples(150))
@example(method="POST", root=f"v2/{OWN}", tail="/x.search", scope="read")
@example(method="POST", root=f"v2/{OWN}", tail=".search", scope="read")
@given(
    method=st.sampled_from([*METHODS, "TRACE"]), root=ROOTS, tail=TAILS, scope=st.sampled_from(["provision", "read"])
)
def test_the_log_calls_denied_exactly_what_the_policy_denies(method, root, tail, scope):
    arn = f"{API}/{method}/{root}{tail}"
    answer = allow(f"{API}/GET/x", connection=OWN, directory="acme", token="token", scope=scope)
    assert (why_denied(arn, connection=OWN, scope=scope) is None) == opens(answer["policyDocument"], arn)
