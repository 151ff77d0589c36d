"""The stack of an environment in the local cloud: deployed and removed with the CDK's own command line."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from lambdas.environment.file import LOCAL_ACCOUNT
from lambdas.operations.problems import Problem
from scimctl.local import cdk, failures
from scimctl.local_state import PROJECT, LocalState, home

PROGRESS = re.compile(r"^\S+ \|\s*(\d+)/(\d+) \|")
"""A line of `--progress events`: `scim-local |  4/62 | 10:15:01 AM | CREATE_COMPLETE | ...`."""


@dataclass(frozen=True)
class Deployment:
    """What a deployment left behind."""

    outputs: dict[str, str]
    """The stack's outputs by name."""

    resources: int
    """How many resources the stack holds."""

    changed: bool
    """Whether anything had to be changed."""


def stack_name(environment: str) -> str:
    """Return the name of an environment's stack."""
    return f"scim-{environment}"


def bootstrap(directory: Path, state: LocalState) -> bool:
    """Create the bucket and roles that a deployment needs (`cdk bootstrap`), unless they exist.

    Gives True when it had to. Runs outside the project, because the CDK would synthesize the stack first. Raises
    Problem when it fails.
    """
    if _stack_status(state, "CDKToolkit") in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return False
    outside = directory / "tmp"
    outside.mkdir(parents=True, exist_ok=True)
    log = directory / "bootstrap.log"
    arguments = ["bootstrap", f"aws://{LOCAL_ACCOUNT}/{state.region}", "--no-notices"]
    status = cdk.run(arguments, state, outside, log, lambda _: None)
    if status != 0:
        raise Problem(f"cdk bootstrap failed.\n{failures.last_words(log)}\nIts log: {log}")
    return True


def deploy(directory: Path, state: LocalState, show: Callable[[str], None], authority: str | None = None) -> Deployment:
    """Synthesize and deploy the environment's stack (`cdk deploy`); `show` receives each step.

    `authority` is the issuer of the OpenID Provider for its console. Everything it writes goes below the environment's own
    directory. Raises Problem that names the failing resources and why each failed.
    """
    name = stack_name(state.environment)
    own = home(directory, state.environment)
    log, output = own / "deploy.log", own / "cdk.out"
    began = datetime.now(UTC)

    def progress(line: str) -> None:
        counted = PROGRESS.match(line)
        if counted:
            show(f"{min(int(counted[1]), int(counted[2]))} of {counted[2]} resources")

    show("synthesizing")
    own.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(output, ignore_errors=True)  # the CDK keeps every version of the functions' code there
    options = ["--require-approval", "never", "--progress", "events"]
    arguments = ["deploy", *cdk.app_arguments(state.environment, output, authority), *options]
    status = cdk.run(arguments, state, PROJECT, log, progress)
    if status != 0:
        raise _failed(state, f"The deployment of {name} failed.", began, log, output)
    stack = _client(state).describe_stacks(StackName=name)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    changed = f"{name} (no changes)" not in log.read_text(encoding="utf-8")
    return Deployment(outputs, _resource_count(state, name), changed)


def destroy(directory: Path, state: LocalState) -> None:
    """Remove the environment's stack (`cdk destroy`), with all of its resources that are not retained.

    Raises Problem that names the resources that could not be removed and why.
    """
    name = stack_name(state.environment)
    own = home(directory, state.environment)
    log, output = own / "destroy.log", own / "cdk.out"
    began = datetime.now(UTC)
    own.mkdir(parents=True, exist_ok=True)
    arguments = ["destroy", *_app_as_deployed(state.environment, output), "--force"]
    status = cdk.run(arguments, state, PROJECT, log, lambda _: None)
    if status != 0 or is_deployed(state):
        raise _failed(state, f"{name} could not be removed.", began, log, output)


def is_deployed(state: LocalState) -> bool:
    """Return whether the environment has a stack."""
    return _stack_status(state, stack_name(state.environment)) not in (None, "DELETE_COMPLETE")


def _app_as_deployed(environment: str, output: Path) -> list[str]:
    """Return the CDK's arguments for the deployed stack, whose environment file may be missing or invalid now."""
    if (output / "manifest.json").exists():
        return ["--app", str(output), "--no-notices"]
    return cdk.app_arguments(environment, output)


def _failed(state: LocalState, what: str, began: datetime, log: Path, output: Path) -> Problem:
    name = stack_name(state.environment)
    reasons = failures.explain(_failed_events(state, name, began), log, output / f"{name}.template.json")
    return Problem(f"{what}\n{reasons}\nIts log: {log}")


def _client(state: LocalState) -> Any:
    """Return a client of the local CloudFormation."""
    arguments: Any = state.client_arguments()
    return boto3.client("cloudformation", **arguments)


def _stack_status(state: LocalState, name: str) -> str | None:
    """Read a stack's status; None when there is no such stack."""
    try:
        status: str = _client(state).describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError:
        return None
    return status


def _resource_count(state: LocalState, name: str) -> int:
    """Count the resources of a stack."""
    pages = _client(state).get_paginator("list_stack_resources").paginate(StackName=name)
    return sum(len(page["StackResourceSummaries"]) for page in pages)


def _failed_events(state: LocalState, name: str, since: datetime) -> list[failures.FailedResource]:
    """Read which resources of a stack failed since a moment, from its events."""
    try:
        return list(failures_among(_client(state), name, since))
    except ClientError:  # it failed before there was a stack
        return []


def failures_among(client: Any, name: str, since: datetime) -> Iterator[failures.FailedResource]:
    """Yield which resources of a stack failed since a moment, the newest first."""
    for page in client.get_paginator("describe_stack_events").paginate(StackName=name):
        for event in page["StackEvents"]:
            recent = event["Timestamp"] >= since
            if recent and event["ResourceStatus"].endswith("_FAILED") and event["LogicalResourceId"] != name:
                reason = event.get("ResourceStatusReason", "")
                yield failures.FailedResource(event["LogicalResourceId"], event["ResourceType"], reason)
