"""The life of tokens on the deployed stack: every refusal with and without API Gateway's cache, revocation, rotation under load,
regeneration; and no secret in any log."""

import base64
import itertools
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from lambdas.credentials import tokens
from lambdas.credentials.connections import State
from lambdas.credentials.generation import generate_token
from lambdas.credentials.scopes import Scope
from lambdas.credentials.tokens import PresentedToken
from lambdas.operations.connections import Connections, ConnectionWithTokens, GeneratedToken
from tests.e2e.endpoint import NO_TOKEN, SECRETS, Endpoint, Reply, now
from tests.e2e.leaks import everything_logged, leaked_in
from tests.e2e.local_cloud import LocalCloud
from tests.e2e.test_endpoint import is_scim_error
from tests.e2e.test_simulate import FORESEEN, simulate

CACHE_SECONDS = 5
"""What environments/local.toml sets."""

REMEMBERED_SECONDS = 2
"""How long the tests with a cache let API Gateway remember what it checked; most of them wait for its end."""

SLACK_SECONDS = 3
"""What a busy machine may add to the time until a revocation is seen."""


@dataclass(frozen=True)
class Side:
    """The endpoint with its cache switched on or off, and an operator beside it."""

    endpoint: Endpoint
    access: Connections
    cache_seconds: int

    def connect(self, **options: Any) -> GeneratedToken:
        """A new connection to a directory of these tests."""
        return shown(self.access.generate(directory="tokens", **options))

    def held(self, generated: GeneratedToken) -> ConnectionWithTokens:
        return self.access.connection(generated.connection.id)

    def get(self, generated: GeneratedToken, token: str | None = None, header: str | None = None) -> Reply:
        """Ask a connection for users, with its own token, another, or any header."""
        headers = {} if header is None else {"Authorization": header}
        sent = NO_TOKEN if header is not None else token or generated.secret_token
        return self.endpoint.send("GET", f"{generated.tenant_url}/Users?count=1", token=sent, headers=headers)

    def refused_soon(self, generated: GeneratedToken) -> None:
        """Wait until a token is refused: at once without the cache, otherwise after its time at the latest; then for good."""
        deadline = time.monotonic() + self.cache_seconds + (SLACK_SECONDS if self.cache_seconds else 0)
        reply = self.get(generated)
        while reply.status == 200 and time.monotonic() < deadline:
            time.sleep(0.2)
            reply = self.get(generated)
        is_scim_error(reply, 401)
        is_scim_error(self.get(generated), 401)


def shown(generated: GeneratedToken) -> GeneratedToken:
    """Keep a secret for the search at the end."""
    SECRETS.add(generated.secret_token)
    return generated


@contextmanager
def caching(endpoint: Endpoint, seconds: int) -> Iterator[None]:
    """Let API Gateway remember what it checked for so long: what `authorizer_cache_seconds` sets at a deployment."""
    gateway, api = endpoint.client("apigateway"), endpoint.state.outputs["ApiId"]
    (authorizer,) = gateway.get_authorizers(restApiId=api)["items"]
    before = authorizer["authorizerResultTtlInSeconds"]

    def set_to(value: int) -> None:
        patch = [{"op": "replace", "path": "/authorizerResultTtlInSeconds", "value": str(value)}]
        gateway.update_authorizer(restApiId=api, authorizerId=authorizer["id"], patchOperations=patch)

    set_to(seconds)
    try:
        yield
    finally:
        set_to(before)


@pytest.fixture(scope="module", params=[REMEMBERED_SECONDS, 0], ids=["cached", "not cached"])
def side(endpoint: Endpoint, request: pytest.FixtureRequest) -> Iterator[Side]:
    with caching(endpoint, request.param):
        yield Side(endpoint, endpoint.access(), request.param)


def test_the_deployed_stack_remembers_for_as_long_as_its_file_says(endpoint: Endpoint) -> None:
    gateway = endpoint.client("apigateway")
    (authorizer,) = gateway.get_authorizers(restApiId=endpoint.state.outputs["ApiId"])["items"]
    assert int(authorizer["authorizerResultTtlInSeconds"]) == CACHE_SECONDS
    assert endpoint.access().target.settings.api.authorizer_cache_seconds == CACHE_SECONDS


