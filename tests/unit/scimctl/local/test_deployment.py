"""What a deployment of several environments leaves behind and says when it fails, and what an interrupted bootstrap leaves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lambdas.operations.problems import Problem
from scimctl.local import cdk, deployment
from scimctl.local_state import LocalState
from tests.unit.scimctl.cloudformation import StandIn

Prints = Callable[..., None]


@pytest.fixture
def cdk_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prints:
    """Let a script take the place of the CDK, which prints what the CDK does and ends with a status."""
    monkeypatch.setattr(cdk, "ARCHIVES", tmp_path / "archives")

    def prints(*lines: str, status: int = 1, templates: dict[str, Any] | None = None) -> None:
        (tmp_path / "output").write_text("\n".join(lines) + "\n")
        files = [f"cp {tmp_path}/{name} {tmp_path}/.local/cdk.out/{name}" for name in templates or {}]
        for name, resources in (templates or {}).items():
            (tmp_path / name).write_text(json.dumps({"Resources": resources}))
        script = tmp_path / "cdk"
        script.write_text("\n".join(["#!/bin/sh", *files, f"cat {tmp_path}/output", f"exit {status}"]) + "\n")
        script.chmod(0o700)
        monkeypatch.setattr(cdk, "CDK", script)

    return prints


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / ".local"
    path.mkdir()
    return path


def states(cloud: StandIn, *names: str) -> list[LocalState]:
    port = urlsplit(cloud.url).port
    assert port
    return [LocalState(name, port, "us-east-1") for name in names]


def failure(directory: Path, deployed: list[LocalState]) -> deployment.DeploymentFailed:
    with pytest.raises(deployment.DeploymentFailed) as raised:
        deployment.deploy(directory, deployed, lambda text: None)
    return raised.value


def test_only_what_the_cdk_reports_is_deployed_when_another_stack_fails(
    cloudformation: StandIn, cdk_prints: Prints, directory: Path
) -> None:
    cloudformation.stacks |= {"scim-a": {}, "scim-b": {}, "scim-d": {"ApiId": "x"}, "scim-e": {}}
    cloudformation.failed["scim-a"] = {"Queue": "Value -1 is out of range"}
    cdk_prints(" ❌  scim-a failed: no", " ✅  scim-d", "✨  Deployment time: 5.1s", " ✅  scim-e (no changes)")
    failed = failure(directory, states(cloudformation, "a", "b", "c", "d", "e"))
    assert {name: (each.outputs, each.changed) for name, each in failed.done.items()} == {
        "d": ({"ApiId": "x"}, True),
        "e": ({}, False),
    }
    assert str(failed).splitlines() == [
        "The deployment of scim-a failed.",
        "Queue (AWS::SQS::Queue): Value -1 is out of range",
        "Not deployed: scim-b, scim-c.",
        f"Its log: {directory / 'deploy.log'}",
    ]


def test_a_failed_synthesis_deploys_nothing_also_of_what_was_deployed_before(
    cloudformation: StandIn, cdk_prints: Prints, directory: Path
) -> None:
    cloudformation.stacks |= {"scim-a": {}, "scim-b": {}}
    cdk_prints("Traceback (most recent call last):", '  File "app.py", line 1', "RuntimeError: boom")
    failed = failure(directory, states(cloudformation, "a", "b", "c"))
    assert failed.done == {}
    assert str(failed).splitlines()[:2] == ["The deployment of scim-a, scim-b, scim-c failed.", "RuntimeError: boom"]


def test_a_type_that_the_local_cloud_lacks_is_found_in_the_template_of_any_stack(
    cloudformation: StandIn, cdk_prints: Prints, directory: Path
) -> None:
    templates = {
        "scim-a.template.json": {"Table": {"Type": "AWS::DynamoDB::GlobalTable"}},
        "scim-b.template.json": {"Saved": {"Type": "AWS::Logs::QueryDefinition"}},
    }
    cdk_prints("Unrecognized resource types: [AWS::Logs::QueryDefinition]", templates=templates)
    text = str(failure(directory, states(cloudformation, "a", "b")))
    assert "Saved (AWS::Logs::QueryDefinition): the local cloud does not know this type of resource" in text


def test_a_deployment_gives_what_each_stack_holds_and_removes_the_output_of_earlier_versions(
    cloudformation: StandIn, cdk_prints: Prints, directory: Path
) -> None:
    cloudformation.stacks |= {"scim-a": {"ApiId": "x"}, "scim-b": {}}
    cloudformation.resources["scim-a"] = {"q": "AWS::SQS::Queue"}
    unused = directory / "environments" / "a" / "cdk.out"
    unused.mkdir(parents=True)
    (unused / "asset.zip").write_text("")
    (unused.parent / "connection.json").write_text("{}")
    cdk_prints(" ✅  scim-a", " ✅  scim-b (no changes)", status=0)
    assert deployment.deploy(directory, states(cloudformation, "a", "b"), lambda text: None) == {
        "a": deployment.Deployment({"ApiId": "x"}, 1, changed=True),
        "b": deployment.Deployment({}, 0, changed=False),
    }
    assert [each.name for each in unused.parent.iterdir()] == ["connection.json"]


def test_the_toolkit_s_template_is_where_the_cdk_has_it() -> None:
    assert "StagingBucket" in deployment._TOOLKIT_TEMPLATE.read_text(encoding="utf-8")


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "CREATE_FAILED", "ROLLBACK_COMPLETE"])
def test_what_an_interrupted_bootstrap_left_is_made_anew(cloudformation: StandIn, status: str) -> None:
    [state] = states(cloudformation, "a")
    cloudformation.stacks[deployment.TOOLKIT] = {"of": "before"}
    cloudformation.states[deployment.TOOLKIT] = status
    cloudformation.buckets = {"cdk-hnb659fds-assets-000000000000-us-east-1", "another"}
    assert deployment.bootstrap(state)
    assert cloudformation.buckets == {"another"}, "the stack retains its bucket"
    assert cloudformation.stacks[deployment.TOOLKIT] == {}
    assert not deployment.bootstrap(state), "done before"


def test_a_failed_bootstrap_names_the_resource(cloudformation: StandIn) -> None:
    [state] = states(cloudformation, "a")
    cloudformation.broken.add(deployment.TOOLKIT)
    cloudformation.failed[deployment.TOOLKIT] = {"StagingBucket": "no space left"}
    with pytest.raises(Problem, match=r"bootstrapped for the CDK\.\nStagingBucket \(AWS::SQS::Queue\): no space left"):
        deployment.bootstrap(state)
