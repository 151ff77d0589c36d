"""Where a command acts: the deployed stack of an environment, on AWS or in the local cloud."""

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdas.environment import file as settings
from lambdas.environment.file import Environment
from lambdas.operations.aws_errors import CHECK_NETWORK, aws_errors_as_problems
from lambdas.operations.problems import Problem
from lambdas.operations.target import Service, Target
from scimctl import console, guide
from scimctl import local_state as state
from scimctl.aws_session import session_for
from scimctl.local_option import IS_LOCAL

TIMEOUTS = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3})
"""How long a command waits for AWS: boto3's own ten attempts at DynamoDB would take half a minute."""

START_CLOUD = "Start it with `scimctl local up --detach`."


class NotDeployed(Problem):
    """The environment has no stack."""


def resolve(environment: str, state_directory: Path | None = None, *, local: bool | None = None) -> Target:
    """Return the deployed stack of an environment.

    An environment whose file has ``platform = "local"`` is in the local cloud. Any other is a stack on AWS, in the region of its
    file, reached with the usual AWS credentials; it is in the local cloud only with ``--local``. A deployment in the local cloud is
    never used instead of one on AWS, nor the reverse: a command would change production by mistake.

    :param environment: The environment's name, for example ``acme`` for ``environments/acme.toml``, or the path of its file.
    :param state_directory: The local cloud's; ``.local`` of the checkout by default.
    :param local: Whether ``--local`` is set; None for the operator's option.
    :raises SettingsError: When its file is missing or has mistakes.
    :raises Problem: When it is not deployed, or AWS refuses the request.
    """
    directory = state_directory or state.default_directory()
    loaded = settings.load(environment)
    if loaded.local:
        return _local(loaded, directory, "scimctl")
    if IS_LOCAL.get() if local is None else local:
        return _local(settings.load(environment, platform="local"), directory, "scimctl --local")
    try:
        return _on_aws(loaded)
    except Problem as problem:
        if state.read_state(directory, loaded.name) is None:
            raise
        example = f"`scimctl --local COMMAND --environment {loaded.name}`"
        raise type(problem)(f"{problem}\nTo act on its deployment in the local cloud: {example}.") from problem


def _local(environment: Environment, state_directory: Path, scimctl: str) -> Target:
    name = environment.name
    found = state.read_state(state_directory, name)
    if found is None:
        raise NotDeployed(
            f"{name} is not deployed to the local cloud: run `scimctl local up --environment {name}` first."
        )
    place = f"the local cloud on port {found.port}"
    _output(found.outputs, "ApiId", place)  # which the base URL is made of
    return _target(
        environment,
        found.outputs,
        base_url=found.base_url,
        place=place,
        client_arguments=found.client_arguments(),
        scimctl=scimctl,
        when_silent=START_CLOUD,
    )


def _on_aws(environment: Environment) -> Target:
    stack, region = f"scim-{environment.name}", environment.aws.region
    place = f"stack {stack} in {region}"
    with aws_errors_as_problems(place):
        session = session_for(environment)
        found = _stack(session, environment, stack, place)
    account = found["StackId"].split(":")[4]
    if account != environment.aws.account:
        raise Problem(
            f"These AWS credentials belong to account {account}, but environments/{environment.name}.toml names "
            f"{environment.aws.account}: choose the right AWS_PROFILE."
        )
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    base_url = _output(outputs, "BaseUrl", place).rstrip("/")
    return _target(
        environment,
        outputs,
        base_url=base_url,
        place=place,
        client_arguments={"region_name": region},
        session=session,
    )


def _target(
    environment: Environment,
    outputs: dict[str, str],
    *,
    base_url: str,
    place: str,
    client_arguments: dict[str, str],
    session: boto3.Session | None = None,
    scimctl: str = "scimctl",
    when_silent: str = CHECK_NETWORK,
) -> Target:
    """Return the target of operations, in the name of the AWS identity that its clients use.

    :param outputs: The outputs of the stack, by name.
    :param client_arguments: Keyword arguments of the boto3 clients that reach the environment.
    :param session: The session of the clients; None for the operator's current credentials.
    """

    def connect(service: str) -> Any:
        return _client(session or boto3.Session(), service, **client_arguments)

    return Target(
        settings=environment,
        table_name=_output(outputs, "TableName", place),
        base_url=base_url,
        log_group_name=outputs.get("LogGroupName"),
        event_bus_name=outputs.get("EventBusName"),
        place=place,
        connect=connect,
        operator_name=lambda: str(connect("sts").get_caller_identity()["Arn"]),
        service=Service.SCIMCTL,
        guide=guide.guide(environment.name, scimctl),
        warn=console.show_warning,
        when_silent=when_silent,
        version=outputs.get("Version"),
        schema=int(outputs.get("Schema", 1)),
    )


def _stack(session: boto3.Session, environment: Environment, stack: str, place: str) -> dict[str, Any]:
    """Return CloudFormation's description of a stack."""
    client = _client(session, "cloudformation", region_name=environment.aws.region)
    try:
        found: dict[str, Any] = client.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"].get("Code") != "ValidationError":
            raise
        deploy = f"npx cdk deploy -c environment={environment.name}"
        raise NotDeployed(f"There is no {place}: deploy it first with `{deploy}`, or correct `aws.region`.") from error
    return found


def _client(session: boto3.Session, service: str, **arguments: Any) -> Any:
    """Return a boto3 client of a session."""
    make: Any = session.client  # typed for the names of services, and this one is known at run time
    return make(service, config=TIMEOUTS, **arguments)


def _output(outputs: dict[str, str], name: str, place: str) -> str:
    """Return one output of a stack."""
    if name not in outputs:
        raise Problem.missing_output(name, place)
    return outputs[name]
