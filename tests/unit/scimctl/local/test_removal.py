"""What can be removed from the local cloud, and what is said when nothing can."""

from pathlib import Path

import pytest

from lambdas.operations.problems import Problem
from scimctl import local_state as state
from scimctl.local import removal
from scimctl.local_state import LocalState

DATA = {"TableName": "scim-devices-Table", "LogGroupName": "/scim/devices"}
DEVICES = LocalState("devices", 4600, "us-east-1", {**DATA, "ApiId": "abc"})


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A state directory with two environments."""
    state.write_state(tmp_path, LocalState("local", 4600, "us-east-1", {"ApiId": "def"}))
    state.write_state(tmp_path, DEVICES)
    return tmp_path


@pytest.mark.parametrize("with_data", [True, False])
def test_what_is_deployed_can_be_removed(directory: Path, with_data: bool):
    assert removal.require_removable(directory, "devices", 4600, with_data=with_data) == DEVICES


@pytest.mark.parametrize("with_data", [True, False])
def test_what_is_not_deployed_is_told_with_what_is(directory: Path, with_data: bool):
    with pytest.raises(Problem, match=r"compliance is not deployed to the local cloud\. There is: local, devices\."):
        removal.require_removable(directory, "compliance", 4600, with_data=with_data)


def test_what_was_retained_can_be_deleted_later_and_only_when_that_is_said(directory: Path):
    state.forget_state(directory, "devices", DATA)
    with pytest.raises(
        Problem, match=r"its data was retained\. `scimctl local destroy devices --with-data` deletes it"
    ):
        removal.require_removable(directory, "devices", 4600, with_data=False)
    left = removal.require_removable(directory, "devices", 4700, with_data=True)
    assert left == LocalState("devices", 4700, "us-east-1", DATA)


def test_what_is_left_is_named(directory: Path):
    assert removal.names_of(DATA) == "table scim-devices-Table and log group /scim/devices"
