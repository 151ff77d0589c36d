"""Where a command acts: the deployed stack of an environment, on AWS or in the local cloud."""

from contextvars import ContextVar
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from lambdas.operations.problems import Problem, readable
from lambdas.operations.target import Service, Target
from scimctl import console
from scimctl import local_state as state

PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
"""How long a command waits for AWS: boto3's own ten attempts at DynamoDB would keep an operator for half a minute."""

SAID_LOCAL: ContextVar[bool] = ContextVar("said_local", default=False)
"""Whether the operator said ``--local``: then a command acts in the local cloud, whatever an environment's file says."""

SILENT_CLOUD = "Start it with `scimctl local up --detach`."


def resolve(environment: str, state_directory: Path | None = None, *, local: bool | None = None) -> Target:
    """Find out where an environment is deployed.

    An environment whose file says ``platform = "local"`` is in the local cloud. Any other is there only when that is said,
    and is else a stack on AWS, in the region that its file names, reached with the usual AWS credentials. It is never
    guessed from what is deployed: a command would change production by mistake.

    :param environment: The environment's name, for example ``acme`` for ``environments/acme.toml``.
    :param state_directory: The local cloud's; ``.local`` of the checkout by default.
    :param local: Whether it is said; None for what the operator said (:data:`SAID_LOCAL`).
    :raises SettingsError: When its file is missing or wrong.
    :raises Problem: When it is not deployed, or AWS refuses to say.
    """
    directory = state_directory or state.default_directory()
    loaded = settings.load(environment)
    if loaded.local:
        return _local(loaded, directory, "scimctl")
    if SAID_LOCAL.get() if local is None else local:
        return _local(settings.load(environment, platform="local"), directory, "scimctl --local")
    try:
        return _on_aws(loaded)
    except Problem as problem:
        if state.read_state(directory, environment) is None:
            raise
        said = f"`scimctl --local COMMAND --environment {environment}`"
        raise Problem(f"{problem}\nWhat is deployed to the local cloud is reached with {said}.") from problem


def _local(environment: Environment, state_directory: Path, scimctl: str) -> Target:
    name = environment.name
    found = state.read_state(state_directory, name)
    if found is None:
        raise Problem(f"{name} is not deployed to the local cloud: run `scimctl local up --environment {name}` first.")
    place = f"the local cloud on port {found.port}"
    _output(found.outputs, "ApiId", place)  # which the base URL is made of
    return _target(
        environment,
        found.outputs,
        found.base_url,
        place,
        found.client_arguments(),
        when_silent=SILENT_CLOUD,
        scimctl=scimctl,
    )


def _on_aws(environment: Environment) -> Target:
    stack, region = f"scim-{environment.name}", environment.aws.region
    place = f"stack {stack} in {region}"
    with readable(place):
        found = _stack(environment, stack, place)
    account = found["StackId"].split(":")[4]
    if account != environment.aws.account:
        raise Problem(
            f"These AWS credentials are of account {account}, and environments/{environment.name}.toml names "
            f"{environment.aws.account}: choose the right AWS_PROFILE."
        )
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    base_url = _output(outputs, "BaseUrl", place).rstrip("/")
    return _target(environment, outputs, base_url, place, {"region_name": region})


def _target(
    environment: Environment,
    outputs: dict[str, str],
    base_url: str,
    place: str,
    client_arguments: dict[str, str],
    **texts: str,
) -> Target:
    """Return what operations act on, in the name of the AWS identity behind the clients.

    :param outputs: What the stack puts out, by name.
    :param client_arguments: Keyword arguments for a boto3 client that make it reach the environment.
    """

    def connect(service: str) -> Any:
        return _client(service, **client_arguments)

    return Target(
        settings=environment,
        table_name=_output(outputs, "TableName", place),
        base_url=base_url,
        log_group_name=outputs.get("LogGroupName"),
        place=place,
        connect=connect,
        operator_name=lambda: str(connect("sts").get_caller_identity()["Arn"]),
        service=Service.SCIMCTL,
        warn=console.show_warning,
        **texts,
    )


def _stack(environment: Environment, stack: str, place: str) -> dict[str, Any]:
    """Return CloudFormation's description of a stack."""
    client = _client("cloudformation", region_name=environment.aws.region)
    try:
        found: dict[str, Any] = client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"].get("Code") != "ValidationError":
            raise
        deploy = f"npx cdk deploy -c environment={environment.name}"
        raise Problem(f"There is no {place}: deploy it first with `{deploy}`.") from error
    return found


def _client(service: str, **arguments: Any) -> Any:
    """Return a boto3 client that uses the operator's credentials as they are now."""
    make: Any = boto3.Session().client  # typed for the names of services, and this one is known at run time
    return make(service, config=PATIENCE, **arguments)


def _output(outputs: dict[str, str], name: str, place: str) -> str:
    """Return one output of a stack."""
    if name not in outputs:
        raise Problem.missing_output(name, place)
    return outputs[name]
