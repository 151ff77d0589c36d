"""The lock of a state directory, and who may read the directory."""

import stat
from pathlib import Path

import pytest

from scimctl.local import lock


@pytest.mark.parametrize("exists", [True, False])
def test_only_the_owner_reads_a_state_directory(tmp_path: Path, exists: bool) -> None:
    directory = tmp_path / "deep" / "state"
    if exists:
        directory.mkdir(parents=True, mode=0o755)
    with lock.held(directory):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
