"""Access tokens for a client secret: requests as identity providers send them, and what is refused (RFC 6749)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

import boto3
import pytest
from botocore.config import Config

from lambdas import metrics
from lambdas.credentials import tokens
from lambdas.credentials.client_store import ClientStore
from lambdas.credentials.clients import MAX_ACCESS_TOKENS, with_new_secret
from lambdas.credentials.connections import State
from lambdas.credentials.generation import generate_access_token, generate_client_secret, generate_id, generate_token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.store import ConnectionStore
from lambdas.credentials.tokens import TokenKind
from tests.unit.token.endpoint import Endpoint, Reply, basic, by_secret
from tests.unit.token.entra import Entra


def refused(
    endpoint: Endpoint, reply: Reply, reason: str, status: int = 401, error: str = "invalid_client"
) -> dict[str, Any]:
    """Check a refusal and return its record."""
    assert (reply.status, reply.body["error"]) == (status, error)
    assert "access_token" not in reply.body
    assert reply.body.keys() == {"error", "error_description"}
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Pragma"] == "no-cache"
    assert ("WWW-Authenticate" in reply.headers) == (status == 401)
    record = endpoint.last
    assert (record["event"], record["reason"], record["status"]) == ("scim.token_refused", reason, status)
    assert record["error"] == error
    return record


# What is issued


def test_a_client_gets_an_access_token_for_its_secret_in_the_body(endpoint):
    client, secret = endpoint.create()
    reply = endpoint.with_secret(client, secret)
    assert reply.status == 200
    assert reply.headers == {"Content-Type": "application/json", "Cache-Control": "no-store", "Pragma": "no-cache"}
    assert reply.body.keys() == {"access_token", "token_type", "expires_in"}
    assert (reply.body["token_type"], reply.body["expires_in"]) == ("Bearer", 3600)
    token = tokens.parse(reply.body["access_token"])
    assert (token.kind, token.id) == (TokenKind.ACCESS_TOKEN, client.id)
    assert endpoint.stored(client).access_tokens.keys() == {token.hash_name}


def test_a_client_gets_an_access_token_for_its_secret_in_http_basic(endpoint):
    client, secret = endpoint.create()
    reply = endpoint.send({"grant_type": "client_credentials"}, headers=basic(client.id, secret.text))
    assert reply.status == 200
    encoded = basic(quote_plus(client.id), quote_plus(secret.text).replace("_", "%5F"))
    assert endpoint.send({"grant_type": "client_credentials"}, headers=encoded).status == 200
    both = {"grant_type": "client_credentials", "client_id": client.id}
    assert endpoint.send(both, headers=basic(client.id, secret.text)).status == 200


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("name", ["Content-Type", "content-type"])
def test_a_body_is_read_whether_api_gateway_encodes_it_or_not(endpoint, encoded, name):
    client, secret = endpoint.create()
    media_type = {"Content-Type": [], name: ["APPLICATION/X-WWW-FORM-URLENCODED; charset=utf-8"]}
    assert endpoint.send(by_secret(client, secret), encoded=encoded, headers=media_type).status == 200


@pytest.mark.parametrize(
    ("scope", "requested", "granted"),
    [
        (Scope.PROVISION, None, None),
        (Scope.PROVISION, "", None),
        (Scope.PROVISION, "scim", "scim"),
        (Scope.PROVISION, "provision", "provision"),
        (Scope.PROVISION, "read", "provision"),
        (Scope.PROVISION, "api://x/.default openid", "provision"),
        (Scope.READ, "read", "read"),
        (Scope.READ, "scim", "read"),
        (Scope.READ, None, None),
    ],
)
def test_a_missing_or_unknown_scope_is_no_error_and_the_response_names_the_granted_one(
    endpoint, scope, requested, granted
):
    client, secret = endpoint.create(scope=scope)
    reply = endpoint.with_secret(client, secret, **({} if requested is None else {"scope": requested}))
    assert reply.status == 200
    assert reply.body.get("scope") == granted


def test_unknown_and_empty_parameters_are_ignored(endpoint):
    client, secret = endpoint.create()
    assert endpoint.with_secret(client, secret, baseAddress="https://x", resource="", client_assertion="").status == 200


def test_both_secrets_of_a_client_are_accepted_during_a_rotation(endpoint):
    client, first = endpoint.create()
    rotated, second = with_new_secret(
        client, lifetime=timedelta(days=30), grace=timedelta(days=7), now=datetime.now(UTC)
    )
    ClientStore(endpoint.table).replace_secrets(client, rotated)
    assert endpoint.with_secret(client, first).status == 200
    assert endpoint.with_secret(client, second).status == 200


def test_a_token_costs_one_read_and_one_write(endpoint):
    client, secret = endpoint.create()
    endpoint.table.meter.reset()
    endpoint.with_secret(client, secret)
    assert endpoint.table.meter.calls == 2


def test_the_record_of_a_token_names_the_client_and_the_days_that_its_secret_has_left(endpoint):
    client, secret = endpoint.create()
    endpoint.with_secret(client, secret)
    (record,) = endpoint.records()
    assert record["event"] == "scim.token_issued"
    assert (record["client"], record["connection"], record["directory"]) == (client.id, client.connection, "acme")
    assert (record["request_id"], record["scope"], record["method"]) == ("request-1", "provision", "secret")
    assert (record["secret"], record["expires_in"]) == (client.secrets[0].id, 3600)
    assert record["days_until_expiry"] == pytest.approx(730, abs=0.1)
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == metrics.NAMESPACE
    assert directive["Dimensions"] == [["environment"], ["environment", "connection"]]
    assert directive["Metrics"] == [{"Name": "days_until_expiry", "Unit": "None"}]


# What is refused


def test_an_unknown_client_is_refused(endpoint):
    client, _ = endpoint.create()
    other = generate_id()
    secret = generate_client_secret(other)
    record = refused(endpoint, endpoint.send(by_secret(replace(client, id=other), secret)), "unknown_client")
    assert record["client"] == other
    assert "connection" not in record


def test_a_wrong_secret_is_refused_and_logged_with_the_connection(endpoint):
    client, _ = endpoint.create()
    record = refused(endpoint, endpoint.with_secret(client, generate_client_secret(client.id)), "client_secret_wrong")
    assert (record["client"], record["connection"]) == (client.id, client.connection)


def test_a_secret_of_another_client_is_refused_without_a_read(endpoint):
    client, _ = endpoint.create()
    _, other = endpoint.create()
    endpoint.table.meter.reset()
    refused(endpoint, endpoint.with_secret(client, other), "secret_of_other_client")
    assert endpoint.table.meter.calls == 0


def test_an_expired_secret_is_refused(endpoint):
    client, secret = endpoint.create()
    endpoint.ahead = timedelta(days=731).total_seconds()
    refused(endpoint, endpoint.with_secret(client, secret), "client_secret_expired")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x", "secret_malformed"),
        ("{secret}x", "secret_mistyped"),
        ("{cut}", "secret_mistyped"),
        (" {secret}", "secret_malformed"),
        pytest.param(generate_token().text, "not_a_client_secret", id="a token"),
        pytest.param(generate_access_token(generate_id()).text, "not_a_client_secret", id="an access token"),
    ],
)
def test_what_is_no_client_secret_is_refused_without_a_read(endpoint, text, reason):
    client, secret = endpoint.create()
    endpoint.table.meter.reset()
    sent = by_secret(client, secret) | {"client_secret": text.format(secret=secret.text, cut=secret.text[:-3])}
    refused(endpoint, endpoint.send(sent), reason)
    assert endpoint.table.meter.calls == 0


def test_a_disabled_connection_refuses_and_an_enabled_one_issues_again(endpoint):
    client, secret = endpoint.create()
    connections = ConnectionStore(endpoint.table)
    connection = connections.set_state(connections.connection(client.connection), State.DISABLED)
    refused(endpoint, endpoint.with_secret(client, secret), "client_disabled")
    wrong = generate_client_secret(client.id)
    refused(endpoint, endpoint.with_secret(client, wrong), "client_secret_wrong")
    connections.set_state(connection, State.ENABLED)
    assert endpoint.with_secret(client, secret).status == 200


def test_a_revoked_client_is_refused(endpoint):
    client, secret = endpoint.create()
    connection = ConnectionStore(endpoint.table).connection(client.connection)
    ClientStore(endpoint.table).delete(connection, client.id)
    refused(endpoint, endpoint.with_secret(client, secret), "unknown_client")


def test_a_federated_client_has_no_secret(endpoint):
    client = endpoint.federate(Entra("http://127.0.0.1:9"))
    refused(endpoint, endpoint.with_secret(client, generate_client_secret(client.id)), "other_method")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"client_id": "x"},
        {"client_secret": ""},
    ],
)
def test_a_request_without_credentials_is_an_invalid_client(endpoint, parameters):
    refused(endpoint, endpoint.send({"grant_type": "client_credentials", **parameters}), "no_credentials")


@pytest.mark.parametrize(
    "header", ["Bearer x", "Basic", "Basic !!!", "Basic Og==", "Basic eA==", "Digest x", "", "Basic \xff"]
)
def test_another_authorization_header_is_an_invalid_client(endpoint, header):
    client, secret = endpoint.create()
    reply = endpoint.send(by_secret(client, secret), headers={"Authorization": [header]})
    refused(endpoint, reply, "no_credentials")


@pytest.mark.parametrize(
    ("body", "described"),
    [
        ("", "grant_type is missing"),
        ("grant_type=", "grant_type is missing"),
        ("grant_type=client_credentials&grant_type=client_credentials", "repeated"),
        ("grant_type=client_credentials&x=1&x=2", "repeated"),
        ("grant_type=client_credentials&client_secret=x", "client_id is missing"),
        ("grant_type=client_credentials&client_id=x&client_secret=y&client_assertion=z", "both"),
        ("grant_type=client_credentials&client_id=x&client_assertion=z", "client_assertion_type"),
        (
            "grant_type=client_credentials&client_id=x&client_assertion_type=saml&client_assertion=z",
            "client_assertion_type",
        ),
        (
            "grant_type=client_credentials&client_id=x"
            "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion is missing",
        ),
        (
            "grant_type=client_credentials&client_assertion=x"
            "&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_id is missing",
        ),
        ("&".join(f"a{number}=1" for number in range(51)), "not application/x-www-form-urlencoded"),
        ("grant_type=%FF", "not application/x-www-form-urlencoded"),
        (b"\xff\xfe", "not application/x-www-form-urlencoded"),
        ("a" * 40_000, "too large"),
        ("a" * 100_000, "too large"),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(endpoint, body, described):
    reply = endpoint.send(body)
    record = refused(endpoint, reply, "token_request", 400, "invalid_request")
    assert described in reply.body["error_description"]
    assert described in record["detail"]


def test_credentials_belong_into_one_place(endpoint):
    client, secret = endpoint.create()
    reply = endpoint.send(by_secret(client, secret), headers=basic(client.id, secret.text))
    refused(endpoint, reply, "token_request", 400, "invalid_request")
    other = {"grant_type": "client_credentials", "client_id": generate_id()}
    reply = endpoint.send(other, headers=basic(client.id, secret.text))
    record = refused(endpoint, reply, "token_request", 400, "invalid_request")
    assert record["client"] == client.id
    reply = endpoint.send(by_secret(client, secret), query={"client_secret": [secret.text]})
    refused(endpoint, reply, "token_request", 400, "invalid_request")
    assert endpoint.send(by_secret(client, secret), query={"x": ["y"]}).status == 200


@pytest.mark.parametrize("media_type", [[], ["application/json"], ["text/plain"], ["multipart/form-data"]])
def test_another_media_type_is_an_invalid_request(endpoint, media_type):
    client, secret = endpoint.create()
    reply = endpoint.send(by_secret(client, secret), headers={"Content-Type": media_type})
    refused(endpoint, reply, "token_request", 400, "invalid_request")
    assert endpoint.send(json.dumps(by_secret(client, secret)), headers={"Content-Type": media_type}).status == 400


@pytest.mark.parametrize("grant_type", ["password", "authorization_code", "Client_Credentials", "client_credentials "])
def test_another_grant_type_is_unsupported(endpoint, grant_type):
    client, secret = endpoint.create()
    reply = endpoint.with_secret(client, secret, grant_type=grant_type)
    refused(endpoint, reply, "token_request", 400, "unsupported_grant_type")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_another_method_is_405_with_the_one_that_is_allowed(endpoint, method):
    client, secret = endpoint.create()
    reply = endpoint.send(by_secret(client, secret), method=method)
    assert (reply.status, reply.headers["Allow"]) == (405, "POST")


def test_fifty_live_access_tokens_are_the_most_and_the_client_learns_when_to_ask_again(endpoint):
    now = datetime.now(UTC).replace(microsecond=0)
    client, secret = endpoint.create()
    live = {f"{number:043}": now + timedelta(seconds=600 + number) for number in range(MAX_ACCESS_TOKENS)}
    endpoint.put(replace(client, access_tokens=live))
    reply = endpoint.with_secret(client, secret)
    record = refused(endpoint, reply, "too_many_access_tokens", 429, "temporarily_unavailable")
    assert 590 <= int(reply.headers["Retry-After"]) <= 601
    assert record["connection"] == client.connection
    assert "_aws" not in record
    endpoint.ahead = 601
    assert endpoint.with_secret(client, secret).status == 200


# What cannot be checked


def test_when_the_table_cannot_be_reached_nothing_is_issued_and_the_client_may_ask_again(endpoint, monkeypatch):
    monkeypatch.setattr("lambdas.token.endpoint.REQUEST_SECONDS", 0.1)
    client, secret = endpoint.create()
    unreachable = boto3.client(
        "dynamodb",
        endpoint_url="http://127.0.0.1:9",
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}),
    )
    cut_off = Endpoint(unreachable)
    reply = cut_off.with_secret(client, secret)
    record = refused(cut_off, reply, "unchecked", 503, "temporarily_unavailable")
    assert reply.headers["Retry-After"] == "5"
    assert record["credentials_unchecked"] == 1
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["environment"]]


def test_an_unforeseen_error_is_503_and_its_record_holds_no_message(endpoint, dynamodb):
    client, secret = endpoint.create()
    missing = Endpoint(dynamodb, table_name="missing")
    reply = missing.with_secret(client, secret)
    record = refused(missing, reply, "unchecked", 503, "temporarily_unavailable")
    assert record["exception_name"] == "ResourceNotFoundException"
    assert "lambdas/token/endpoint.py" in record["exception"]
    assert secret.text not in json.dumps(record)


@pytest.mark.parametrize("attribute", ["secrets", "access_tokens", "state", "scope", "connection", "revision"])
def test_a_damaged_client_gets_no_token(endpoint, dynamodb, attribute):
    client, secret = endpoint.create()
    key = {"pk": {"S": f"CLIENT#{client.id}"}, "sk": {"S": "-"}}
    item = dynamodb.get_item(TableName=endpoint.table_name, Key=key)["Item"]
    item.pop(attribute)
    dynamodb.put_item(TableName=endpoint.table_name, Item=item)
    assert endpoint.with_secret(client, secret).status == 503


# What is never logged


def test_no_record_holds_a_secret_of_any_request(endpoint):
    client, secret = endpoint.create()
    texts = [secret.text, secret.secret]
    reply = endpoint.with_secret(client, secret)
    texts.append(reply.body["access_token"])
    for sent in (
        by_secret(client, secret) | {"client_secret": secret.text[:-1]},
        by_secret(client, secret) | {"grant_type": secret.text},
        by_secret(client, secret) | {"client_id": secret.text},
        by_secret(client, secret) | {"scope": secret.text, "client_assertion": "x"},
    ):
        endpoint.send(sent)
    endpoint.send(f"{urlencode(by_secret(client, secret))}&client_secret=x")
    endpoint.send(by_secret(client, secret), headers=basic(client.id, secret.text))
    written = endpoint.stream.getvalue()
    assert not [text for text in texts if text in written]
    assert secret.secret[:20] not in written
