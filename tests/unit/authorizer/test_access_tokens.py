"""The authorizer on access tokens of OAuth clients: the same single read, the same policy, and their own reasons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lambdas.authorizer.token_check import UncheckedError
from lambdas.credentials.client_items import client_item
from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import Client, new_client, with_new_secret
from lambdas.credentials.connections import State, new_connection, new_token
from lambdas.credentials.generation import generate_access_token, generate_client_secret, generate_id
from lambdas.credentials.issuing import TokenIssuer
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import PresentedToken
from lambdas.store.table import Table
from tests.unit.authorizer.endpoint import TABLE, Endpoint, basic
from tests.unit.authorizer.policies import API, opens

HOUR = timedelta(hours=1)


pytestmark = pytest.mark.usefixtures("counting_writes")


def issue(
    endpoint: Endpoint, scope: Scope = Scope.PROVISION, lifetime: timedelta = HOUR, ago: timedelta = timedelta(0)
) -> tuple[Client, PresentedToken]:
    """A client and an access token of it."""
    table, now = Table(endpoint.client, TABLE), datetime.now(UTC)
    connection = new_connection("acme", now=now)
    token, _ = new_token(connection, lifetime=timedelta(days=1), now=now)
    connection = ConnectionStore(table).create(connection, token)
    oauth = new_client(connection, scope=scope, now=now)
    oauth, _ = with_new_secret(oauth, lifetime=timedelta(days=30), now=now)
    ClientStore(table).create(connection, oauth)
    issued = TokenIssuer(table, lifetime).issue(oauth, now - ago).token
    endpoint.reads.clear()
    return oauth, issued


@pytest.mark.parametrize("scope", Scope)
def test_an_access_token_is_let_through_with_the_context_and_policy_of_its_connection(endpoint, scope):
    oauth, token = issue(endpoint, scope)
    answer = endpoint.answer(f"Bearer {token.text}", f"GET/v2/{oauth.connection}/Users")
    assert answer["context"] == {
        "directory": "acme",
        "connection": oauth.connection,
        "token": oauth.id,
        "scope": scope.value,
    }
    policy = answer["policyDocument"]
    assert opens(policy, f"{API}/GET/v2/{oauth.connection}/Users")
    assert opens(policy, f"{API}/PATCH/v2/{oauth.connection}/Users/x") == (scope is Scope.PROVISION)
    assert not opens(policy, f"{API}/GET/v2/{generate_id()}/Users")


def test_an_access_token_costs_one_strongly_consistent_read_and_no_write(endpoint):
    oauth, token = issue(endpoint)
    for _ in range(2):
        endpoint.answer(f"Bearer {token.text}", f"GET/v2/{oauth.connection}/Users")
    assert [(each["ConsistentRead"], each["Key"]["pk"]["S"]) for each in endpoint.reads] == [
        (True, f"CLIENT#{oauth.id}")
    ] * 2
    assert endpoint.records() == []


def test_an_access_token_is_accepted_as_the_password_of_basic_credentials(endpoint):
    oauth, token = issue(endpoint)
    assert endpoint.answer(basic(f"{oauth.connection}:{token.text}"))
    assert endpoint.refusal(basic(f"admin:{token.text}"))["reason"] == "other_user"


def test_a_client_secret_authorizes_no_request_and_is_refused_without_a_read(endpoint):
    oauth, _ = issue(endpoint)
    record = endpoint.refusal(f"Bearer {generate_client_secret(oauth.id).text}")
    assert (record["reason"], record["token"]) == ("client_secret", oauth.id)
    assert endpoint.reads == []


def test_an_access_token_that_was_never_issued_is_refused(endpoint):
    oauth, _ = issue(endpoint)
    assert endpoint.refusal(f"Bearer {generate_access_token(oauth.id).text}")["reason"] == "unknown"
    assert endpoint.refusal(f"Bearer {generate_access_token(generate_id()).text}")["reason"] == "unknown"


def test_an_expired_access_token_is_refused(endpoint):
    oauth, token = issue(endpoint, ago=HOUR + timedelta(seconds=1))
    record = endpoint.refusal(f"Bearer {token.text}", f"GET/v2/{oauth.connection}/Users")
    assert (record["reason"], record["token"]) == ("expired", oauth.id)


def test_an_access_token_of_a_disabled_connection_is_refused_until_it_is_enabled(endpoint):
    oauth, token = issue(endpoint)
    store = ConnectionStore(Table(endpoint.client, TABLE))
    connection = store.set_state(store.connection(oauth.connection), State.DISABLED)
    assert endpoint.refusal(f"Bearer {token.text}")["reason"] == "disabled"
    assert endpoint.refusal(f"Bearer {generate_access_token(oauth.id).text}")["reason"] == "unknown"
    store.set_state(connection, State.ENABLED)
    assert endpoint.answer(f"Bearer {token.text}")


def test_revoking_the_client_or_regenerating_the_connection_ends_its_access_tokens(endpoint):
    table = Table(endpoint.client, TABLE)
    store = ConnectionStore(table)
    oauth, token = issue(endpoint)
    ClientStore(table).delete(store.connection(oauth.connection), oauth.id)
    assert endpoint.refusal(f"Bearer {token.text}")["reason"] == "unknown"
    oauth, token = issue(endpoint)
    new = new_connection("acme", now=datetime.now(UTC))
    kept, _ = new_token(new, lifetime=HOUR, now=datetime.now(UTC))
    store.regenerate(store.connection(oauth.connection), new, kept)
    assert endpoint.refusal(f"Bearer {token.text}")["reason"] == "unknown"


def test_a_token_and_an_access_token_of_the_same_id_are_two_items(endpoint):
    _, token = issue(endpoint)
    assert endpoint.refusal(f"Bearer {PresentedToken(token.id, token.secret).text}")["reason"] == "unknown"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("access_tokens", None),
        ("access_tokens", {"S": "text"}),
        ("connection", None),
        ("connection", {"S": "*"}),
        ("directory", None),
        ("scope", {"S": "everything"}),
        ("state", None),
    ],
)
def test_a_damaged_client_lets_nothing_through(endpoint, client, attribute, value):
    oauth, token = issue(endpoint)
    item = client_item(replace(oauth, access_tokens={token.hash_name: datetime.now(UTC) + HOUR}))
    item.pop(attribute)
    client.put_item(TableName=TABLE, Item=item if value is None else {**item, attribute: value})
    with pytest.raises(UncheckedError):
        endpoint.answer(f"Bearer {token.text}")


def test_no_secret_of_a_refused_access_token_is_logged(endpoint):
    oauth, token = issue(endpoint)
    endpoint.refusal(f"Bearer {token.text[:-1]}")
    secret = generate_client_secret(oauth.id)
    endpoint.refusal(f"Bearer {secret.text}")
    written = endpoint.stream.getvalue()
    assert token.secret not in written
    assert secret.secret not in written
    assert token.hash_name not in written
