"""The stacks of environments in the local cloud: deployed with the CDK's own command line, several at the same time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

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


def stack_name(environment: str) -> str:
    """Return the name of an environment's stack."""
    return f"scim-{environment}"


def bootstrap(state: LocalState) -> bool:
    """Create the bucket and roles that a deployment needs, as `cdk bootstrap` does, unless they exist.

    Gives True when it had to. Raises Problem when it fails.
    """
    if _stack_status(state, TOOLKIT) in _COMPLETE:
        return False
    client = _client(state)
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in _TOOLKIT_PARAMETERS.items()]
    try:
        client.create_stack(
            StackName=TOOLKIT,
            TemplateBody=_TOOLKIT_TEMPLATE.read_text(encoding="utf-8"),
            Parameters=parameters,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        client.get_waiter("stack_create_complete").wait(StackName=TOOLKIT, WaiterConfig=_WAIT)
    except (ClientError, WaiterError) as error:
        raise Problem(f"The local cloud could not be bootstrapped for the CDK: {error}") from None
    return True


class DeploymentFailed(Problem):
    """Some stacks of a deployment failed; the text names the resources and the reasons."""

    def __init__(self, text: str, done: Mapping[str, Deployment]) -> None:
        """Keep the text, and the deployments of the environments whose stacks did not fail."""
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

    show("synthesizing")
    cdk.empty(output)
    app = cdk.app_arguments([each.environment for each in states], output, authority)
    options = ["--require-approval", "never", "--progress", "events", "--concurrency", str(len(names))]
    status = cdk.run(["deploy", *names, *app, *options], states[0], PROJECT, log, counted)
    unchanged = log.read_text(encoding="utf-8", errors="replace")
    if status == 0:
        return {each.environment: _deployment(each, unchanged) for each in states}
    failed = [each for each in states if not _succeeded(each, began)] or list(states)
    done = {each.environment: _deployment(each, unchanged) for each in states if each not in failed}
    raise DeploymentFailed(_failures(failed, began, log, output), done)


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
    name = stack_name(state.environment)
    return _deployment(state, f"{name} (no changes)")


def _deployment(state: LocalState, log: str) -> Deployment:
    """Read what the deployment of an environment left behind."""
    name = stack_name(state.environment)
    stack = _client(state).describe_stacks(StackName=name)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return Deployment(outputs, _resource_count(state, name), f"{name} (no changes)" not in log)


def _succeeded(state: LocalState, began: datetime) -> bool:
    """Return whether a stack is complete and nothing of it failed since a moment."""
    return is_complete(state) and not _failed_events(state, stack_name(state.environment), began)


def _failures(states: Sequence[LocalState], began: datetime, log: Path, output: Path) -> str:
    """Return which stacks failed, with the resources and the reasons; where no resource failed, the end of the log."""
    names = [stack_name(each.environment) for each in states]
    events = {name: _failed_events(each, name, began) for each, name in zip(states, names, strict=True)}
    failed = [name for name in names if events[name]]
    texts = [
        f"The deployment of {name} failed.\n{failures.explain(events[name], log, output / f'{name}.template.json')}"
        for name in failed
    ]
    if not failed:
        reasons = failures.explain([], log, output / f"{names[0]}.template.json")
        texts = [f"The deployment of {', '.join(names)} failed.\n{reasons}"]
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