# Refusals


def bearer(text: str) -> str:
    return f"Bearer {text}"


def unknown(side: Side, made: GeneratedToken) -> str:
    return bearer(generate_token().text)


def foreign(side: Side, made: GeneratedToken) -> str:
    return bearer("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3N0cy53aW5kb3dzLm5ldC8ifQ.x")


def mistyped(side: Side, made: GeneratedToken) -> str:
    return bearer(made.secret_token[:-1])


def forged(side: Side, made: GeneratedToken) -> str:
    return bearer(PresentedToken(made.token.id, generate_token().secret).text)


def of_another_user(side: Side, made: GeneratedToken) -> str:
    return "Basic " + base64.b64encode(f"somebody:{made.secret_token}".encode()).decode()


def expired(side: Side, made: GeneratedToken) -> str:
    held = side.held(made)
    shown(side.access.rotate(held, held.tokens[0], grace=timedelta(0))[0])
    return bearer(made.secret_token)


def revoked(side: Side, made: GeneratedToken) -> str:
    side.access.revoke(made.connection, made.token)
    return bearer(made.secret_token)


def disabled(side: Side, made: GeneratedToken) -> str:
    side.access.set_state(made.connection, State.DISABLED)
    return bearer(made.secret_token)


def deleted(side: Side, made: GeneratedToken) -> str:
    side.access.delete(made.connection)
    return bearer(made.secret_token)


@pytest.mark.parametrize(
    ("credentials", "reason"),
    [
        (unknown, "unknown"),
        (foreign, "malformed"),
        (mistyped, "mistyped"),
        (forged, "wrong_secret"),
        (of_another_user, "other_user"),
        (expired, "expired"),
        (revoked, "unknown"),
        (disabled, "disabled"),
        (deleted, "unknown"),
    ],
)
def test_bad_credentials_are_401_each_time_and_the_log_tells_why(
    side: Side, credentials: Callable[[Side, GeneratedToken], str], reason: str
) -> None:
    made = side.connect()
    header = credentials(side, made)
    since = now()
    for _ in range(2):
        reply = side.get(made, header=header)
        is_scim_error(reply, 401)
        assert reply.headers["www-authenticate"].startswith("Bearer")
        assert made.secret_token not in reply.content.decode()
    record = side.endpoint.wait_for_record(
        lambda each: each.get("event") == "scim.refused" and each.get("connection") == made.connection.id, since
    )
    assert (record["status"], record["reason"]) == (401, reason)
    known = tokens.claimed_id(header.removeprefix("Bearer ")) or (made.token.id if reason == "other_user" else None)
    assert record.get("token") == known


@pytest.mark.parametrize("header", ["", "Bearer", "Token {}", "{}", "Digest {}"])
def test_a_header_that_cannot_hold_a_token_is_401_and_calls_no_function(side: Side, header: str) -> None:
    made = side.connect()
    since = now()
    is_scim_error(side.get(made, header=header.format(made.secret_token, made.secret_token)), 401)
    assert side.get(made).status == 200
    is_request = lambda each: each.get("event") == "scim.request" and each.get("token") == made.token.id  # noqa: E731
    side.endpoint.wait_for_record(is_request, since)
    assert not [each for each in side.endpoint.records(since) if each.get("event") == "scim.refused"]


def test_a_token_on_another_connections_url_is_403_also_when_it_is_remembered(side: Side) -> None:
    own, other = side.connect(), side.connect()
    since = now()
    is_scim_error(side.get(other, own.secret_token), 403)
    record = side.endpoint.wait_for_record(
        lambda each: each.get("event") == "scim.refused" and each.get("token") == own.token.id, since
    )
    assert (record["status"], record["reason"]) == (403, "other_connection")
    assert (record["connection"], record["token_connection"]) == (other.connection.id, own.connection.id)
    assert side.get(own).status == 200
    is_scim_error(side.get(other, own.secret_token), 403)
    assert side.get(other).status == 200


