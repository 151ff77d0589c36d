"""The files of a local cloud."""

import stat
from pathlib import Path

import pytest

from scimctl.local import state
from scimctl.local.state import CloudProcess, LocalConnection, LocalState, StateError

OUTPUTS = {"ApiId": "abc123", "TableName": "scim-local-Table"}


def test_what_was_written_is_read_again(tmp_path: Path):
    written = LocalState("local", 4600, "us-east-1", OUTPUTS)
    state.write_state(tmp_path, written)
    assert state.read_state(tmp_path) == written


def test_a_connection_and_a_process_are_read_again(tmp_path: Path):
    connection, process = LocalConnection("http://127.0.0.1:4600/v2/abc", "scim_x"), CloudProcess(12, "boot/34", 4600)
    state.write_connection(tmp_path, connection)
    state.write_process(tmp_path, process)
    assert (state.read_connection(tmp_path), state.read_process(tmp_path)) == (connection, process)


def test_an_empty_directory_holds_nothing(tmp_path: Path):
    assert state.read_state(tmp_path) is None
    assert state.read_connection(tmp_path) is None
    assert state.read_process(tmp_path) is None


def test_a_forgotten_process_is_gone(tmp_path: Path):
    state.write_process(tmp_path, CloudProcess(12, "boot/34", 4600))
    state.forget_process(tmp_path)
    state.forget_process(tmp_path)
    assert state.read_process(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"port": 1}', '{"tenant_url": "x"}'])
def test_a_broken_file_is_told_with_its_path(tmp_path: Path, text: str):
    (tmp_path / "connection.json").write_text(text)
    with pytest.raises(StateError, match=r"connection\.json cannot be read\. Delete it"):
        state.read_connection(tmp_path)


def test_the_secret_is_readable_by_its_owner_only_even_over_an_older_file(tmp_path: Path):
    path = tmp_path / "connection.json"
    path.write_text("{}")
    path.chmod(0o644)
    state.write_connection(tmp_path, LocalConnection("http://127.0.0.1:4600/v2/abc", "scim_x"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_secret_is_not_in_what_a_debugger_shows():
    assert "scim_x" not in repr(LocalConnection("http://127.0.0.1:4600/v2/abc", "scim_x"))


def test_the_connection_s_id_is_the_last_part_of_its_url():
    assert LocalConnection("http://127.0.0.1:4600/scim/v2/k3x7/", "scim_x").connection_id == "k3x7"


def test_the_addresses_follow_the_port():
    local = LocalState("local", 4601, "us-east-1", OUTPUTS)
    assert local.endpoint == "http://127.0.0.1:4601"
    assert local.base_url == "http://127.0.0.1:4601/restapis/abc123/scim/_user_request_"


def test_the_state_directory_may_be_named_by_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SCIMCTL_STATE_DIR", str(tmp_path))
    assert state.default_directory() == tmp_path
    monkeypatch.delenv("SCIMCTL_STATE_DIR")
    assert state.default_directory() == state.PROJECT / ".local"
