"""The suite `oauth`: a right token endpoint passes, and each fault fails the checks that are about it."""

from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from scimprobe.check import job
from scimprobe.check.job import Outcome, Run
from scimprobe.check.suites import suites
from scimprobe.endpoint.rules import NO_RULES
from scimprobe.main import app
from scimprobe.wire import Tenant
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Received
from tests.unit.scimprobe.token_stand_in import (
    ASSERTION,
    CLIENT,
    SECRET,
    Change,
    TokenStandIn,
    changing_the_token,
    error,
    serving_tokens,
)

Right = Callable[[Received], Answer]


def check(tokens: TokenStandIn, **credentials: str) -> Run:
    tenant = Tenant.parse(tokens.stand_in.url, tokens.client(**credentials))
    chosen = [each for each in suites(NO_RULES, tenant.credential) if each.name == "oauth"]
    return job.run(tenant, chosen, Console(quiet=True))


def failed(run: Run) -> set[str]:
    return {each.check.name for each in run.all_results if each.outcome is not Outcome.PASSED}


@pytest.mark.parametrize(
    ("credentials", "test"),
    [({"secret": SECRET}, "Validate_Credentials_Test"), ({"assertion": ASSERTION}, "Federated_Identity_Test")],
)
def test_a_right_token_endpoint_passes_by_secret_and_by_assertion(credentials: dict[str, str], test: str) -> None:
    with serving_tokens() as tokens:
        run = check(tokens, **credentials)
    assert failed(run) == set()
    assert run.passed
    assert test in {each.check.name for each in run.all_results}


def test_without_an_oauth_client_there_is_no_such_suite() -> None:
    credential = Tenant.parse("http://127.0.0.1/", "t0ken").credential
    assert "oauth" not in {each.name for each in suites(NO_RULES, credential)}
    result = CliRunner().invoke(app, ["check", "http://127.0.0.1/", "--suite", "oauth", "--token", "t0ken"])
    assert result.exit_code == 2
    assert "--client-id" in result.output


def on_requests(matches: Callable[[Received], bool], answer: Answer) -> Change:
    """A fault that answers some token requests otherwise."""
    return lambda received, right: answer if matches(received) else right(received)


FAULTS: dict[str, tuple[Change, set[str]]] = {
    "no lifetime": (
        changing_the_token(lambda body: {name: body[name] for name in ("access_token", "token_type")}),
        {"Access token lifetime"},
    ),
    "five minutes": (changing_the_token(lambda body: body | {"expires_in": 300}), {"Access token lifetime"}),
    "a text as lifetime": (changing_the_token(lambda body: body | {"expires_in": "3600"}), {"Access token lifetime"}),
    "cached": (
        lambda received, right: (right(received)[0], {"Content-Type": "application/json"}, right(received)[2]),
        {"Access tokens are not cached"},
    ),
    "a scope is required": (
        on_requests(lambda each: b"scope=" not in each.body, error(400, "invalid_scope")),
        {
            "Validate_Credentials_Test",
            "Credentials in HTTP Basic",
            "Access token lifetime",
            "Access tokens are not cached",
            "Any scope, and parameters that are unknown",
            "Several access tokens at a time",
            "Wrong credentials",
            "An unknown client",
            "Another grant type",
        },
    ),
    "an unknown scope is refused": (
        on_requests(lambda each: b"some.scope" in each.body, error(400, "invalid_scope")),
        {"Any scope, and parameters that are unknown"},
    ),
    "no HTTP Basic": (
        on_requests(lambda each: "Authorization" in dict(each.headers), error(401, "invalid_client")),
        {"Credentials in HTTP Basic"},
    ),
    "another error": (
        lambda received, right: right(received) if right(received)[0] == 200 else error(400, "invalid_grant"),
        {"Wrong credentials", "An unknown client", "Another grant type"},
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_fails_the_checks_that_are_about_it(name: str) -> None:
    fault, expected = FAULTS[name]
    with serving_tokens() as tokens:
        credential: dict[str, Any] = {"secret": SECRET}
        if name == "a scope is required":
            tokens.issued["given"] = tokens.clock.now + 3_600  # without a first token the run would end
            tokens.fault = first_then(fault)
        else:
            tokens.fault = fault
        assert failed(check(tokens, **credential)) == expected


def first_then(fault: Change) -> Change:
    """A fault that begins after the first token."""
    seen: list[Received] = []

    def later(received: Received, right: Right) -> Answer:
        seen.append(received)
        return right(received) if len(seen) == 1 else fault(received, right)

    return later


def test_an_older_token_that_a_new_one_ends_is_found() -> None:
    def ends_others(received: Received, right: Right) -> Answer:
        answer = right(received)
        if answer[0] == 200:
            for token in list(tokens.issued)[:-1]:
                tokens.issued[token] = 0.0
        return answer

    with serving_tokens() as tokens:
        tokens.fault = ends_others
        assert failed(check(tokens)) == {"Several access tokens at a time"}


def test_a_secret_that_opens_the_directory_is_found() -> None:
    with serving_tokens() as tokens:
        tokens.issued[SECRET] = tokens.clock.now + 3_600
        assert failed(check(tokens)) == {"The secret is no access token"}


def test_anybody_who_gets_a_token_is_found() -> None:
    with serving_tokens() as tokens:

        def to_anybody(received: Received, right: Right) -> Answer:
            body = f"grant_type=client_credentials&client_id={CLIENT}&client_assertion={ASSERTION}".encode()
            whole = body + b"&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            return tokens.issue(Received(received.line, [], whole))

        tokens.fault = to_anybody
        assert {"Wrong credentials", "An unknown client", "Another grant type"} <= failed(check(tokens))


def test_the_report_shows_requests_to_the_token_endpoint_without_their_secrets() -> None:
    with serving_tokens(changing_the_token(lambda body: body | {"expires_in": 300})) as tokens:
        arguments = ["check", tokens.stand_in.url, "--suite", "oauth", "--client-id", CLIENT, "--verbose"]
        result = CliRunner().invoke(
            app,
            [*arguments, "--token-endpoint", tokens.endpoint],
            env={"SCIM_CLIENT_SECRET": SECRET, "COLUMNS": "200", "SCIM_TOKEN": None},
        )
    assert result.exit_code == 1
    assert "expires_in: expected 3600 to 21600, found 300" in result.stdout
    assert f"POST {tokens.endpoint}" in result.stdout
    assert not [each for each in (SECRET, "access-token-", TOKEN) if each in result.output]