def test_a_reading_token_reads_and_searches_and_is_403_for_anything_else(side: Side) -> None:
    made = side.connect(scope=Scope.READ)
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 1}
    since = now()
    for _ in range(2):
        is_scim_error(send(side, made, "POST", "/Users", {"userName": "intruder"}), 403)
        assert side.get(made).status == 200
        assert send(side, made, "POST", "/Users/.search", search).status == 200
        for method, path in (("PUT", "/Users/x"), ("PATCH", "/Users/x"), ("DELETE", "/Users/x"), ("POST", "/Bulk")):
            is_scim_error(send(side, made, method, path, {}), 403)
    record = side.endpoint.wait_for_record(
        lambda each: each.get("event") == "scim.refused" and each.get("token") == made.token.id, since
    )
    assert (record["status"], record["reason"], record["connection"]) == (403, "scope", made.connection.id)


def send(side: Side, generated: GeneratedToken, method: str, path: str, body: Any) -> Reply:
    return side.endpoint.send(method, generated.tenant_url + path, body, token=generated.secret_token)


def test_a_token_that_cannot_be_checked_is_503_and_may_be_sent_again(side: Side) -> None:
    made = side.connect()
    table, key = side.access.store.table, {"pk": {"S": f"TOKEN#{made.token.id}"}, "sk": {"S": "-"}}
    whole = table.client.get_item(TableName=table.name, Key=key)["Item"]
    table.client.put_item(TableName=table.name, Item={name: each for name, each in whole.items() if name != "hash"})
    since = now()
    reply = side.get(made)
    is_scim_error(reply, 503)
    assert reply.headers["retry-after"] == "5"
    assert "www-authenticate" not in reply.headers
    record = side.endpoint.wait_for_record(lambda each: each.get("reason") == "unchecked", since)
    assert (record["event"], record["credentials_unchecked"]) == ("scim.refused", 1)
    table.client.put_item(TableName=table.name, Item=whole)
    assert side.get(made).status == 200


# The end of access that was used until just now


def test_a_revoked_token_is_refused_after_the_cache_time_at_the_latest(side: Side) -> None:
    made = side.connect()
    assert side.get(made).status == 200
    side.access.revoke(side.held(made).connection, made.token)
    side.refused_soon(made)


def test_a_disabled_connection_is_refused_after_the_cache_time_and_open_as_soon_as_it_is_enabled(side: Side) -> None:
    made = side.connect()
    assert side.get(made).status == 200
    closed = side.access.set_state(side.held(made).connection, State.DISABLED)
    side.refused_soon(made)
    side.access.set_state(closed, State.ENABLED)
    assert side.get(made).status == 200


def test_a_token_that_expires_while_it_is_remembered_is_refused_after_the_cache_time(side: Side) -> None:
    made = side.connect()
    assert side.get(made).status == 200
    held = side.held(made)
    shown(side.access.rotate(held, held.tokens[0], grace=timedelta(0))[0])
    side.refused_soon(made)


def test_regenerating_ends_the_old_url_and_token_and_the_new_ones_reach_the_same_users(side: Side) -> None:
    old = side.connect()
    user = send(side, old, "POST", "/Users", {"userName": f"kept-{old.connection.id}@example.com"}).json["id"]
    new = shown(side.access.regenerate(side.held(old).connection))
    assert send(side, new, "GET", f"/Users/{user}", None).status == 200
    side.refused_soon(old)
    is_scim_error(side.get(new, old.secret_token), 401)
    is_scim_error(side.get(old, new.secret_token), 403)
    listed = {each.connection.id for each in side.access.all()}
    assert new.connection.id in listed
    assert old.connection.id not in listed


# Use


def test_the_first_use_of_a_day_is_listed_and_is_one_record_with_the_days_that_are_left(side: Side) -> None:
    made = side.connect(lifetime_days=90)
    (before,) = side.held(made).tokens
    assert before.last_used is None
    since = now()
    for _ in range(3):
        assert side.get(made).status == 200
    (after,) = side.held(made).tokens
    assert after.last_used is not None
    assert abs(after.last_used - datetime.now(UTC)) < timedelta(minutes=1)
    is_use = lambda each: each.get("event") == "scim.token" and each.get("token") == made.token.id  # noqa: E731
    record = side.endpoint.wait_for_record(is_use, since)
    assert record["days_until_expiry"] == pytest.approx(90, abs=0.1)
    assert len([each for each in side.endpoint.records(since) if is_use(each)]) == 1


