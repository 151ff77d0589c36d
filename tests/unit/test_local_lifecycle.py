"""Up and down, as far as they go without an emulator: what is refused, what is told of a crash, who waits for whom."""

import os
import threading
from pathlib import Path

import pytest

from scimctl.local import lifecycle, lock, processes, state
from scimctl.local.state import CloudProcess, LocalState
from scimctl.problems import Problem

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


def test_another_environment_than_the_directory_s_is_refused(crashed: Path, monkeypatch: pytest.MonkeyPatch):
    state.write_state(crashed, LocalState("other", 4600, "us-east-1"))
    with pytest.raises(Problem, match="holds the local cloud of environment other, not local"):
        lifecycle.bring_up(crashed, "local", None)


def test_an_environment_for_aws_is_not_deployed_here(tmp_path: Path):
    with pytest.raises(Problem, match=r"environments/example\.toml is for AWS"):
        lifecycle.bring_up(tmp_path, "example", None)


def test_an_emulator_on_another_port_than_asked_for_is_not_taken(tmp_path: Path):
    me = processes.find(os.getpid())
    assert me is not None
    state.write_process(tmp_path, CloudProcess(me.pid, me.started, 4600))
    with pytest.raises(Problem, match="already runs on port 4600, not 4601"):
        lifecycle.bring_up(tmp_path, "local", 4601)


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
