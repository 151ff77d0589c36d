"""The stack in the local cloud, deployed with the CDK's own command line."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from scimctl.local import failures
from scimctl.local.state import PROJECT, LocalState
from scimctl.problems import Problem

CDK = PROJECT / "node_modules" / ".bin" / "cdk"
"""The CDK command line that `make install` installs, with the version that package.json pins."""

DEPLOY_SECONDS = 900
"""How long one run of the CDK may take before it is ended; it takes 15 s."""

_END_SECONDS = 5
"""How long the CDK gets to end itself when it is told to."""

_NODE_MAJORS = ",".join(str(major) for major in range(18, 40))

_QUIET = {
    "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
    "CDK_DISABLE_CLI_TELEMETRY": "1",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": _NODE_MAJORS,  # this one is a list of the versions it is silent on
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "NO_COLOR": "1",
}
"""Variables that keep the CDK, jsii and the AWS SDK from talking about themselves."""

_PROGRESS = re.compile(r"^\S+ \|\s*(\d+)/(\d+) \|")
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
    """Give the name of an environment's stack."""
    return f"scim-{environment}"


def bootstrap(directory: Path, state: LocalState, account: str) -> bool:
    """Make the bucket and roles that a deployment needs (`cdk bootstrap`), unless they are there already.

    Gives True when it had to. Runs outside the project, because the CDK would synthesize the stack first. Raises
    Problem when it fails.
    """
    if _stack_status(state, "CDKToolkit") in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return False
    outside = directory / "tmp"
    outside.mkdir(parents=True, exist_ok=True)
    log = directory / "bootstrap.log"
    status = _run(["bootstrap", f"aws://{account}/{state.region}", "--no-notices"], state, outside, log, lambda _: None)
    if status != 0:
        raise Problem(f"cdk bootstrap failed.\n{failures.last_words(log)}\nIts log: {log}")
    return True


def deploy(directory: Path, state: LocalState, show: Callable[[str], None]) -> Deployment:
    """Synthesize and deploy the environment's stack (`cdk deploy`); `show` is told what it is doing.

    Raises Problem that names the failing resources and why each failed.
    """
    name = stack_name(state.environment)
    log = directory / "deploy.log"
    began = datetime.now(UTC)

    def progress(line: str) -> None:
        counted = _PROGRESS.match(line)
        if counted:
            show(f"{min(int(counted[1]), int(counted[2]))} of {counted[2]} resources")

    show("synthesizing")
    shutil.rmtree(directory / "cdk.out", ignore_errors=True)  # the CDK keeps every version of the functions' code there
    status = _run(_deploy_arguments(directory, state.environment), state, PROJECT, log, progress)
    if status != 0:
        events = _failed_events(state, name, began)
        template = directory / "cdk.out" / f"{name}.template.json"
        raise Problem(f"The deployment of {name} failed.\n{failures.explain(events, log, template)}\nIts log: {log}")
    stack = _client(state).describe_stacks(StackName=name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    changed = f"{name} (no changes)" not in log.read_text(encoding="utf-8")
    return Deployment(outputs, _resource_count(state, name), changed)


def _deploy_arguments(directory: Path, environment: str) -> list[str]:
    """Give the arguments of `cdk deploy`; everything it writes goes below the state directory."""
    return [
        "deploy",
        *("--app", f"{shlex.quote(sys.executable)} app.py"),
        *("--context", f"environment={environment}"),
        *("--output", str(directory / "cdk.out")),
        *("--require-approval", "never"),
        *("--progress", "events"),
        "--no-notices",
    ]


def _run(arguments: list[str], state: LocalState, cwd: Path, log: Path, each_line: Callable[[str], None]) -> int:
    """Run the CDK command line in a process group of its own, which ends with this call however it ends."""
    command = subprocess.Popen(
        [str(CDK), *arguments],
        cwd=cwd,
        env=_environment(state),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    overdue = threading.Timer(DEPLOY_SECONDS, _end_group, [command])
    overdue.start()
    try:
        with log.open("w", encoding="utf-8") as file:
            for line in command.stdout or ():
                file.write(line)
                each_line(line)
        return command.wait()
    finally:
        overdue.cancel()
        _end_group(command)


def _end_group(command: "subprocess.Popen[str]") -> None:
    """End what is left of a process group: the CDK, the app that it synthesizes and jsii's Node."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(command.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
            break
        with contextlib.suppress(subprocess.TimeoutExpired):
            command.wait(_END_SECONDS)


def _environment(state: LocalState) -> dict[str, str]:
    """Give the CDK's environment variables: every AWS client in it speaks to the local cloud."""
    aws = {
        "AWS_ACCESS_KEY_ID": state.access_key_id,
        "AWS_DEFAULT_REGION": state.region,
        "AWS_ENDPOINT_URL": state.endpoint,
        "AWS_ENDPOINT_URL_S3": state.endpoint,
        "AWS_REGION": state.region,
        "AWS_SECRET_ACCESS_KEY": state.secret_access_key,
    }
    return os.environ | _QUIET | aws


def _client(state: LocalState) -> Any:
    """Make a client of the local CloudFormation."""
    return boto3.client("cloudformation", **state.client_arguments())


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
        return list(_failures_among(_client(state), name, since))
    except ClientError:  # it failed before there was a stack
        return []


def _failures_among(client: Any, name: str, since: datetime) -> Iterator[failures.FailedResource]:
    for page in client.get_paginator("describe_stack_events").paginate(StackName=name):
        for event in page["StackEvents"]:
            recent = event["Timestamp"] >= since
            if recent and event["ResourceStatus"].endswith("_FAILED") and event["LogicalResourceId"] != name:
                reason = event.get("ResourceStatusReason", "")
                yield failures.FailedResource(event["LogicalResourceId"], event["ResourceType"], reason)