def test_a_rotation_while_a_client_provisions_fails_no_request(side: Side) -> None:
    """Three workers provision without a pause; the operator rotates; one after another they are given the new token."""
    made = side.connect()
    stop, current = Event(), [made.secret_token] * 3
    statuses: list[int] = []
    since = now()

    def work(number: int) -> None:
        for count in itertools.count():
            if stop.is_set():
                break
            name = f"{made.connection.id}-{number}-{count}@example.com"
            token = current[number]
            reply = side.endpoint.send("POST", f"{made.tenant_url}/Users", {"userName": name}, token=token)
            statuses.append(reply.status)

    def work_goes_on(seconds: float = 0) -> None:
        """Wait for so many seconds, and until the workers have sent ten more requests."""
        done, deadline = len(statuses) + 10, time.monotonic() + 60
        time.sleep(seconds)
        while len(statuses) < done and not any(each.done() for each in workers):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    with ThreadPoolExecutor(3) as pool:
        workers = [pool.submit(work, number) for number in range(3)]
        try:
            work_goes_on()
            held = side.held(made)
            new, old = side.access.rotate(held, held.tokens[0], grace=timedelta(hours=1))
            shown(new)
            work_goes_on(side.cache_seconds + 1)  # everything that was remembered of the old token is checked again
            for number in range(3):
                current[number] = new.secret_token
                work_goes_on()
        finally:
            stop.set()
        for worker in workers:
            worker.result()
    assert set(statuses) == {201}
    assert len(statuses) >= 50
    assert old.expires < made.token.expires
    records = [each for each in side.endpoint.records(since) if each.get("connection") == made.connection.id]
    requests = [each for each in records if each["event"] == "scim.request"]
    assert {each["token"] for each in requests} == {old.id, new.token.id}
    assert not [each for each in records if each["event"] == "scim.refused"]


def test_a_job_whose_token_is_rotated_at_the_command_line_ends_as_it_was_meant(
    endpoint: Endpoint, local_cloud: LocalCloud
) -> None:
    made = endpoint.create_connection(directory="rotated-job")
    since = now()
    with ThreadPoolExecutor(1) as pool:
        one_by_one = ("--concurrency", "1")  # so that the job outlasts the command
        job = pool.submit(simulate, endpoint.seen_by(made), "--users", "60", "--groups", "3", *one_by_one)
        endpoint.wait_for_record(
            lambda each: each.get("token") == made.token.id and each.get("method") == "POST", since
        )
        done = local_cloud.scimctl(
            "tokens", "rotate", made.tenant_url, "--environment", endpoint.state.environment, "--output", "json"
        )
        assert done.returncode == 0, done.stderr
        assert not job.done()
        status, result = job.result()
    assert (status, result["differences"]) == (0, [])
    assert {name for each in result["operations"] for name in each["statuses"]} <= FORESEEN
    rotated = json.loads(done.stdout)
    SECRETS.add(rotated["secret_token"])
    assert endpoint.send("GET", f"{made.tenant_url}/Users?count=1", token=rotated["secret_token"]).status == 200


@pytest.mark.last
def test_no_secret_of_this_run_is_in_any_log(endpoint: Endpoint) -> None:
    made = endpoint.create_connection(directory="tokens")
    since = now()
    for token in (made.secret_token, made.secret_token[:-1]):
        endpoint.send("GET", f"{made.tenant_url}/Users?count=1", token=token)
    endpoint.wait_for_record(lambda each: each.get("reason") == "mistyped", since)
    everything = everything_logged(endpoint)
    assert made.token.id in everything  # what may be logged of a token is found by this search
    assert made.secret_token in SECRETS
    assert leaked_in(everything) == []
