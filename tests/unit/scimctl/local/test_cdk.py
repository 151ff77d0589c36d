"""The zipped assets that all deployments of a checkout to local clouds share."""

import json
import os
import time
from pathlib import Path

import pytest

from scimctl.local import cdk

DAY = 24 * 60 * 60


def test_zipped_assets_are_kept_for_a_week_after_the_last_deployment_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives, output = tmp_path / "archives", tmp_path / "cdk.out"
    monkeypatch.setattr(cdk, "ARCHIVES", archives)
    cdk.empty(output)
    for name, days in {
        "new.zip": 6,
        "old.zip": 8,
        "used.zip": 8,
        "old.zip.x7Yz._tmp": 8,
        "new.zip.a1Bc._tmp": 0,
    }.items():
        (archives / name).write_text("")
        os.utime(archives / name, (time.time() - days * DAY,) * 2)
    (output / "scim-a.assets.json").write_text(json.dumps({"files": {"used": {}, "gone": {}}}))
    (output / "scim-b.assets.json").write_text("{")
    cdk.empty(output)
    assert {path.name for path in archives.iterdir()} == {"new.zip", "used.zip", "new.zip.a1Bc._tmp"}
    assert time.time() - (archives / "used.zip").stat().st_mtime < 60
    assert [path.name for path in output.iterdir()] == [".cache"]
    assert (output / ".cache").resolve() == archives
