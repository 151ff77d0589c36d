"""The proofs that send requests: unknown paths, and credentials."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.credentials.connections import new_connection, new_token
from lambdas.operations.connections import GeneratedToken
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Outcome
from scimctl.proof.paths import PATHS, REQUESTS, prove_unknown_paths
from scimctl.proof.refusals import prove_refusals
from tests.unit.scimctl.proof.conftest import Endpoint, scim_error


@pytest.fixture
def generated(deployed: Deployed) -> GeneratedToken:
    now = datetime.now(UTC)
    connection = new_connection("scimprobe-check", label="", now=now)
    token, secret = new_token(connection, lifetime=timedelta(days=60), now=now)
    return GeneratedToken(deployed.target.tenant_url(connection.id), secret.text, connection, token)


def test_unknown_paths_are_requested_with_each_accept_and_each_body(deployed: Deployed, endpoint: Endpoint):
    assert prove_unknown_paths(deployed).outcome is Outcome.PROVED
    assert {path for _, path, _ in endpoint.seen} == {f"/scim{path}" for path in PATHS}
    assert len(endpoint.seen) == len(PATHS) * len(REQUESTS)
    accepted = {(method, headers.get("accept")) for method, _, headers in endpoint.seen}
    assert accepted == {
        ("GET", None),
        ("GET", "application/scim+json"),
        ("GET", "*/*"),
        ("POST", None),
        ("POST", "application/scim+json"),
    }


def test_a_500_for_one_accept_fails_with_the_request(deployed: Deployed, endpoint: Endpoint):
    def answer(method: str, _: str, headers: dict[str, str]) -> Any:
        is_binary = method == "GET" and headers.get("accept") == "application/scim+json"
        return scim_error(500) if is_binary else scim_error(404)

    endpoint.answer = answer
    result = prove_unknown_paths(deployed)
    assert result.outcome is Outcome.FAILED
    assert len(result.details) == len(PATHS)
    assert result.details[0].startswith("GET / with Accept: application/scim+json: expected 404")


def test_a_404_that_is_no_scim_error_fails(deployed: Deployed, endpoint: Endpoint):
    endpoint.answer = lambda *_: (404, {"Content-Type": "application/json"}, {"message": "Not Found"})
    assert prove_unknown_paths(deployed).outcome is Outcome.FAILED


def authorize(generated: GeneratedToken, path: str, headers: dict[str, str]) -> Any:
    """Answer as the deployed endpoint does."""
    if headers.get("authorization") != f"Bearer {generated.secret_token}":
        return scim_error(401, WWW_Authenticate='Bearer realm="scim"')
    if generated.connection.id not in path:
        return scim_error(403)
    return 200, {"Content-Type": "application/scim+json"}, {}


def test_credentials_are_proved_by_what_they_open(deployed: Deployed, endpoint: Endpoint, generated: GeneratedToken):
    endpoint.answer = lambda _, path, headers: authorize(generated, path, headers)
    assert prove_refusals(deployed, generated).outcome is Outcome.PROVED
    assert all(method == "GET" for method, _, _ in endpoint.seen)


def test_an_open_endpoint_fails_and_the_token_is_in_no_detail(
    deployed: Deployed, endpoint: Endpoint, generated: GeneratedToken
):
    endpoint.answer = lambda *_: (200, {"Content-Type": "application/scim+json"}, {})
    result = prove_refusals(deployed, generated)
    assert result.outcome is Outcome.FAILED
    assert len(result.details) == 3
    assert not [each for each in result.details if generated.secret_token in each]


def test_a_401_without_a_challenge_fails(deployed: Deployed, endpoint: Endpoint, generated: GeneratedToken):
    def answer(_: str, path: str, headers: dict[str, str]) -> Any:
        status, answered, body = authorize(generated, path, headers)
        return status, {"Content-Type": answered["Content-Type"]}, body

    endpoint.answer = answer
    result = prove_refusals(deployed, generated)
    assert result.outcome is Outcome.FAILED
    assert all("WWW-Authenticate" in each for each in result.details)


def test_an_endpoint_that_does_not_answer_fails(deployed: Deployed, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("http.client.HTTPConnection.request", refused)
    result = prove_unknown_paths(deployed)
    assert result.outcome is Outcome.FAILED
    assert "no answer (ConnectionRefusedError)" in result.details[0]
