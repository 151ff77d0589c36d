"""The authorizer: which credentials it lets through, what they open, and what its log tells of the others."""

import base64
import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lambdas.authorizer.credentials import Credentials, Reason, Refusal, read_credentials
from lambdas.authorizer.token_check import UnauthorizedError, UncheckedError
from lambdas.credentials.connections import State
from lambdas.credentials.generation import generate_token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.tokens import PresentedToken
from tests.examples import examples
from tests.unit.authorizer.endpoint import TABLE, Endpoint, Issued, basic
from tests.unit.authorizer.policies import API, METHODS, PATHS, opens


@pytest.fixture
def issued(endpoint: Endpoint) -> Issued:
    """A connection with a valid token."""
    return endpoint.issue()


# What is let through


def test_a_bearer_token_is_let_through_with_the_context_of_its_connection(endpoint):
    issued = endpoint.issue(directory="subsidiary")
    answer = endpoint.answer(issued.bearer, f"GET/v2/{issued.connection.id}/Users")
    assert answer["context"] == {
        "directory": "subsidiary",
        "connection": issued.connection.id,
        "token": issued.token.id,
        "scope": "provision",
    }
    assert answer["principalId"] == issued.connection.id
    assert "scim.refused" not in {record["event"] for record in endpoint.records()}


def test_basic_credentials_of_connection_and_token_are_let_through(endpoint):
    issued = endpoint.issue()
    assert endpoint.answer(issued.basic()) == endpoint.answer(issued.bearer)


def test_basic_credentials_without_a_user_name_are_let_through(endpoint):
    issued = endpoint.issue()
    assert endpoint.answer(issued.basic(user="")) == endpoint.answer(issued.bearer)


@pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "  Bearer   {}  ", "Bearer\t{}\n"])
def test_the_case_of_the_scheme_and_white_space_do_not_matter(endpoint, header):
    assert endpoint.answer(header.format(endpoint.issue().secret.text))


def test_a_valid_token_costs_one_strongly_consistent_read(endpoint):
    endpoint.answer(endpoint.issue().bearer)
    assert [read["ConsistentRead"] for read in endpoint.reads] == [True]


# What a token opens (the rest is in test_authorizer_policy)


@pytest.mark.parametrize("scope", Scope)
def test_a_connections_token_opens_no_other_connection(endpoint, scope):
    own, other = endpoint.issue(scope=scope), endpoint.issue()
    for asked in (own, other):
        answer = endpoint.answer(own.bearer, f"GET/v2/{asked.connection.id}/Users")
        policy = answer["policyDocument"]
        assert opens(policy, f"{API}/GET/v2/{own.connection.id}/Users")
        for method in METHODS:
            for path in PATHS:
                assert not opens(policy, f"{API}/{method}/v2/{other.connection.id}/{path}")


def test_a_tokens_scope_is_the_stored_one(endpoint):
    issued = endpoint.issue(scope=Scope.READ)
    policy = endpoint.answer(issued.bearer)["policyDocument"]
    assert opens(policy, f"{API}/GET/v2/{issued.connection.id}/Users")
    assert not opens(policy, f"{API}/PATCH/v2/{issued.connection.id}/Users/x")


# What is refused


def test_an_unknown_token_is_refused(endpoint):
    secret = generate_token()
    record = endpoint.refusal(f"Bearer {secret.text}")
    assert (record["reason"], record["token"]) == ("unknown", secret.id)


def test_a_token_with_another_secret_is_refused(endpoint):
    issued = endpoint.issue()
    forged = PresentedToken(issued.token.id, generate_token().secret)
    record = endpoint.refusal(f"Bearer {forged.text}")
    assert (record["reason"], record["token"]) == ("wrong_secret", issued.token.id)


def test_an_expired_token_is_refused(endpoint):
    issued = endpoint.issue(expires=datetime.now(UTC) - timedelta(seconds=1))
    record = endpoint.refusal(issued.bearer)
    assert (record["reason"], record["token"]) == ("expired", issued.token.id)


def test_a_token_of_a_disabled_connection_is_refused(endpoint):
    issued = endpoint.issue(state=State.DISABLED)
    record = endpoint.refusal(issued.bearer)
    assert (record["reason"], record["token"]) == ("disabled", issued.token.id)


