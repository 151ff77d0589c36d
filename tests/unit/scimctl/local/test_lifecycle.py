"""Up and down, as far as they go without an emulator: what is refused, what is told of a crash, who waits for whom."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lambdas.environment.file import SettingsError
from lambdas.operations.problems import Problem
from scimctl import local_state as state
from scimctl.local import cdk, lifecycle, lock, processes
from scimctl.local_state import CloudProcess, LocalConnection, LocalState
from tests.servers import in_a_thread
from tests.unit.scimctl.cloudformation import StandIn

GONE = "another boot/1"


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """The state directory of an emulator that is gone without having been stopped."""
    state.write_state(tmp_path, LocalState("local", 4600, "us-east-1"))
    state.write_process(tmp_path, CloudProcess(os.getpid(), GONE, 4600))
    os.utime(tmp_path / "process.json", (2000, 2000))
    return tmp_path


def saved(directory: Path, at: float) -> None:
    (directory / "state").mkdir()
    table = directory / "state" / "dynamodb.json"
    table.write_text("{}")
    os.utime(table, (at, at))


def test_down_without_up_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert not lifecycle.take_down(tmp_path)
    assert capsys.readouterr().err == ""


def test_a_crash_before_anything_was_saved_is_told_as_the_loss_of_everything(
    crashed: Path, capsys: pytest.CaptureFixture[str]
):
    assert not lifecycle.take_down(crashed)
    assert "was not stopped properly (a crash or a reboot): its data is lost" in capsys.readouterr().err
    assert state.read_process(crashed) is None


def test_a_crash_is_told_with_the_moment_from_which_changes_are_lost(crashed: Path, capsys: pytest.CaptureFixture[str]):
    saved(crashed, at=1000)
    lifecycle.take_down(crashed)
    told = " ".join(capsys.readouterr().err.split())
    assert "what changed after 1970-01-01" in told
    assert "when it was last stopped, is lost" in told


def test_an_emulator_that_somebody_else_ended_properly_lost_nothing(crashed: Path, capsys: pytest.CaptureFixture[str]):
    saved(crashed, at=3000)
    lifecycle.take_down(crashed)
    assert capsys.readouterr().err == ""


def test_a_crash_is_told_once(crashed: Path, capsys: pytest.CaptureFixture[str]):
    lifecycle.take_down(crashed)
    capsys.readouterr()
    lifecycle.take_down(crashed)
    assert capsys.readouterr().err == ""


@pytest.fixture
def running(tmp_path: Path) -> Path:
    """The state directory of a local cloud that this process stands for, answering or not."""
    me = processes.find(os.getpid())
    assert me is not None
    state.write_process(tmp_path, CloudProcess(me.pid, me.started, 4600))
    return tmp_path


class Ready(BaseHTTPRequestHandler):
    """Says that it serves requests."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def answering(running: Path) -> Iterator[Path]:
    """The same, and something answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ready)
    process = state.read_process(running)
    assert process is not None
    state.write_process(running, replace(process, port=server.server_port))
    with in_a_thread(server):
        yield running


def furnish(directory: Path, name: str) -> None:
    """Leave what a deployment of an environment leaves."""
    state.write_state(directory, LocalState(name, 4600, "us-east-1", {"ApiId": "abc"}))
    state.write_connection(directory, name, LocalConnection("http://127.0.0.1:4600/v2/abc", "scim_x"))


def test_what_runs_already_is_left_as_it_is(answering: Path):
    for name in ("local", "example"):
        furnish(answering, name)
    assert lifecycle.bring_up(answering, [], None) == lifecycle.Up("local", already=True)
    assert lifecycle.bring_up(answering, ["example", "local"], None) == lifecycle.Up("example", already=True)


def test_a_mistake_in_a_file_is_told_before_anything_is_started(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"environments/nowhere\.toml does not exist"):
        lifecycle.bring_up(tmp_path, ["local", "nowhere"], None)
    assert list(tmp_path.iterdir()) == []


def test_an_environment_whose_file_is_gone_is_left_as_it_was_deployed(
    answering: Path, capsys: pytest.CaptureFixture[str]
):
    for name in ("gone", "local"):
        furnish(answering, name)
    assert lifecycle.bring_up(answering, [], None) == lifecycle.Up("local", already=True)
    told = capsys.readouterr().err
    assert "environments/gone.toml no longer exists" in told
    assert "`scimctl local destroy gone` removes it" in told


def test_nothing_is_deployed_into_a_local_cloud_that_does_not_run(tmp_path: Path):
    with pytest.raises(Problem, match="start it with `scimctl local up --detach`"):
        lifecycle.deploy(tmp_path, ["example"])


def test_nothing_is_deployed_into_a_local_cloud_that_does_not_answer(running: Path):
    with pytest.raises(Problem, match="does not answer"):
        lifecycle.deploy(running, ["example"])


def test_an_emulator_on_another_port_than_asked_for_is_not_taken(running: Path):
    with pytest.raises(Problem, match="already runs on port 4600, not 4601"):
        lifecycle.bring_up(running, ["local"], 4601)


def test_a_failed_connection_hides_no_failed_deployment_and_forgets_nothing_that_is_deployed(
    cloudformation: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    port = urlsplit(cloudformation.url).port
    assert port
    script = tmp_path / "cdk"
    script.write_text("#!/bin/sh\necho ' ✅  scim-a'\necho ' ✅  scim-b'\nexit 1\n")
    script.chmod(0o700)
    monkeypatch.setattr(cdk, "CDK", script)
    monkeypatch.setattr(cdk, "ARCHIVES", tmp_path / "archives")
    cloudformation.stacks |= {"CDKToolkit": {}, "scim-a": {"ApiId": "a"}, "scim-b": {"ApiId": "b"}, "scim-c": {}}
    cloudformation.failed["scim-c"] = {"Queue": "Value -1 is out of range"}
    for name in ("a", "b"):
        furnish(tmp_path / ".local", name)
        state.forget_state(tmp_path / ".local", name)
        state.write_connection(tmp_path / ".local", name, LocalConnection("http://127.0.0.1:4600/v2/abc", "scim_x"))
    with pytest.raises(Problem) as raised:
        lifecycle._furnish(tmp_path / ".local", ["a", "b", "c"], CloudProcess(1, GONE, port, 4601), again=True)
    assert "The deployment of scim-c failed.\nQueue (AWS::SQS::Queue): Value -1 is out of range" in str(raised.value)
    assert str(raised.value).count("The endpoint is deployed and ") == 2, "neither connection can be made"
    assert [each.environment for each in state.read_states(tmp_path / ".local")] == ["a", "b"]
    assert state.read_sign_in_port(tmp_path / ".local", port) == 4601


def test_two_commands_at_once_on_a_directory_are_refused(tmp_path: Path):
    with lock.held(tmp_path), pytest.raises(Problem, match="is at work on"), lock.held(tmp_path):
        pass


def test_who_waits_for_the_other_command_gets_its_turn(tmp_path: Path):
    order = []

    def second() -> None:
        with lock.held(tmp_path, wait=True):
            order.append("second")

    waiting = threading.Thread(target=second)
    with lock.held(tmp_path):
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join(5)
    assert order == ["first", "second"]
