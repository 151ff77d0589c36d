"""Simulations by OAuth 2.0: access tokens expire in the middle of a cycle, and everything is provisioned nevertheless."""

import itertools
import json

from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from scimprobe.main import app
from scimprobe.oauth import OPERATION, ClientCredentials
from scimprobe.simulate import job
from scimprobe.simulate.report import Run, as_json
from scimprobe.wire import Tenant
from tests.unit.scimprobe.stand_in import Answer
from tests.unit.scimprobe.token_stand_in import (
    ASSERTION,
    CLIENT,
    SECRET,
    Clock,
    TokenStandIn,
    error,
    serving_tokens,
)

SMALL = ("--users", "2", "--groups", "1")


def simulate(tokens: TokenStandIn, credential: ClientCredentials, **options: int) -> Run:
    return job.run(Tenant.parse(tokens.stand_in.url, credential), job.Plan(30, 5, **options), Console(quiet=True))


def run(tokens: TokenStandIn, *arguments: str, **variables: str | None) -> Result:
    options = ("--client-id", CLIENT, "--token-endpoint", tokens.endpoint)
    unset = {"SCIM_TOKEN": None, "SCIM_CLIENT_SECRET": None, "SCIM_CLIENT_ASSERTION": None, "COLUMNS": "200"}
    return CliRunner().invoke(
        app, ["simulate", tokens.stand_in.url, *SMALL, *options, *arguments], env=unset | variables
    )


def test_tokens_that_expire_mid_cycle_are_renewed_before_it_and_no_request_is_refused() -> None:
    with serving_tokens(lifetime=600, seconds_per_request=10) as tokens:
        result = simulate(tokens, tokens.client())
    assert result.passed
    assert len(tokens.issued) > 5
    assert tokens.refused == 0
    assert not {"401", "no answer"} & {name for each in as_json(result)["operations"] for name in each["statuses"]}


def test_tokens_that_end_unannounced_are_renewed_on_the_401_and_none_follows_its_renewal() -> None:
    with serving_tokens(lifetime=3_600, seconds_per_request=60) as tokens:
        # The client's clock stands still: to it no token ever expires.
        result = simulate(tokens, tokens.client(clock=Clock()), concurrency=1)
    statuses = [each.status for each in result.exchanges if each.operation != OPERATION]
    assert result.passed
    assert len(tokens.issued) > 5
    assert statuses.count(401) == tokens.refused == len(tokens.issued) - 1
    assert all((first, second) != (401, 401) for first, second in itertools.pairwise(statuses))


def test_a_client_that_is_revoked_mid_cycle_stops_the_run_with_the_reason() -> None:
    answers = iter(range(3))

    def refuse_later(received: object, right: object) -> Answer | None:
        return None if next(answers, None) is not None else error(401, "invalid_client")

    with serving_tokens(seconds_per_request=60) as tokens:
        tokens.fault = lambda received, right: refuse_later(received, right) or right(received)
        result = simulate(tokens, tokens.client())
    assert not result.passed
    assert result.stopped is not None
    assert "401 invalid_client" in result.stopped
    assert len(tokens.issued) == 3


def test_the_secret_may_come_from_the_environment_and_no_secret_is_shown() -> None:
    with serving_tokens() as tokens:
        result = run(tokens, "--output", "json", SCIM_CLIENT_SECRET=SECRET)
    facts = json.loads(result.stdout)
    assert (result.exit_code, facts["passed"]) == (0, True)
    assert facts["operations"][0]["operation"] == OPERATION
    assert facts["operations"][0]["statuses"] == {"200": 1}
    assert not [each for each in (SECRET, "access-token-") if each in result.output]


def test_an_assertion_proves_the_client_too() -> None:
    with serving_tokens() as tokens:
        assert run(tokens, "--client-assertion", ASSERTION).exit_code == 0
        assert run(tokens, SCIM_CLIENT_ASSERTION=ASSERTION).exit_code == 0


def test_a_client_that_is_refused_is_one_sentence_and_the_exit_status_is_2() -> None:
    with serving_tokens() as tokens:
        result = run(tokens, "--client-secret", "wr0ng")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "401 invalid_client" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "wr0ng" not in result.output


def test_credentials_that_contradict_each_other_or_lack_a_part_are_refused() -> None:
    with serving_tokens() as tokens:
        url = tokens.stand_in.url
        for arguments, named in (
            (("--client-secret", "s", "--token", "t"), "either --token or --client-id"),
            (("--client-secret", "s", "--client-assertion", "j"), "either a Client Secret"),
            ((), "SCIM_CLIENT_SECRET"),
        ):
            result = run(tokens, *arguments)
            assert (result.exit_code, named in result.output) == (2, True), result.output
        for only, named in (("--client-id", "--token-endpoint"), ("--client-secret", "--client-id")):
            result = CliRunner().invoke(app, ["simulate", url, only, "x"], env={"COLUMNS": "200"})
            assert (result.exit_code, named in result.output) == (2, True), result.output
        assert tokens.stand_in.received == []
