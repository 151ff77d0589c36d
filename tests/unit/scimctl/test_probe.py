"""`scimctl check` and `scimctl simulate`: the local endpoint is the default tenant, and its token goes nowhere else."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scimctl.local_state import LocalConnection, LocalState, write_connection, write_state
from scimctl.main import app
from tests.unit.scimprobe.stand_in import TOKEN, StandIn, serving

CHECK = ("check", "--suite", "okta")
SIMULATE = ("simulate", "--users", "2", "--groups", "1")

both = pytest.mark.parametrize("command", [CHECK, SIMULATE], ids=["check", "simulate"])


@pytest.fixture(autouse=True)
def _restore_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(*arguments: str, token: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, env={"SCIM_TOKEN": token, "COLUMNS": "200"})


def local_endpoint(stand_in: StandIn, directory: Path) -> tuple[str, str]:
    write_state(directory, LocalState("local", 9, "us-east-1"))
    write_connection(directory, "local", LocalConnection(stand_in.url, TOKEN))
    return "--state-dir", str(directory)


@both
def test_without_a_url_the_local_endpoint_is_the_tenant(command: tuple[str, ...], tmp_path: Path) -> None:
    with serving() as stand_in:
        result = run(*command, *local_endpoint(stand_in, tmp_path))
    assert result.exit_code == 0, result.output
    assert stand_in.received
    assert TOKEN not in result.output


@both
def test_an_environment_of_the_local_cloud_is_chosen_by_its_name(command: tuple[str, ...], tmp_path: Path) -> None:
    with serving() as first, serving() as second:
        local = local_endpoint(first, tmp_path)
        write_connection(tmp_path, "devices", LocalConnection(second.url, TOKEN))
        result = run(*command, *local, "--environment", "devices")
        assert (bool(first.received), bool(second.received)) == (False, True)
        unknown = run(*command, *local, "--environment", "compliance")
        contradiction = run(*command, *local, "--environment", "devices", second.url, token=TOKEN)
    assert result.exit_code == 0, result.output
    assert (unknown.exit_code, contradiction.exit_code) == (2, 2)
    assert "scimctl local up --environment compliance" in unknown.output
    assert "either --environment" in contradiction.output


@both
def test_the_token_of_the_local_endpoint_goes_to_no_other_url(command: tuple[str, ...], tmp_path: Path) -> None:
    with serving() as stand_in:
        local = local_endpoint(stand_in, tmp_path)
        result = run(*command, *local, stand_in.url)
        assert stand_in.received == []
    assert result.exit_code == 2
    assert "SCIM_TOKEN" in result.output


@both
def test_without_a_local_endpoint_the_message_names_the_command_that_starts_it(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    result = run(*command, "--state-dir", str(tmp_path))
    assert result.exit_code == 2
    assert "scimctl local up" in result.output


@both
def test_another_endpoint_is_named_by_its_url(command: tuple[str, ...]) -> None:
    with serving() as stand_in:
        result = run(*command, stand_in.url, token=TOKEN)
    assert result.exit_code == 0, result.output
    assert stand_in.received


# Expectations ----------------------------------------------------------------------------------------------------


def test_the_rules_of_the_chosen_environment_are_expected(tmp_path: Path) -> None:
    with serving() as stand_in:
        write_state(tmp_path, LocalState("compliance", 9, "us-east-1"))
        write_connection(tmp_path, "compliance", LocalConnection(stand_in.url, TOKEN))
        local = ("--state-dir", str(tmp_path))
        checked = run("check", "--suite", "rules", *local)
        simulated = run(*SIMULATE, *local, "--environment", "compliance")
    assert checked.exit_code == 1
    assert "The rules of compliance.toml" in checked.stdout
    assert "\u2717 groups.served" in checked.stdout
    assert "By compliance.toml: groups.served is false" in simulated.stdout


def test_of_another_endpoint_only_a_file_expects_anything(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"format": 1, "name": "theirs", "groups": {"served": False}}))
    with serving() as stand_in:
        without = run("check", stand_in.url, "--suite", "rules", token=TOKEN)
        with_file = run("check", stand_in.url, "--suite", "rules", "--expect", str(path), token=TOKEN)
        broken = run("check", stand_in.url, "--expect", str(tmp_path / "absent.json"), token=TOKEN)
    assert (without.exit_code, with_file.exit_code, broken.exit_code) == (2, 1, 2)
    assert "--expect" in without.output
    assert "The rules of theirs" in with_file.stdout
    assert "cannot be read" in broken.output