def test_only_who_knows_the_secret_learns_from_the_log_that_a_token_is_expired_or_disabled(endpoint):
    issued = endpoint.issue(state=State.DISABLED, expires=datetime.now(UTC) - timedelta(days=1))
    forged = PresentedToken(issued.token.id, generate_token().secret)
    assert endpoint.refusal(f"Bearer {forged.text}")["reason"] == "wrong_secret"


def test_basic_credentials_that_name_another_connection_are_refused(endpoint):
    issued, other = endpoint.issue(), endpoint.issue()
    record = endpoint.refusal(issued.basic(user=other.connection.id))
    assert (record["reason"], record["token"]) == ("other_user", issued.token.id)
    assert endpoint.refusal(issued.basic(user="admin"))["reason"] == "other_user"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic",
        "Basic Og==",
        "Basic !!!",
        basic("no colon"),
        basic("user:password"),
        "Digest username=a",
        "Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3N0cy53aW5kb3dzLm5ldC8ifQ.x",
        pytest.param(generate_token().text, id="a token alone"),
        pytest.param(f"Token {generate_token().text}", id="Token"),
        pytest.param(f"Bearer Bearer {generate_token().text}", id="Bearer Bearer"),
        "Bearer \ud800",
        "Basic \ud800",
        b"Bearer x",
        ["Bearer x"],
        7,
    ],
)
def test_what_is_no_token_is_refused_without_a_read(endpoint, header):
    record = endpoint.refusal(header)
    assert record["reason"] == "malformed"
    assert "token" not in record
    assert endpoint.reads == []


def test_a_mistyped_token_is_refused_without_a_read_and_the_log_tells_which(endpoint):
    issued = endpoint.issue()
    for text in (
        issued.secret.text[:-1],
        issued.secret.text + "x",
        issued.secret.text.swapcase().replace("SCIM", "scim"),
    ):
        assert endpoint.refusal(f"Bearer {text}")["reason"] in ("mistyped", "malformed")
    record = endpoint.refusal(f"Bearer {issued.secret.text[:-1]}")
    assert (record["reason"], record["token"]) == ("mistyped", issued.token.id)
    assert endpoint.reads == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_character_of_a_valid_token_is_refused(endpoint, issued, data):
    text = issued.secret.text
    position = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters())
    assume(character != text[position])
    changed = text[:position] + character + text[position + 1 :]
    endpoint.refusal(f"Bearer {changed}")
    endpoint.refusal(basic(f"{issued.connection.id}:{changed}"))


ANY_HEADER = st.one_of(
    st.text(),
    st.binary(),
    st.none(),
    st.integers(),
    st.lists(st.text()),
    st.tuples(st.sampled_from(["Bearer ", "bearer\t", "Basic ", "BASIC  "]), st.text()).map("".join),
    st.binary().map(lambda content: "Basic " + base64.b64encode(content).decode()),
    st.text().map(lambda content: basic("user:" + content)),
    st.from_regex(r"(Bearer|Basic) scim_[a-z2-7]{16}_[0-9A-Za-z]{49}", fullmatch=True),
    st.binary().map(lambda content: content.decode("latin-1")),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(250))
@given(header=ANY_HEADER)
def test_no_header_that_is_not_a_token_is_let_through_or_ends_in_anything_but_unauthorized(endpoint, header):
    endpoint.refusal(header)


# What the log tells


def test_a_refusal_names_event_status_reason_token_and_the_connection_that_was_asked_for(endpoint):
    issued = endpoint.issue(state=State.DISABLED)
    record = endpoint.refusal(issued.bearer, f"POST/v2/{issued.connection.id}/Users")
    assert record["event"] == "scim.refused"
    assert record["status"] == 401
    assert record["level"] == "WARNING"
    assert record["token"] == issued.token.id
    assert record["connection"] == issued.connection.id


@pytest.mark.parametrize("path", ["GET/v2/x/Users", "GET/", "GET/v2/aaaaaaaaaaaaaaaab/Users", "GET/v2"])
def test_a_path_without_a_connection_leaves_it_out_of_the_record(endpoint, path):
    assert "connection" not in endpoint.refusal("Bearer x", path)


