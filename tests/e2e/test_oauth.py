"""OAuth 2.0 on the deployed stack with IAM enforced: both ways of a client to an access token, and every refusal.

Assertions come from a certified OpenID Provider in Entra ID's shape, which the environment's file names as an issuer.
"""

import base64
import hmac
import itertools
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from joserfc.jwk import RSAKey
from rich.console import Console

from lambdas.credentials import tokens
from lambdas.credentials.clients import MAX_ACCESS_TOKENS
from lambdas.credentials.connections import State
from lambdas.operations.clients import Clients
from scimprobe.check import job as checks
from scimprobe.check.suites import suites
from scimprobe.endpoint.rules import NO_RULES
from scimprobe.oauth import OPERATION, ClientCredentials
from scimprobe.simulate import job
from scimprobe.wire import Tenant
from tests.e2e.endpoint import SECRETS, Endpoint, now
from tests.e2e.issuer import APPLICATION, Entra, running
from tests.e2e.test_tokens import caching
from tests.e2e.token_endpoint import EndingTokens, Side, until_answered


def encoded(content: bytes) -> str:
    """Base 64 as JWTs have it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def side(endpoint: Endpoint) -> Side:
    return Side(endpoint, Clients(endpoint.target()))


@pytest.fixture(scope="module")
def entra(endpoint: Endpoint) -> Iterator[Entra]:
    (issuer,) = endpoint.target().settings.oauth.issuers
    with running(issuer) as tenant:
        yield tenant


# Client secrets


def test_a_client_gets_a_token_for_its_secret_in_the_body_and_in_http_basic(side: Side) -> None:
    made = side.create()
    since = now()
    side.opens(made, side.ask(made))
    basic = base64.b64encode(f"{made.client.id}:{made.client_secret}".encode()).decode()
    grant = {"grant_type": "client_credentials"}
    side.opens(made, side.post(grant, made.token_endpoint, {"Authorization": f"Basic {basic}"}))
    record = side.endpoint.wait_for_record(lambda each: each.get("client") == made.client.id, since)
    assert (record["event"], record["method"], record["connection"]) == (
        "scim.token_issued",
        "secret",
        made.client.connection,
    )
    last_used = side.clients.client(made.client.id).last_used
    assert last_used is not None
    assert last_used >= since.replace(microsecond=0)


def test_a_wrong_secret_and_an_unknown_client_get_none(side: Side) -> None:
    made, other = side.create(), side.create()
    since = now()
    assert other.client_secret
    side.refused(made, side.ask(made, client_secret=other.client_secret), since, "secret_of_other_client")
    unknown = "a" * 16
    reply = side.ask(made, client_id=unknown, client_secret=made.client_secret or "")
    assert (reply.status, reply.json["error"]) == (401, "invalid_client")


def test_a_client_secret_and_another_connections_access_token_open_nothing(side: Side) -> None:
    made, other = side.create(), side.create()
    assert made.client_secret
    assert side.users(made, made.client_secret).status == 401
    assert side.users(made, side.ask(other).json["access_token"]).status == 403


def test_both_secrets_work_during_a_rotation_and_revoking_the_client_ends_everything(side: Side) -> None:
    made = side.create()
    rotated = side.clients.rotate(side.clients.client(made.client.id), grace=timedelta(days=7))
    assert rotated.client_secret
    SECRETS.add(rotated.client_secret)
    first, second = side.ask(made), side.ask(rotated)
    with caching(side.endpoint, 0):
        side.opens(made, first)
        side.opens(made, second)
        side.clients.revoke(side.clients.client(made.client.id))
        for reply in (first, second):
            assert side.users(made, reply.json["access_token"]).status == 401
        assert [side.ask(each).status for each in (made, rotated)] == [401, 401]


def test_a_disabled_connection_gets_no_token_and_its_tokens_open_nothing(side: Side) -> None:
    made = side.create()
    token = side.ask(made).json["access_token"]
    access = side.endpoint.access()
    with caching(side.endpoint, 0):
        access.set_state(access.connection(made.client.connection).connection, State.DISABLED)
        assert (side.ask(made).status, side.users(made, token).status) == (401, 401)
        access.set_state(access.connection(made.client.connection).connection, State.ENABLED)
        assert (side.ask(made).status, side.users(made, token).status) == (200, 200)


@pytest.mark.parametrize("number", [8, pytest.param(25, marks=pytest.mark.full)])
def test_requests_at_once_all_get_a_token_and_none_is_lost(side: Side, number: int) -> None:
    made = side.create()

    def ask(_: int) -> str:
        return str(until_answered(lambda: side.ask(made)).json["access_token"])

    def status_with(token: str) -> int:
        return until_answered(lambda: side.users(made, token)).status

    with ThreadPoolExecutor(number) as pool:
        issued = list(pool.map(ask, range(number)))
    assert len(set(issued)) == number
    named = {token.hash_name for token in map(tokens.parse, issued) if token}
    stored = side.clients.client(made.client.id).access_tokens
    assert len(named) == number
    assert named <= set(stored)
    assert {status_with(each) for each in issued} == {200}


def test_fifty_live_tokens_are_the_most_and_the_next_request_gets_429(side: Side) -> None:
    made = side.create()
    end = int(time.time()) + 1_800
    side.set_access_tokens(made, {f"{number:064x}": end for number in range(MAX_ACCESS_TOKENS)})
    reply = side.ask(made)
    assert reply.status == 429
    assert 1 <= int(reply.headers["retry-after"]) <= 1_800
    assert len(side.clients.client(made.client.id).access_tokens) == MAX_ACCESS_TOKENS


# Assertions


def test_a_federated_client_gets_a_token_for_an_assertion_of_its_issuer(side: Side, entra: Entra) -> None:
    made = side.federate(entra)
    since = now()
    for audience in (APPLICATION, f"api://{APPLICATION}", f"api://{APPLICATION}/.default"):
        side.opens(made, side.assert_with(made, entra.assertion(aud=audience)))
    record = side.endpoint.wait_for_record(lambda each: each.get("client") == made.client.id, since)
    assert (record["event"], record["method"]) == ("scim.token_issued", "federated")


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "audience": ({"aud": "api://another-application"}, "wif_audience"),
    "subject": ({"sub": APPLICATION}, "wif_subject"),
    "issuer": ({"iss": "https://sts.windows.net/8f6d1b7e-3a70-4f0e-9f64-2f3f6c1d2b11/"}, "wif_issuer"),
    "tenant": ({"tid": APPLICATION}, "wif_tenant"),
    "expired": ({"exp": "~-120"}, "wif_expired"),
    "not yet valid": ({"nbf": "~120"}, "wif_not_yet_valid"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_claim_is_refused_and_the_log_says_what_came_and_what_was_expected(
    side: Side, entra: Entra, wrong: str
) -> None:
    claims, reason = WRONG[wrong]
    made = side.federate(entra)
    since = now()
    record = side.refused(made, side.assert_with(made, entra.assertion(**claims)), since, reason)
    (name,) = claims
    assert record["claim"] == name
    if not claims[name].startswith("~"):
        assert record["received"] == claims[name]
    assert record["expected"]


def _unsigned(entra: Entra) -> str:
    _, payload, _ = entra.assertion().split(".")
    return f"{encoded(json.dumps({'alg': 'none', 'typ': 'JWT'}).encode())}.{payload}."


def _signed_with_the_public_key(entra: Entra) -> str:
    key = entra.public_key()
    _, payload, _ = entra.assertion().split(".")
    signed = f"{encoded(json.dumps({'alg': 'HS256', 'kid': key['kid']}).encode())}.{payload}"
    secret = RSAKey.import_key(key).as_pem(private=False)
    return f"{signed}.{encoded(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _signed_by_another(entra: Entra) -> str:
    """The header and claims of one assertion with the signature of another."""
    head, payload, _ = entra.assertion().split(".")
    return f"{head}.{payload}.{entra.assertion(aud='another').split('.')[2]}"


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (_unsigned, "wif_algorithm"),
        (_signed_with_the_public_key, "wif_algorithm"),
        (_signed_by_another, "wif_signature"),
    ],
)
def test_a_forged_assertion_is_refused(side: Side, entra: Entra, forge: Callable[[Entra], str], reason: str) -> None:
    made = side.federate(entra)
    since = now()
    side.refused(made, side.assert_with(made, forge(entra)), since, reason)


def test_an_assertion_of_a_revoked_client_and_of_another_kind_of_client_is_refused(side: Side, entra: Entra) -> None:
    made, with_secret = side.federate(entra), side.create()
    since = now()
    without = replace(with_secret, client_secret=None)
    side.refused(with_secret, side.assert_with(without, entra.assertion()), since, "other_method")
    side.clients.revoke(side.clients.client(made.client.id))
    side.refused(made, side.assert_with(made, entra.assertion()), since, "unknown_client")


def test_a_rotated_key_is_fetched_and_cached_keys_outlive_the_issuer(side: Side, entra: Entra) -> None:
    made = side.federate(entra)
    side.opens(made, side.assert_with(made, entra.assertion()))
    # A new key is unknown, and the issuer was asked within the minute; a minute later it is asked again.
    entra.rotate()
    side.let_time_pass(entra)
    rotated = entra.assertion()
    side.opens(made, side.assert_with(made, rotated))
    # While nothing answers, the known key serves, in functions that start now as well; another key is 503, and no refusal.
    entra.rotate()
    unknown = entra.assertion()
    entra.stop()
    try:
        side.let_time_pass(entra)
        since = now()
        with ThreadPoolExecutor(6) as pool:
            replies = list(pool.map(lambda _: until_answered(lambda: side.assert_with(made, rotated)), range(6)))
        assert {each.status for each in replies} == {200}
        reply = side.assert_with(made, unknown)
        assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
        assert int(reply.headers["retry-after"]) >= 1
        record = side.endpoint.wait_for_record(lambda each: each.get("reason") == "unchecked", since)
        assert record["client"] == made.client.id
        assert "could not be fetched" in record["detail"]
    finally:
        entra.start()
    side.let_time_pass(entra)
    side.opens(made, side.assert_with(made, entra.assertion()))


# A job


def test_a_simulated_job_renews_tokens_that_end_in_the_middle_of_a_cycle(side: Side) -> None:
    made = side.create("oauth-simulated")
    assert made.client_secret
    credential = ClientCredentials(made.token_endpoint, made.client.id, secret=made.client_secret)
    ending = EndingTokens(side, made, credential)
    with caching(side.endpoint, 0):
        run = job.run(Tenant.parse(made.tenant_url, ending), job.Plan(6, 1, concurrency=1), Console(quiet=True))
    SECRETS.update(each for each in credential.secrets if each)
    statuses = [each.status for each in run.exchanges if each.operation != OPERATION]
    assert (run.stopped, run.differences) == (None, [])
    assert run.passed
    assert ending.times >= 3
    assert statuses.count(401) == ending.times
    assert (401, 401) not in set(itertools.pairwise(statuses))


def test_the_token_endpoint_passes_microsofts_tests_by_secret_and_by_assertion(side: Side, entra: Entra) -> None:
    for made, proof in ((side.create(), {}), (side.federate(entra), {"assertion": entra.assertion()})):
        proof = proof or {"secret": made.client_secret or ""}
        credential = ClientCredentials(made.token_endpoint, made.client.id, **proof)
        chosen = [each for each in suites(NO_RULES, credential) if each.name == "oauth"]
        run = checks.run(Tenant.parse(made.tenant_url, credential), chosen, Console(quiet=True))
        SECRETS.update(each for each in credential.secrets if each.startswith("scim"))
        assert [(each.check.name, each.differences) for each in run.all_results if not each.is_fine] == []
        assert run.passed
