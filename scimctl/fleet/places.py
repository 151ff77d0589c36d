"""Where a fleet is deployed: AWS accounts, or the local cloud."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from lambdas.environment.file import LOCAL_REGION
from lambdas.operations.aws_errors import aws_errors_as_problems
from lambdas.operations.problems import Problem
from scimctl import local_state
from scimctl.aws_session import session_for
from scimctl.fleet.members import Member
from scimctl.local import cdk, checks, connection, deployment, lifecycle, removal
from scimctl.local_option import ROLE
from scimctl.local_state import PROJECT, LocalState
from scimctl.targets import TIMEOUTS


class Place(Protocol):
    """Where a fleet is deployed."""

    folder: Path
    """The folder of the assembly, the logs and the progress."""

    is_local: bool

    def require_ready(self, members: Sequence[Member]) -> None:
        """Check what every deployment needs, before the first one begins.

        :raises Problem: With all that is missing.
        """

    def prepare(self, member: Member) -> None:
        """Check what one deployment needs. Raises Problem."""

    def variables(self, member: Member) -> Mapping[str, str]:
        """Return the environment variables of the CDK for one environment."""

    def client(self, member: Member, service: str) -> Any:
        """Return a boto3 client where an environment is deployed."""

    def finish(self, member: Member, outputs: Mapping[str, str]) -> None:
        """Take note of a deployed environment and the outputs of its stack."""


class Aws:
    """The accounts and regions of the files, with the operator's credentials or the role of ``--role``."""

    is_local = False

    def __init__(self, folder: Path | None = None) -> None:
        """Keep assembly, logs and progress in a folder; ``.fleet`` of the checkout by default."""
        self.folder = folder or PROJECT / ".fleet"

    def require_ready(self, members: Sequence[Member]) -> None:
        """Check credentials and bootstrapping for each account and region."""
        checks.require_tools()
        first = {(each.account, each.region): each for each in reversed(members)}
        problems = [problem for each in reversed(first.values()) if (problem := self._problem_of(each))]
        if problems:
            raise Problem("\n".join(problems))

    def prepare(self, member: Member) -> None:
        """Return: everything was checked before."""

    def variables(self, member: Member) -> Mapping[str, str]:
        """Return the variables with the credentials of the role, if one is assumed."""
        if ROLE.get() is None:
            return cdk.aws_variables()
        found: Any = session_for(member.environment).get_credentials()
        keys = found.get_frozen_credentials()
        return cdk.aws_variables(
            {
                "AWS_ACCESS_KEY_ID": keys.access_key,
                "AWS_SECRET_ACCESS_KEY": keys.secret_key,
                "AWS_SESSION_TOKEN": keys.token or "",
            }
        )

    def client(self, member: Member, service: str) -> Any:
        """Return a client in the environment's account and region."""
        make: Any = session_for(member.environment).client
        return make(service, region_name=member.region, config=TIMEOUTS)

    def finish(self, member: Member, outputs: Mapping[str, str]) -> None:
        """Return: CloudFormation knows the outputs."""

    def _problem_of(self, member: Member) -> str | None:
        """Return why nothing can be deployed into the account and region of an environment."""
        where = f"account {member.account}, {member.region}"
        try:
            with aws_errors_as_problems(where):
                account = self.client(member, "sts").get_caller_identity()["Arn"].split(":")[4]
                if account != member.account:
                    return (
                        f"These AWS credentials belong to account {account}, but {member.name} is in {member.account}: choose the "
                        "right AWS_PROFILE, or let `scimctl --role NAME fleet` assume a role there."
                    )
                try:
                    self.client(member, "cloudformation").describe_stacks(StackName=deployment.TOOLKIT)
                except ClientError as error:
                    if error.response["Error"].get("Code") != "ValidationError":
                        raise
                    return f"{where} is not bootstrapped: run `npx cdk bootstrap -c environment={member.name}` once."
        except Problem as problem:
            return str(problem)
        return None


class LocalCloud:
    """The running local cloud, whatever account and region the files name."""

    is_local = True

    def __init__(self, directory: Path) -> None:
        """Find the running local cloud of a state directory.

        :raises Problem: When none is running.
        """
        self.directory = directory
        self.folder = directory / "fleet"
        self.port = lifecycle.require_running(directory).port
        self._writing = threading.Lock()

    def require_ready(self, members: Sequence[Member]) -> None:
        """Check the tools, and bootstrap the local cloud where it is not yet."""
        checks.require_tools()
        deployment.bootstrap(self._state(members[0]))

    def prepare(self, member: Member) -> None:
        """Refuse to overwrite retained data of an environment that was removed."""
        removal.require_nothing_overwritten(self.directory, self._state(member))

    def variables(self, member: Member) -> Mapping[str, str]:
        """Return the variables that direct the CDK to the local cloud."""
        return cdk.local_variables(self._state(member))

    def client(self, member: Member, service: str) -> Any:
        """Return a client of the local cloud."""
        import boto3

        make: Any = boto3.Session().client
        return make(service, **self._state(member).client_arguments())

    def finish(self, member: Member, outputs: Mapping[str, str]) -> None:
        """Write down the environment as `scimctl local deploy` does, with a connection to try it with."""
        reached = replace(self._state(member), outputs=dict(outputs))
        with self._writing:  # one file has the state of all environments
            local_state.write_state(self.directory, reached)
            connection.ensure(self.directory, reached)

    def _state(self, member: Member) -> LocalState:
        return LocalState(member.name, self.port, LOCAL_REGION)
