"""An OAuth 2.0 client: what it sends, when it renews its access token, and what it says when it gets none."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from scimprobe.credentials import CredentialError
from scimprobe.oauth import ClientCredentials
from scimprobe.wire import Client, Tenant
from tests.unit.scimprobe.stand_in import Answer
from tests.unit.scimprobe.token_stand_in import (
    ASSERTION,
    CLIENT,
    SECRET,
    Clock,
    TokenStandIn,
    changing_the_token,
    error,
    serving_tokens,
)

READ = ("read", "GET", "/Users", "count=1")


def scim(tokens: TokenStandIn, credential: ClientCredentials | None = None) -> Client:
    return Client(Tenant.parse(tokens.stand_in.url, credential or tokens.client()))


def test_the_request_is_entras_with_everything_in_the_body_and_no_scope() -> None:
    with serving_tokens() as tokens:
        assert scim(tokens).send(*READ).status == 200
        (sent,) = tokens.requests
    assert sent.line == "POST /oauth2/token HTTP/1.1"
    assert sent.body.decode() == (
        "grant_type=client_credentials&client_id=the-client&client_secret=s3cret+with%2Bsigns%26%3Dof+the+stand-in"
    )
    assert {name for name, _ in sent.headers} == {"Host", "Content-Type", "Content-Length"}
    assert dict(sent.headers)["Content-Type"] == "application/x-www-form-urlencoded"


def test_an_assertion_takes_the_place_of_the_secret() -> None:
    with serving_tokens() as tokens:
        assert scim(tokens, tokens.client(assertion=ASSERTION)).send(*READ).status == 200
        (sent,) = tokens.requests
    assert "client_secret" not in sent.body.decode()
    assert (
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer" in sent.body.decode()
    )


def test_one_access_token_serves_all_threads_until_shortly_before_it_expires() -> None:
    with serving_tokens(lifetime=3_600) as tokens:
        client = scim(tokens)
        with ThreadPoolExecutor(8) as pool:
            assert {each.status for each in pool.map(lambda _: client.send(*READ), range(24))} == {200}
        assert len(tokens.issued) == 1
        tokens.clock.now += 3_539
        client.send(*READ)
        assert len(tokens.issued) == 1
        tokens.clock.now += 2
        client.send(*READ)
        client.close()
    assert (len(tokens.issued), tokens.refused) == (2, 0)


def test_threads_whose_token_is_refused_get_one_new_token_between_them() -> None:
    with serving_tokens() as tokens:
        client = scim(tokens, tokens.client(clock=Clock()))
        client.send(*READ)
        tokens.clock.now += 3_601
        meeting = threading.Barrier(5)

        def read(_: int) -> int:
            meeting.wait()
            return client.send(*READ).status

        with ThreadPoolExecutor(5) as pool:
            assert set(pool.map(read, range(5))) == {200}
        client.close()
    assert len(tokens.issued) == 2
    assert 1 <= tokens.refused <= 5


@pytest.mark.parametrize("lifetime", [None, "3600", True, 0])
def test_a_token_without_a_lifetime_is_used_until_it_is_refused(lifetime: object) -> None:
    fault = changing_the_token(lambda body: {**body, "expires_in": lifetime})
    with serving_tokens(fault) as tokens:
        client = scim(tokens)
        tokens.clock.now += 3_601
        assert [client.send(*READ).status for _ in range(2)] == [200, 200]
        tokens.clock.now += 3_601
        assert [client.send(*READ).status for _ in range(2)] == [200, 200]
        client.close()
    assert (len(tokens.issued), tokens.refused) == (2, 1)


def test_a_token_request_that_fails_for_a_moment_is_repeated_and_counted() -> None:
    answers: list[Answer] = [(429, {"Retry-After": "0"}, None), (503, {"Retry-After": "0"}, None)]
    with serving_tokens(lambda received, right: answers.pop(0) if answers else right(received)) as tokens:
        credential = tokens.client()
        assert scim(tokens, credential).send(*READ).status == 200
    assert [(each.status, each.retried) for each in credential.exchanges] == [(429, True), (503, True), (200, False)]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (error(401, "invalid_client"), "401 invalid_client: Not so."),
        (error(400, "invalid_request"), "400 invalid_request: Not so."),
        ((302, {"Location": "https://elsewhere.example.com/"}, None), "302"),
        ((200, {}, b"<html>"), "without an access token"),
        ((200, {}, {"token_type": "Bearer"}), "without an access token"),
        ((200, {}, {"access_token": "a b", "token_type": "Bearer"}), "without an access token"),
        ((200, {}, {"access_token": "a", "token_type": "mac"}), "token_type is mac"),
        (
            (401, {}, {"error": "invalid_client", "error_description": f"{SECRET} is wrong"}),
            "[the credential] is wrong",
        ),
    ],
)
def test_without_an_access_token_no_scim_request_is_sent_and_the_reason_holds_no_secret(
    answer: Answer, text: str
) -> None:
    with serving_tokens(lambda received, right: answer) as tokens:
        with pytest.raises(CredentialError) as raised:
            scim(tokens).send(*READ)
        assert [each for each in tokens.stand_in.received if "/Users" in each.target] == []
    assert text in str(raised.value)
    assert tokens.endpoint in str(raised.value)
    assert SECRET not in str(raised.value)


def test_every_token_that_it_was_given_is_a_secret() -> None:
    with serving_tokens() as tokens:
        credential = tokens.client()
        client = scim(tokens, credential)
        client.send(*READ)
        tokens.clock.now += 4_000
        client.send(*READ)
        client.close()
    assert {SECRET, "access-token-1", "access-token-2"} <= set(credential.secrets)


@pytest.mark.parametrize("url", ["http://example.com/token", "ftp://h/", "https://", "https://h/a b", "https://h:0/"])
def test_a_token_endpoint_that_would_show_the_secret_to_others_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="token endpoint") as raised:
        ClientCredentials(url, CLIENT, secret=SECRET)
    assert SECRET not in str(raised.value)


def test_a_token_endpoint_that_is_not_there_is_named() -> None:
    with serving_tokens() as tokens:
        endpoint, url = tokens.endpoint, tokens.stand_in.url
    client = Client(Tenant.parse(url, ClientCredentials(endpoint, CLIENT, secret=SECRET)))
    with pytest.raises(CredentialError, match="ConnectionRefusedError"):
        client.send(*READ)
