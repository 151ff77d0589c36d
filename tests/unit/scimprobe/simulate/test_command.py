"""The command line of `scimctl simulate`: where it finds tenant and token, what it prints, how it exits."""

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from scimctl.local_state import LocalConnection, LocalState, write_connection, write_state
from scimprobe.simulate.command import simulate
from tests.unit.scimprobe.stand_in import TOKEN, StandIn, serving

SMALL = ("--users", "2", "--groups", "1")


def run(*arguments: str, token: str | None = None) -> Result:
    app = typer.Typer()
    app.command()(simulate)
    return CliRunner().invoke(app, [*arguments], env={"SCIM_TOKEN": token, "COLUMNS": "200"})


def local_endpoint(stand_in: StandIn, directory: Path) -> tuple[str, str]:
    write_state(directory, LocalState("local", 9, "us-east-1"))
    write_connection(directory, "local", LocalConnection(stand_in.url, TOKEN))
    return "--state-dir", str(directory)


def test_without_a_url_it_simulates_against_the_local_endpoint(tmp_path: Path) -> None:
    with serving() as stand_in:
        result = run(*SMALL, *local_endpoint(stand_in, tmp_path))
    assert result.exit_code == 0, result.output
    assert "Everything is as it was meant." in result.stdout
    assert stand_in.received


def test_another_environment_of_the_local_cloud_is_chosen_by_its_name(tmp_path: Path) -> None:
    with serving() as first, serving() as second:
        local = local_endpoint(first, tmp_path)
        write_connection(tmp_path, "devices", LocalConnection(second.url, TOKEN))
        result = run(*SMALL, *local, "--environment", "devices")
        assert (bool(first.received), bool(second.received)) == (False, True)
        unknown = run(*SMALL, *local, "--environment", "compliance")
        both = run(*SMALL, *local, "--environment", "devices", "--tenant-url", second.url, token=TOKEN)
    assert result.exit_code == 0, result.output
    assert (unknown.exit_code, both.exit_code) == (2, 2)
    assert "scimctl local up --environment compliance" in unknown.output
    assert "not both" in both.output


def test_the_token_may_come_from_the_environment_and_is_never_echoed() -> None:
    with serving() as stand_in:
        result = run(*SMALL, "--tenant-url", stand_in.url, token=TOKEN)
    assert result.exit_code == 0
    assert TOKEN not in result.output


def test_the_token_of_the_local_endpoint_goes_to_no_other_url(tmp_path: Path) -> None:
    with serving() as stand_in:
        local = local_endpoint(stand_in, tmp_path)
        result = run(*SMALL, *local, "--tenant-url", stand_in.url)
        assert stand_in.received == []
    assert result.exit_code == 2
    assert "SCIM_TOKEN" in result.output


def test_without_a_local_endpoint_it_says_what_to_do(tmp_path: Path) -> None:
    result = run("--state-dir", str(tmp_path))
    assert result.exit_code == 2
    assert "scimctl local up" in result.output


def test_a_url_that_would_show_the_token_to_others_is_refused() -> None:
    result = run("--tenant-url", "http://example.com/scim/v2", token=TOKEN)
    assert result.exit_code == 2
    assert "https://" in result.output
    assert TOKEN not in result.output


def test_json_is_the_only_thing_on_standard_output() -> None:
    with serving() as stand_in:
        result = run(*SMALL, "--tenant-url", stand_in.url, "--output", "json", token=TOKEN)
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
        result = run(*SMALL, *arguments, "--tenant-url", stand_in.url + query, "--output", "json", token=TOKEN)
    assert json.loads(result.stdout)["dialect"] == dialect
    assert all(("aadOptscim062020" in each.target) == (dialect == "entra-flag") for each in stand_in.received)


def test_a_difference_makes_the_exit_status_1() -> None:
    with serving(
        lambda received, right: right(received) if received.method != "DELETE" else (204, {}, None)
    ) as stand_in:
        result = run("--users", "12", "--groups", "2", "--tenant-url", stand_in.url, token=TOKEN)
    assert result.exit_code == 1
    assert "expected 404, found 200" in result.stdout


def test_a_wrong_token_makes_the_exit_status_1_and_is_told() -> None:
    with serving() as stand_in:
        result = run("--tenant-url", stand_in.url, token="wr0ng")
    assert result.exit_code == 1
    assert "401" in result.stdout
    assert "wr0ng" not in result.output
