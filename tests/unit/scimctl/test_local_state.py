"""The files of a local cloud."""

import json
import stat
from pathlib import Path

import pytest

from scimctl import local_state as state
from scimctl.local_state import CloudProcess, LocalConnection, LocalState, StateError

OUTPUTS = {"ApiId": "abc123", "TableName": "scim-local-Table"}
CONNECTION = LocalConnection("http://127.0.0.1:4600/v2/abc", "scim_x")
LOCAL = LocalState("local", 4600, "us-east-1", OUTPUTS)
DEVICES = LocalState("devices", 4600, "us-east-1", {"ApiId": "def456", "TableName": "scim-devices-Table"})


def test_what_was_written_is_read_again(tmp_path: Path):
    written = LocalState("local", 4600, "us-east-1", OUTPUTS)
    state.write_state(tmp_path, written)
    assert state.read_state(tmp_path) == written


def test_a_connection_and_a_process_are_read_again(tmp_path: Path):
    process = CloudProcess(12, "boot/34", 4600)
    state.write_connection(tmp_path, "local", CONNECTION)
    state.write_process(tmp_path, process)
    assert (state.read_connection(tmp_path, "local"), state.read_process(tmp_path)) == (CONNECTION, process)


def test_an_empty_directory_holds_nothing(tmp_path: Path):
    assert state.read_state(tmp_path) is None
    assert state.read_states(tmp_path) == []
    assert state.read_retained(tmp_path) == {}
    assert state.read_connection(tmp_path) is None
    assert state.read_connection(tmp_path, "local") is None
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
    state.write_state(tmp_path, LOCAL)
    own, first = state.home(tmp_path, "local") / "connection.json", tmp_path / "connection.json"
    own.parent.mkdir(parents=True)
    for path in (own, first):
        path.write_text("{}")
        path.chmod(0o644)
    state.write_connection(tmp_path, "local", CONNECTION)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (own, first)} == {0o600}


def test_the_secret_is_not_in_what_a_debugger_shows():
    assert "scim_x" not in repr(LocalConnection("http://127.0.0.1:4600/v2/abc", "scim_x"))


def test_the_connection_s_id_is_the_last_part_of_its_url():
    assert LocalConnection("http://127.0.0.1:4600/scim/v2/k3x7/", "scim_x").connection_id == "k3x7"


def test_several_environments_are_beside_each_other_and_the_first_is_meant_when_none_is_named(tmp_path: Path):
    state.write_state(tmp_path, LOCAL)
    state.write_state(tmp_path, DEVICES)
    assert state.read_states(tmp_path) == [LOCAL, DEVICES]
    assert state.read_state(tmp_path) == LOCAL
    assert state.read_state(tmp_path, "devices") == DEVICES
    assert state.read_state(tmp_path, "compliance") is None


def test_an_environment_that_is_deployed_again_keeps_its_place_and_gets_its_new_outputs(tmp_path: Path):
    for each in (LOCAL, DEVICES):
        state.write_state(tmp_path, each)
    again = LocalState("local", 4600, "us-east-1", {"ApiId": "new"})
    state.write_state(tmp_path, again)
    assert state.read_states(tmp_path) == [again, DEVICES]


def test_all_environments_answer_on_the_port_of_the_one_local_cloud(tmp_path: Path):
    state.write_state(tmp_path, LOCAL)
    state.write_state(tmp_path, LocalState("devices", 4700, "us-east-1", DEVICES.outputs))
    assert [each.port for each in state.read_states(tmp_path)] == [4700, 4700]


def test_each_environment_has_its_own_connection_and_the_first_one_s_is_at_hand(tmp_path: Path):
    other = LocalConnection("http://127.0.0.1:4600/v2/def", "scim_y")
    for each, link in ((LOCAL, CONNECTION), (DEVICES, other)):
        state.write_state(tmp_path, each)
        state.write_connection(tmp_path, each.environment, link)
    assert state.read_connection(tmp_path, "local") == state.read_connection(tmp_path) == CONNECTION
    assert state.read_connection(tmp_path, "devices") == other
    state.forget_state(tmp_path, "local")
    assert state.read_connection(tmp_path, "local") is None
    assert state.read_connection(tmp_path) == other
    state.forget_state(tmp_path, "devices")
    assert state.read_connection(tmp_path) is None


def test_a_removed_environment_is_forgotten_except_for_what_was_retained_of_it(tmp_path: Path):
    kept = {"TableName": "scim-devices-Table"}
    for each in (LOCAL, DEVICES):
        state.write_state(tmp_path, each)
    state.forget_state(tmp_path, "devices", kept)
    assert state.read_states(tmp_path) == [LOCAL]
    assert state.read_retained(tmp_path) == {"devices": kept}
    state.forget_state(tmp_path, "local")
    assert state.read_retained(tmp_path) == {"devices": kept}
    state.write_state(tmp_path, DEVICES)
    assert state.read_retained(tmp_path) == {}


def test_the_port_is_remembered_when_nothing_is_deployed_any_more(tmp_path: Path):
    assert state.read_port(tmp_path) is None
    state.write_state(tmp_path, LOCAL)
    state.forget_state(tmp_path, "local")
    assert (state.read_states(tmp_path), state.read_port(tmp_path)) == ([], 4600)


def test_the_port_of_the_provider_is_remembered_for_the_same_port_of_the_local_cloud(tmp_path: Path):
    state.keep_sign_in_port(tmp_path, 4570)
    assert state.read_sign_in_port(tmp_path, 4566) is None, "nothing was deployed"
    state.write_state(tmp_path, LocalState("local", 4566, "us-east-1"))
    assert state.read_sign_in_port(tmp_path, 4566) is None
    state.keep_sign_in_port(tmp_path, 4570)
    state.write_state(tmp_path, LocalState("other", 4566, "us-east-1"))
    assert state.read_sign_in_port(tmp_path, 4566) == 4570
    assert state.read_sign_in_port(tmp_path, 4600) is None


def test_a_state_from_when_there_was_one_environment_is_read(tmp_path: Path):
    keys = {"access_key_id": "test", "secret_access_key": "test"}
    before = {"environment": "local", "port": 4600, "region": "us-east-1", "outputs": OUTPUTS, **keys}
    (tmp_path / "state.json").write_text(json.dumps(before))
    assert state.read_states(tmp_path) == [LOCAL]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"port": 1}', '{"environment": "local"}', '{"port": 1, "region": "x", "environments": []}']
)
def test_a_broken_state_is_told_with_its_path(tmp_path: Path, text: str):
    (tmp_path / "state.json").write_text(text)
    with pytest.raises(StateError, match=r"state\.json cannot be read\. Delete it"):
        state.read_states(tmp_path)


def test_the_addresses_follow_the_port():
    local = LocalState("local", 4601, "us-east-1", OUTPUTS)
    assert local.endpoint == "http://127.0.0.1:4601"
    assert local.base_url == "http://127.0.0.1:4601/restapis/abc123/scim/_user_request_"


def test_the_state_directory_may_be_named_by_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SCIMCTL_STATE_DIR", str(tmp_path))
    assert state.default_directory() == tmp_path
    monkeypatch.delenv("SCIMCTL_STATE_DIR")
    assert state.default_directory() == state.PROJECT / ".local"
