"""The command line of `scimctl check`: where it finds endpoint and token, what it plays, how it exits."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scimctl.local_state import LocalConnection, LocalState, write_connection, write_state
from scimctl.main import app
from scimprobe import wire
from tests.unit.scimprobe.check import faults as check_faults
from tests.unit.scimprobe.faults import Right
from tests.unit.scimprobe.stand_in import TOKEN, Answer, Received, serving

OKTA = ("--suite", "okta")


@pytest.fixture(autouse=True)
def _quick_and_without_traces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No pauses between attempts; and the signals that the command makes act like Ctrl-C are put back."""
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


def test_without_a_url_the_local_endpoint_is_checked(tmp_path: Path) -> None:
    with serving() as stand_in:
        write_state(tmp_path, LocalState("local", 9, "us-east-1"))
        write_connection(tmp_path, "local", LocalConnection(stand_in.url, TOKEN))
        result = run(*OKTA, "--state-dir", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert stand_in.received


@pytest.mark.parametrize("suite", ["entra", "validator", "logicapp", "okta"])
def test_one_suite_is_played_alone_and_json_is_all_that_is_printed(suite: str) -> None:
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
        (("--state-dir", "no-such-directory"), None, "scimctl local up"),
        (("http://127.0.0.1:1/v2",), TOKEN, "no answer from http://127.0.0.1:1/v2"),
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
    assert "the token is refused: 401" in result.output
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
