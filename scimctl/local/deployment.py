"""The stacks of environments in the local cloud: deployed with the CDK's own command line, several at the same time."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from lambdas.environment.file import LOCAL_ACCOUNT
from lambdas.operations.problems import Problem
from scimctl.local import cdk, failures
from scimctl.local.progress import Progress
from scimctl.local_state import PROJECT, LocalState

TOOLKIT = "CDKToolkit"
"""The stack with the bucket and the roles of the CDK."""

_TOOLKIT_TEMPLATE = PROJECT / "node_modules" / "aws-cdk" / "lib" / "api" / "bootstrap" / "bootstrap-template.yaml"
"""What `cdk bootstrap` deploys."""

_TOOLKIT_PARAMETERS = {
    "CloudFormationExecutionPolicies": "arn:aws:iam::aws:policy/AdministratorAccess",
    "FileAssetsBucketKmsKeyId": "AWS_MANAGED_KEY",
}
"""The parameters that `cdk bootstrap` gives by default and that differ from the template's defaults."""

_COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
"""The states of a stack after a deployment that succeeded."""

_WAIT = {"Delay": 0.5, "MaxAttempts": 600}
"""How often a stack is asked for its state: every half second, for 5 minutes. The CDK asks every 5 seconds."""


@dataclass(frozen=True)
class Deployment:
    """What a deployment left behind."""

    outputs: dict[str, str]
    """The stack's outputs by name."""

    resources: int
    """How many resources the stack holds."""

    changed: bool
    """Whether anything had to be changed."""


_DEPLOYED = re.compile(r"^ *✅ +(\S+?)( \(no changes\))? *$", re.MULTILINE)
"""What the CDK prints of a stack that it deployed: `✅  scim-local`, or `✅  scim-local (no changes)`."""


def stack_name(environment: str) -> str:
    """Return the name of an environment's stack."""
    return f"scim-{environment}"


def bootstrap(state: LocalState) -> bool:
    """Create the bucket and roles that a deployment needs, as `cdk bootstrap` does, unless they exist.

    What an interrupted bootstrap left is deleted first. Gives True when it had to create them. Raises Problem that names the
    resources that failed and why.
    """
    status = _stack_status(state, TOOLKIT)
    if status in _COMPLETE:
        return False
    began, client = datetime.now(UTC), _client(state)
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in _TOOLKIT_PARAMETERS.items()]
    try:
        if status not in (None, "DELETE_COMPLETE"):
            client.delete_stack(StackName=TOOLKIT)
            client.get_waiter("stack_delete_complete").wait(StackName=TOOLKIT, WaiterConfig=_WAIT)
        _delete_retained_bucket(state)
        client.create_stack(
            StackName=TOOLKIT,
            TemplateBody=_TOOLKIT_TEMPLATE.read_text(encoding="utf-8"),
            Parameters=parameters,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        client.get_waiter("stack_create_complete").wait(StackName=TOOLKIT, WaiterConfig=_WAIT)
    except (ClientError, WaiterError) as error:
        reasons = failures.of_resources(_failed_events(state, TOOLKIT, began)) or str(error)
        raise Problem(f"The local cloud could not be bootstrapped for the CDK.\n{reasons}") from None
    return True


def _delete_retained_bucket(state: LocalState) -> None:
    """Delete the bucket that a deleted toolkit stack retains, with its assets: no new stack can create it otherwise."""
    make: Any = boto3.resource
    bucket = make("s3", **state.client_arguments()).Bucket(f"cdk-hnb659fds-assets-{LOCAL_ACCOUNT}-{state.region}")
    try:
        bucket.object_versions.delete()
        bucket.delete()
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


class DeploymentFailed(Problem):
    """Some stacks of a deployment failed; the text names the resources, the reasons, and the stacks not deployed."""

    def __init__(self, text: str, done: Mapping[str, Deployment]) -> None:
        """Keep the text, and the deployments of the environments whose stacks the CDK deployed."""
        super().__init__(text)
        self.done = done


def deploy(
    directory: Path, states: Sequence[LocalState], show: Callable[[str], None], authority: str | None = None
) -> dict[str, Deployment]:
    """Synthesize and deploy the stacks of environments (`cdk deploy`), all at the same time.

    :param directory: The state directory. What the CDK writes goes below it.
    :param show: Receives each step.
    :param authority: The issuer of the OpenID Provider for the consoles.
    :returns: The deployment of each environment, by its name.
    :raises DeploymentFailed: With the failed resources and the reason of each.
    """
    log, output = directory / "deploy.log", directory / "cdk.out"
    names = [stack_name(each.environment) for each in states]
    began, progress = datetime.now(UTC), Progress()

    def counted(line: str) -> None:
        text = progress.read(line)
        if text:
            show(text)

    for unused in directory.glob("environments/*/cdk.out"):  # of earlier versions, 100 MB each
        shutil.rmtree(unused, ignore_errors=True)
    show("synthesizing")
    cdk.empty(output)
    app = cdk.app_arguments([each.environment for each in states], output, authority)
    options = ["--require-approval", "never", "--progress", "events", "--concurrency", str(len(names))]
    status = cdk.run(["deploy", *names, *app, *options], states[0], PROJECT, log, counted)
    changed = _deployed_stacks(log.read_text(encoding="utf-8", errors="replace"))
    done = [each for each in states if status == 0 or stack_name(each.environment) in changed]
    deployments = {
        each.environment: _deployment(each, changed.get(stack_name(each.environment), True)) for each in done
    }
    if status != 0:
        others = [each for each in states if each not in done] or states
        raise DeploymentFailed(_failures(others, began, log, output), deployments)
    return deployments


def destroy(state: LocalState) -> None:
    """Remove the environment's stack, as `cdk destroy` does, with all of its resources that are not retained.

    Raises Problem that names the resources that could not be removed and why.
    """
    name, began, client = stack_name(state.environment), datetime.now(UTC), _client(state)
    try:
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=_WAIT)
    except (ClientError, WaiterError) as error:
        reasons = failures.of_resources(_failed_events(state, name, began)) or str(error)
        raise Problem(f"{name} could not be removed.\n{reasons}") from None


