"""The command line of `scimprobe check`: arguments, output, exit status."""

import json
import os
import signal
from collections.abc import Iterator

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scimprobe import wire
from scimprobe.main import app
from tests.unit.scimprobe.check import faults as check_faults
from tests.unit.scimprobe.faults import Right
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Received, serving

OKTA = ("--suite", "okta")


@pytest.fixture(autouse=True)
def _quick_and_without_traces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No pauses between attempts; the handlers of the signals that the command changes are restored."""
    monkeypatch.setattr(wire, "FIRST_PAUSE", 0.0)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(*arguments: str, token: str | None = None) -> Result:
    return CliRunner().invoke(app, ["check", *arguments], env={"SCIM_TOKEN": token, "COLUMNS": "200"})


def test_an_endpoint_that_passes_is_exit_status_0_and_the_token_is_never_echoed() -> None:
    with serving() as stand_in:
        result = run(stand_in.url, *OKTA, token=TOKEN)
    assert result.exit_code == 0, result.output
    assert "The endpoint passes." in result.stdout
    assert TOKEN not in result.output


def test_an_endpoint_that_does_not_pass_is_exit_status_1() -> None:
    with serving(check_faults.have_no_put) as stand_in:
        result = run(stand_in.url, *OKTA, "--token", TOKEN)
    assert result.exit_code == 1
    assert "✗ Update a user" in result.stdout
    assert TOKEN not in result.output


@pytest.mark.parametrize("suite", ["entra", "validator", "logicapp", "okta"])
def test_one_suite_is_run_alone_and_json_is_all_that_is_printed(suite: str) -> None:
    with serving() as stand_in:
        result = run(stand_in.url, "--suite", suite, "--output", "json", token=TOKEN)
    facts = json.loads(result.stdout)
    assert [each["suite"] for each in facts["suites"]] == [suite]
    assert facts["passed"] is True
    assert facts["requests"] == len(stand_in.received)


@pytest.mark.parametrize(
    ("arguments", "token", "told"),
    [
        (("http://example.com/v2",), TOKEN, "https://"),
        (("https://example.com:x/v2",), TOKEN, "no URL has"),
        (("https://example.com/v2",), None, "SCIM_TOKEN"),
        (("https://example.com/v2",), f"{TOKEN}\nX: y", "no token has"),
        (("https://example.com/v2", "--suite", "google"), TOKEN, "google"),
        ((), TOKEN, "Missing argument"),
        (("http://127.0.0.1:1/v2",), TOKEN, "There is no answer from http://127.0.0.1:1/v2"),
    ],
)
def test_what_cannot_be_checked_is_exit_status_2(arguments: tuple[str, ...], token: str | None, told: str) -> None:
    result = run(*arguments, token=token)
    assert result.exit_code == 2
    assert told in result.output
    assert TOKEN not in result.output


def test_a_refused_token_is_exit_status_2_and_is_not_shown() -> None:
    with serving() as stand_in:
        result = run(stand_in.url, token="wr0ng")
    assert result.exit_code == 2
    assert "The token is refused: 401" in result.output
    assert "wr0ng" not in result.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_removes_what_it_made_tells_what_it_found_and_exits_with_130(number: int) -> None:
    def interrupt(received: Received, right: Right) -> Answer:
        if received.method == "PUT":
            os.kill(os.getpid(), number)
        return right(received)

    with serving(interrupt) as stand_in:
        result = run(stand_in.url, *OKTA, token=TOKEN)
        assert stand_in.storage.resources == []
    assert result.exit_code == 130
    assert "✓ Check status 401" in result.stdout
    assert "Stopped: interrupted" in result.stdout
