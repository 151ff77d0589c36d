"""Packages that were built are used again, and only where everything that decides their content is the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import aws_lambda as lambda_

from infra import built_packages
from infra.built_packages import built
from infra.target import Target

TARGET = Target("3.13", "aarch64-manylinux2014", lambda_.Architecture.ARM_64, "python3.13")
LOCK = "scim.lock"


class Builder:
    """Writes a file, and counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        (folder / "package.py").write_text("x = 1")


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Builder]:
    (tmp_path / LOCK).write_text("pydantic==2.14.3")
    monkeypatch.setattr(built_packages, "ROOT", tmp_path)
    monkeypatch.setattr(built_packages, "CACHE", tmp_path / ".cache" / "packages")
    return Builder()


def test_the_same_packages_are_built_once(builder: Builder):
    first, second = (built(LOCK, ("dynamodb",), TARGET, builder) for _ in range(2))
    assert first == second
    assert (first / "package.py").read_text() == "x = 1"
    assert builder.calls == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"services": ("dynamodb", "logs")},
        {"target": replace(TARGET, python="3.12")},
        {"target": replace(TARGET, wheels="x86_64-manylinux2014")},
        {"target": replace(TARGET, wheels=None)},
        {"target": replace(TARGET, compiler=None)},
    ],
    ids=["services", "python", "platform", "host", "uncompiled"],
)
def test_other_services_or_another_target_are_built_anew(builder: Builder, changed: dict[str, object]):
    arguments = {"services": ("dynamodb",), "target": TARGET}
    folders = {built(lock=LOCK, build=builder, **each) for each in (arguments, arguments | changed)}  # type: ignore[arg-type]
    assert len(folders) == builder.calls == 2


def test_another_lock_is_built_anew(builder: Builder, tmp_path: Path):
    before = built(LOCK, (), TARGET, builder)
    (tmp_path / LOCK).write_text("pydantic==2.14.4")
    assert built(LOCK, (), TARGET, builder) != before


def test_a_build_that_fails_keeps_nothing_and_is_tried_again(builder: Builder, tmp_path: Path):
    def fails(folder: Path) -> None:
        builder(folder)
        raise RuntimeError("no network")

    with pytest.raises(RuntimeError, match="no network"):
        built(LOCK, (), TARGET, fails)
    assert list((tmp_path / ".cache" / "packages").iterdir()) == []
    assert (built(LOCK, (), TARGET, builder) / "package.py").is_file()
    assert builder.calls == 2


def test_of_two_builds_at_once_one_is_kept(builder: Builder):
    def slower(folder: Path) -> None:
        built(LOCK, (), TARGET, builder)
        builder(folder)

    folder = built(LOCK, (), TARGET, slower)
    assert [each.name for each in folder.parent.iterdir()] == [folder.name]
    assert builder.calls == 2