def is_deployed(state: LocalState) -> bool:
    """Return whether the environment has a stack."""
    return _stack_status(state, stack_name(state.environment)) not in (None, "DELETE_COMPLETE")


def is_complete(state: LocalState) -> bool:
    """Return whether the environment's stack is deployed, and its last deployment did not fail."""
    return _stack_status(state, stack_name(state.environment)) in _COMPLETE


def current(state: LocalState) -> Deployment:
    """Return what is deployed of an environment, which has a stack."""
    return _deployment(state, changed=False)


def _deployed_stacks(output: str) -> dict[str, bool]:
    """Return the stacks that the CDK reports as deployed: the name to whether anything had to be changed."""
    return {name: not unchanged for name, unchanged in _DEPLOYED.findall(output)}


def _deployment(state: LocalState, changed: bool) -> Deployment:
    """Read what the deployment of an environment left behind."""
    name = stack_name(state.environment)
    stack = _client(state).describe_stacks(StackName=name)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return Deployment(outputs, _resource_count(state, name), changed)


def _failures(states: Sequence[LocalState], began: datetime, log: Path, output: Path) -> str:
    """Return which stacks failed, with the resources and the reasons, and which were not deployed for that.

    Where no resource failed, none was deployed for the same reason: the end of the log.
    """
    names = [stack_name(each.environment) for each in states]
    events = {name: _failed_events(each, name, began) for each, name in zip(states, names, strict=True)}
    failed = [name for name in names if events[name]]
    texts = [f"The deployment of {name} failed.\n{failures.of_resources(events[name])}" for name in failed]
    if not failed:
        reasons = failures.explain([], log, [output / f"{name}.template.json" for name in names])
        texts = [f"The deployment of {', '.join(names)} failed.\n{reasons}"]
    elif len(failed) < len(names):
        texts.append(f"Not deployed: {', '.join(name for name in names if name not in failed)}.")
    return "\n".join([*texts, f"Its log: {log}"])


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
