"""The deployment of one environment of a fleet from the assembly."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.operations.problems import Problem
from scimctl.environments.advice import advise
from scimctl.fleet.assembly import Assembly
from scimctl.fleet.members import Member
from scimctl.fleet.places import Place
from scimctl.local import cdk, failures
from scimctl.local.deployment import failures_among
from scimctl.local.progress import Progress
from scimctl.local_state import PROJECT

DEPLOY_SECONDS = 3_600
"""How long one deployment may take. A canary rollout takes up to 30 minutes, a certificate's validation some more."""


def deploy(place: Place, assembly: Assembly, member: Member, show: Callable[[str], None]) -> None:
    """Deploy the stack of an environment.

    :param show: Receives each step, such as ``12 of 97 resources``.
    :raises Problem: When it fails, with the resources that failed and the reasons. CloudFormation has rolled it back then.
    """
    began = datetime.now(UTC)
    log = folder_of(place, member) / "deploy.log"
    place.prepare(member)
    progress = Progress()

    def counted(line: str) -> None:
        text = progress.read(line)
        if text:
            show(text)

    options = ["--exclusively", "--require-approval", "never", "--progress", "events"]
    arguments = ["deploy", *assembly.arguments(), member.stack, *options]
    if cdk.run_with(arguments, place.variables(member), PROJECT, log, counted, DEPLOY_SECONDS) != 0:
        raise Problem(_failure(place, assembly, member, began, log))
    stack = place.client(member, "cloudformation").describe_stacks(StackName=member.stack)["Stacks"][0]
    place.finish(member, {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])})


def folder_of(place: Place, member: Member) -> Path:
    """Return the folder of an environment's logs, which exists then."""
    folder = place.folder / member.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _failure(place: Place, assembly: Assembly, member: Member, began: datetime, log: Path) -> str:
    try:
        events = list(failures_among(place.client(member, "cloudformation"), member.stack, began))
    except (ClientError, BotoCoreError):  # it failed before there was a stack
        events = []
    reasons = failures.explain(events, log, [assembly.template(member)])
    advice = advise(f"{reasons}\n{log.read_text(encoding='utf-8', errors='replace')}", member.name)
    what_to_do = f"\nWhat to do: {advice}" if advice else ""
    return f"The deployment of {member.stack} failed.\n{reasons}{what_to_do}\nIts log: {log}"
