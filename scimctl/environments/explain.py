"""`scimctl environments explain`: why the last deployment of an environment failed, and what to do."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

if TYPE_CHECKING:
    from lambdas.environment.file import Environment
    from scimctl.local.failures import FailedResource

CANCELLED = "cancelled"
"""CloudFormation's word for a resource that failed only because another one did."""

LogOption = Annotated[
    Path | None,
    typer.Option(
        "--log",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="What `npx cdk` printed, for a failure before CloudFormation began: wrong credentials, no bootstrap.",
        show_default=False,
    ),
]


def explain(
    environment: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="The environment, NAME of environments/NAME.toml; or the path of its file."
        ),
    ],
    log: LogOption = None,
) -> None:
    """Say why the last deployment of an environment failed: each failed resource with AWS's reason, and what to do.

    Reads the events of the stack. A deployment that failed before there was a stack left its reason in the output of the
    CDK: save it and pass it with `--log`.

    **Examples**

    `scimctl environments explain acme`

    `npx cdk deploy -c environment=acme 2>&1 | tee deploy.log; scimctl environments explain acme --log deploy.log`

    **Exit status**

    0 when the last deployment did not fail, 1 when it did.
    """
    from lambdas.environment import file as settings
    from scimctl import console
    from scimctl.environments.advice import advise

    if log:
        text = log.read_text(encoding="utf-8", errors="replace")
        console.out.print(
            Text(advise(text, environment) or "No known reason is in it: read its last lines."), soft_wrap=True
        )
        raise typer.Exit(1)
    loaded = settings.load(environment)
    failed = _last_failures(loaded)
    if not failed:
        console.out.print(Text(f"The last deployment of {loaded.name} did not fail."))
        return
    for resource in failed:
        console.out.print(Text(str(resource)), soft_wrap=True)
    advice = dict.fromkeys(advise(each.reason, loaded.name) for each in failed)
    for sentence in filter(None, advice):
        console.out.print(Text(f"What to do: {sentence}"), soft_wrap=True)
    raise typer.Exit(1)


def failures_of(client: Any, stack: str) -> "Iterator[FailedResource]":
    """Yield the resources that failed in a stack's last deployment, in their order, without those that were only cancelled.

    :param client: A boto3 client of CloudFormation.
    """
    from scimctl.local.failures import FailedResource

    pages = client.get_paginator("describe_stack_events").paginate(StackName=stack)
    events = [each for each in _last_deployment(pages, stack) if each["LogicalResourceId"] != stack]
    failed = [each for each in events if each["ResourceStatus"].endswith("_FAILED")]
    causes = [each for each in failed if CANCELLED not in each.get("ResourceStatusReason", "").lower()]
    for each in reversed(causes or failed):
        yield FailedResource(each["LogicalResourceId"], each["ResourceType"], each.get("ResourceStatusReason", ""))


def _last_failures(environment: "Environment") -> "list[FailedResource]":
    """Return the failures of an environment's stack.

    :raises Problem: When there is no stack, or AWS refuses the request.
    """
    from botocore.exceptions import ClientError

    from lambdas.operations.aws_errors import aws_errors_as_problems
    from scimctl import local_state
    from scimctl.aws_session import session_for
    from scimctl.local_option import IS_LOCAL
    from scimctl.targets import TIMEOUTS, NotDeployed

    found = local_state.read_state(local_state.default_directory(), environment.name)
    arguments: Any = {"region_name": environment.aws.region}
    if found and (environment.local or IS_LOCAL.get()):
        arguments = found.client_arguments()
    stack = f"scim-{environment.name}"
    with aws_errors_as_problems(f"stack {stack} in {environment.aws.region}"):
        client: Any = session_for(environment).client("cloudformation", config=TIMEOUTS, **arguments)
        try:
            return list(failures_of(client, stack))
        except ClientError as error:
            if error.response["Error"].get("Code") != "ValidationError":
                raise
            raise NotDeployed(
                f"There is no stack {stack} in {environment.aws.region}: correct `aws.region`, or pass with --log what "
                "`npx cdk` printed when it failed."
            ) from error


def _last_deployment(pages: Any, stack: str) -> Iterator[dict[str, Any]]:
    """Yield the events of the last deployment, the newest first: up to that with which it began."""
    for page in pages:
        for event in page["StackEvents"]:
            yield event
            if event["LogicalResourceId"] == stack and event.get("ResourceStatusReason") == "User Initiated":
                return
