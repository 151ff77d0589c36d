"""A start deploys what has changed since the last deployment, whatever it is, and nothing else."""

import importlib.metadata
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from lambdas.environment import file as settings
from lambdas.environment.file.webhooks import RECEIVER_VARIABLE
from scimctl.local import changes
from scimctl.local_state import PROJECT, LocalState
from tests.unit.scimctl.cloudformation import StandIn

AUTHORITY = "http://127.0.0.1:4567"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout with a commit, and a folder of environments beside it."""
    project, environments = tmp_path / "checkout", tmp_path / "environments"
    for name in (
        "lambdas/api/handler.py",
        "lambdas/api/__pycache__/handler.pyc",
        "infra/stack.py",
        "scimctl/local/cdk.py",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("1")
    for name in ("requirements/scim.lock", "node_modules/.package-lock.json", "tests/test_x.py"):
        (project / name).parent.mkdir(parents=True)
        (project / name).write_text("1")
    for name in ("app.py", "cdk.json", "pyproject.toml", "README.md"):
        (project / name).write_text("1")
    environments.mkdir()
    (environments / "local.toml").write_text("1")
    git(project, "init", "--quiet")
    commit(project)
    monkeypatch.setattr(changes, "PROJECT", project)
    monkeypatch.setattr(settings, "ENVIRONMENTS", environments)
    return project


def git(project: Path, *arguments: str) -> None:
    alone = ("-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null")
    subprocess.run(["git", *alone, *arguments], cwd=project, check=True)  # noqa: S607 -- the one on the path


def commit(project: Path) -> None:
    git(project, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "x")


def fingerprint(environment: str, authority: str | None) -> str:
    return changes.fingerprints([environment], authority)[environment]


def write(*names: str) -> Callable[[Path], None]:
    def write_to(project: Path) -> None:
        for name in names:
            (project / name).write_text("2")

    return write_to


@pytest.mark.parametrize(
    "change",
    [
        write("lambdas/api/handler.py"),
        write("lambdas/api/new.py"),
        lambda project: (project / "lambdas/api/handler.py").unlink(),
        lambda project: (project / "lambdas/api/handler.py").rename(project / "lambdas/api/other.py"),
        write("infra/stack.py"),
        write("scimctl/local/cdk.py"),
        write("requirements/scim.lock"),
        write("node_modules/.package-lock.json"),
        write("app.py"),
        write("cdk.json"),
        write("cdk.context.json"),
        write("pyproject.toml"),
        write("../environments/local.toml"),
        commit,
    ],
    ids=[
        *("changed code", "new code", "deleted code", "renamed code", "infrastructure", "local deployment", "a lock"),
        *(
            "packages of the console",
            "the app",
            "context",
            "kept context",
            "the project",
            "an environment file",
            "a commit",
        ),
    ],
)
def test_a_change_of_what_is_deployed_gives_another_fingerprint(project: Path, change: Callable[[Path], Any]) -> None:
    before = fingerprint("local", AUTHORITY)
    assert fingerprint("local", AUTHORITY) == before
    change(project)
    assert fingerprint("local", AUTHORITY) != before


def test_the_environment_the_provider_the_receiver_and_the_cdk_are_part_of_the_fingerprint(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {fingerprint("local", AUTHORITY), fingerprint("other", AUTHORITY)}
    found.add(fingerprint("local", None))
    monkeypatch.setenv(RECEIVER_VARIABLE, "http://127.0.0.1:1/hooks")
    found.add(fingerprint("local", AUTHORITY))
    monkeypatch.setattr(importlib.metadata, "version", lambda name: f"{name} of tomorrow")
    found.add(fingerprint("local", AUTHORITY))
    assert len(found) == 5


def test_another_version_of_node_gives_another_fingerprint(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint("local", AUTHORITY)
    (tmp_path / "bin").mkdir()
    node = tmp_path / "bin" / "node"
    node.write_text("#!/bin/sh\necho v99.0.0\n")
    node.chmod(0o700)
    monkeypatch.setenv("PATH", f"{node.parent}{os.pathsep}{os.environ['PATH']}")
    assert fingerprint("local", AUTHORITY) != before


def test_several_environments_have_the_fingerprints_that_each_has_alone(project: Path) -> None:
    both = changes.fingerprints(["local", "other"], AUTHORITY)
    assert both == {name: fingerprint(name, AUTHORITY) for name in ("local", "other")}


def test_what_is_no_regular_file_and_what_is_no_environment_file_changes_nothing(project: Path) -> None:
    before = fingerprint("local", AUTHORITY)
    (project / "../environments/.#local.toml").symlink_to("ada@example.com.1:2")
    os.mkfifo(project / "../environments/pipe.toml")
    os.mkfifo(project / "lambdas/api/pipe")
    (project / "../environments/notes").mkdir()
    write("../environments/notes/more.toml", "../environments/README.md")(project)
    assert fingerprint("local", AUTHORITY) == before


def test_a_change_of_what_is_not_deployed_changes_nothing(project: Path) -> None:
    before = fingerprint("local", AUTHORITY)
    write("README.md", "tests/test_x.py", "lambdas/api/__pycache__/handler.pyc")(project)
    assert fingerprint("local", AUTHORITY) == before


def test_every_source_is_in_the_checkout() -> None:
    assert [name for name in changes.SOURCES if not (PROJECT / name).exists()] == []


class Cloud(LocalState):
    """An environment in a cloud that moto and a stand-in for CloudFormation simulate."""

    def client_arguments(self) -> dict[str, str]:
        return {"region_name": "us-east-1"}


def test_only_a_stack_that_was_deployed_from_the_same_files_needs_no_deployment(cloudformation: StandIn) -> None:
    state = Cloud("local", 4566, "us-east-1")
    with mock_aws():
        assert not changes.is_deployed(state, "a")
        cloudformation.stacks["scim-local"] = {}
        cloudformation.templates["scim-local"] = "{}"
        assert not changes.is_deployed(state, "a"), "what it was deployed from is unknown"
        changes.remember(state, "a")
        assert changes.is_deployed(state, "a")
        assert not changes.is_deployed(state, "b")
        cloudformation.templates["scim-local"] = '{"Resources": {}}'
        assert not changes.is_deployed(state, "a"), "another command deployed since"
        changes.remember(state, "b")
        assert changes.is_deployed(state, "b")
        del cloudformation.stacks["scim-local"]
        assert not changes.is_deployed(state, "b")
