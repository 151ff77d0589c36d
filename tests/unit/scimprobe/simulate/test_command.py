"""The command line of `scimprobe simulate`: arguments, output, exit status."""

import json

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scimprobe.main import app
from tests.unit.scimprobe.stand_in import TOKEN, Fault, serving

SMALL = ("--users", "2", "--groups", "1")


def run(*arguments: str, token: str | None = None) -> Result:
    return CliRunner().invoke(app, ["simulate", *arguments], env={"SCIM_TOKEN": token, "COLUMNS": "200"})


def test_the_token_may_come_from_the_environment_and_is_never_echoed() -> None:
    with serving() as stand_in:
        result = run(*SMALL, stand_in.url, token=TOKEN)
    assert result.exit_code == 0
    assert TOKEN not in result.output


def test_a_url_that_would_show_the_token_to_others_is_refused() -> None:
    result = run("http://example.com/scim/v2", token=TOKEN)
    assert result.exit_code == 2
    assert "https://" in result.output
    assert TOKEN not in result.output


def test_json_is_the_only_thing_on_standard_output() -> None:
    with serving() as stand_in:
        result = run(*SMALL, stand_in.url, "--output", "json", token=TOKEN)
    facts = json.loads(result.stdout)
    assert facts["passed"] is True
    assert facts["requests"] == len(stand_in.received)


@pytest.mark.parametrize(
    ("query", "arguments", "dialect"),
    [
        ("", (), "entra"),
        ("?aadOptscim062020", (), "entra-flag"),
        ("", ("--dialect", "entra-flag"), "entra-flag"),
    ],
)
def test_the_flag_in_the_url_chooses_the_dialect_and_the_dialect_sends_the_flag(
    query: str, arguments: tuple[str, ...], dialect: str
) -> None:
    with serving() as stand_in:
        result = run(*SMALL, *arguments, stand_in.url + query, "--output", "json", token=TOKEN)
    assert json.loads(result.stdout)["dialect"] == dialect
    assert all(("aadOptscim062020" in each.target) == (dialect == "entra-flag") for each in stand_in.received)


def test_a_difference_makes_the_exit_status_1() -> None:
    with serving(
        lambda received, right: right(received) if received.method != "DELETE" else (204, {}, None)
    ) as stand_in:
        result = run("--users", "12", "--groups", "2", stand_in.url, token=TOKEN)
    assert result.exit_code == 1
    assert "expected 404, found 200" in result.stdout


@pytest.mark.parametrize(
    ("fault", "token", "text"),
    [
        (None, "wr0ng", "The token is refused: 401"),
        (lambda received, right: (200, {"Content-Type": "text/html"}, b"<html>"), TOKEN, "no SCIM 2.0 endpoint"),
        (lambda received, right: (404, {"Content-Type": "application/json"}, {"error": "?"}), TOKEN, "no SCIM 2.0"),
    ],
)
def test_without_an_endpoint_to_test_the_exit_status_is_2_after_one_sentence(
    fault: Fault | None, token: str, text: str
) -> None:
    with serving(fault) as stand_in:
        result = run(stand_in.url, token=token)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert text in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert token not in result.output
    assert len(stand_in.received) <= 4
