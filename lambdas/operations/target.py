"""What operations act on: one deployed environment, how to reach it, and in whose name."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lambdas.environment.file import EndpointSettings
from lambdas.operations.aws_errors import CHECK_NETWORK, aws_errors_as_problems
from lambdas.operations.guidance import Guide
from lambdas.operations.problems import Problem
from lambdas.store.schema import CURRENT, NewerSchemaError, require_supported
from lambdas.store.table import Table


class Service(StrEnum):
    """The operator's tool; the field ``service`` of the records that operations leave."""

    SCIMCTL = "scimctl"
    CONSOLE = "console"


@dataclass(frozen=True)
class Target:
    """One deployed environment, and how it is reached."""

    settings: EndpointSettings
    """The environment's file."""

    table_name: str
    """The name of its table."""

    base_url: str
    """The URL of its API's stage, to which ``/v2/<connection>`` is added to get a Tenant URL; no slash at the end."""

    log_group_name: str | None
    """The name of its log group; None while the deployed stack has no such output."""

    place: str
    """What messages call it, for example ``stack scim-acme in eu-central-1``."""

    connect: Callable[[str], Any] = field(repr=False)
    """Returns a botocore client of a service, such as ``dynamodb``, where the environment is deployed."""

    operator_name: Callable[[], str] = field(repr=False)
    """Returns who acts, for the log: the ARN of an AWS identity, or the name of the person who signed in."""

    service: Service
    """The operator's tool."""

    guide: Guide
    """Names the steps that messages ask for."""

    warn: Callable[[str], None] = field(repr=False)
    """Shows the operator a warning about an operation that was done, but left no record."""

    event_bus_name: str | None = None
    """The name of its event bus; None when its file has none, or the deployed stack has no such output."""

    when_silent: str = CHECK_NETWORK
    """What to advise when it does not answer."""

    version: str | None = None
    """The version that the deployed stack runs: its output ``Version``; None for a stack from before 0.2.0."""

    schema: int = 1
    """The newest schema of stored data that the deployed functions support: the stack's output ``Schema``."""

    @property
    def log_group(self) -> str:
        """The name of its log group. Raises Problem when the deployed stack has no such output."""
        if self.log_group_name is None:
            raise Problem.missing_output("LogGroupName", self.place)
        return self.log_group_name

    def client(self, service: str) -> Any:
        """Return a botocore client of a service where the environment is deployed."""
        return self.connect(service)

    def table(self) -> Table:
        """Return the environment's table. scimctl checks its schema first, with 1 GetItem; the console checks for all requests.

        It does not retry beyond the client's own attempts: an operator waits for the answer.

        :raises Problem: When the table has a newer schema than this version supports, or does not answer.
        """
        with self.aws_errors_as_problems():
            table = self.unchecked_table()
            if self.service is Service.CONSOLE:
                return table
            try:
                require_supported(table)
            except NewerSchemaError as newer:
                raise Problem(
                    f"{self.place}: the stored data has schema {newer.found}, and this version of scimctl supports schema "
                    f"{CURRENT} at most. Use the version that is deployed there."
                ) from newer
        table.meter.reset()
        return table

    def unchecked_table(self) -> Table:
        """Return the environment's table, whatever its schema."""
        return Table(self.client("dynamodb"), self.table_name, patient=False)

    def aws_errors_as_problems(self) -> AbstractContextManager[None]:
        """Return the block in which what botocore raises about this target becomes a :class:`Problem`."""
        return aws_errors_as_problems(self.place, self.when_silent)

    def tenant_url(self, connection_id: str) -> str:
        """Return what an administrator pastes as Tenant URL into the identity provider."""
        return f"{self.base_url}/v2/{connection_id}"