def test_neither_log_nor_answer_nor_exception_holds_a_secret_or_a_header(endpoint):
    fine, disabled = endpoint.issue(), endpoint.issue(state=State.DISABLED)
    expired = endpoint.issue(expires=datetime.now(UTC) - timedelta(days=1))
    answer = endpoint.answer(fine.bearer)
    secrets = [issued.secret for issued in (fine, disabled, expired)]
    for issued in (disabled, expired):
        endpoint.refusal(issued.bearer)
        endpoint.refusal(issued.basic())
    for secret in secrets:
        endpoint.refusal(f"Bearer {secret.text[:-1]}")
        endpoint.refusal(f"Token {secret.text}")
        with pytest.raises(UncheckedError) as caught:
            endpoint.authorizer.authorize({"authorizationToken": f"Bearer {fine.secret.text}", "methodArn": "broken"})
        assert secret.secret not in repr(caught.value) + str(caught.value)
    told = endpoint.stream.getvalue() + json.dumps(answer)
    for secret in secrets:
        assert secret.secret not in told
        assert base64.b64encode(secret.text.encode()).decode()[:40] not in told
    assert "Bearer" not in told
    assert "Basic" not in told


def test_representations_of_what_the_authorizer_passes_around_hide_the_secret():
    secret = generate_token()
    credentials = read_credentials(f"Bearer {secret.text}")
    assert isinstance(credentials, Credentials)
    assert secret.secret not in repr(credentials)
    assert secret.secret not in repr(read_credentials(f"Bearer {secret.text[:-1]}"))
    assert read_credentials(f"Bearer {secret.text[:-1]}") == Refusal(Reason.MISTYPED, secret.id)


# What could not be checked


def test_when_the_table_cannot_be_reached_nothing_is_let_through():
    unreachable = boto3.client(
        "dynamodb",
        endpoint_url="http://127.0.0.1:9",
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}),
    )
    endpoint = Endpoint(unreachable)
    with pytest.raises(UncheckedError) as caught:
        endpoint.answer(f"Bearer {generate_token().text}", "GET/v2/abcdefghijklmnop/Users")
    assert str(caught.value) != "Unauthorized"
    (record,) = endpoint.records()
    assert (record["event"], record["reason"], record["level"]) == ("scim.refused", "unchecked", "ERROR")
    assert record["status"] == 503
    assert record["connection"] == "abcdefghijklmnop"
    assert record["exception_name"] == "EndpointConnectionError"


def test_when_the_table_is_missing_nothing_is_let_through(endpoint, client):
    issued = endpoint.issue()
    endpoint.authorizer.table_name = "missing"
    with pytest.raises(UncheckedError):
        endpoint.answer(issued.bearer)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("hash", None),
        ("hash", {"S": "text"}),
        ("connection", None),
        ("connection", {"S": "*"}),
        ("connection", {"S": ""}),
        ("directory", None),
        ("scope", None),
        ("scope", {"S": "everything"}),
        ("state", None),
        ("expires", None),
        ("expires", {"S": "never"}),
    ],
)
def test_a_damaged_item_lets_nothing_through(endpoint, client, attribute, value):
    issued = endpoint.issue()
    key = {"pk": {"S": f"TOKEN#{issued.token.id}"}, "sk": {"S": "-"}}
    item = client.get_item(TableName=TABLE, Key=key)["Item"]
    item.pop(attribute)
    client.put_item(TableName=TABLE, Item=item if value is None else {**item, attribute: value})
    with pytest.raises(UncheckedError):
        endpoint.answer(issued.bearer)


@pytest.mark.parametrize("state", ["", "ENABLED", "suspended"])
def test_a_state_that_is_not_enabled_lets_nothing_through(endpoint, client, state):
    issued = endpoint.issue()
    key = {"pk": {"S": f"TOKEN#{issued.token.id}"}, "sk": {"S": "-"}}
    item = client.get_item(TableName=TABLE, Key=key)["Item"]
    client.put_item(TableName=TABLE, Item={**item, "state": {"S": state}})
    assert endpoint.refusal(issued.bearer)["reason"] == "disabled"


@pytest.mark.parametrize("arn", [None, "", "*", 7, "arn:aws:execute-api:eu-west-1:123456789012:*/scim/GET/v2"])
def test_a_valid_token_opens_nothing_when_the_api_is_not_known(endpoint, arn):
    with pytest.raises(UncheckedError):
        endpoint.authorizer.authorize({"authorizationToken": endpoint.issue().bearer, "methodArn": arn})


@pytest.mark.parametrize("event", [{}, {"authorizationToken": "Bearer x"}, {"methodArn": API}])
def test_an_event_without_its_parts_lets_nothing_through(endpoint, event):
    with pytest.raises(UnauthorizedError):
        endpoint.authorizer.authorize(event)
