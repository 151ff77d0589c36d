"""What operations act on can be made without a terminal, and decides in whose name a record is."""

from typing import Any

import boto3
import pytest

from lambdas.environment import file as settings
from lambdas.operations.connections import Connections
from lambdas.operations.guidance import Guide, Step
from lambdas.operations.problems import Problem
from lambdas.operations.target import Service, Target
from tests.unit.scimctl.operators import LOG_GROUP, TABLE

NAME = "Ann Example <ann@vendor.example>"


def console(warnings: list[str], log_group: str | None = LOG_GROUP) -> Target:
    """What the console's function makes of its environment variables and of the person who signed in."""

    def connect(service: str) -> Any:
        return boto3.client(service, "eu-west-1")

    return Target(
        settings=settings.load("acme"),
        table_name=TABLE,
        base_url="https://scim.acme.example",
        log_group_name=log_group,
        place="environment acme",
        connect=connect,
        operator_name=lambda: NAME,
        service=Service.CONSOLE,
        guide=Guide({step: f"*{step.value}*" for step in Step}),
        warn=warnings.append,
    )


@pytest.mark.usefixtures("deployed")
def test_a_change_in_the_console_is_recorded_under_the_persons_name() -> None:
    warnings: list[str] = []
    target = console(warnings)
    generated = Connections(target).generate(label="Entra ID")
    (event,) = target.client("logs").filter_log_events(logGroupName=LOG_GROUP)["events"]
    assert '"service":"console"' in event["message"]
    assert f'"operator":"{NAME}"' in event["message"]
    assert generated.tenant_url == f"https://scim.acme.example/v2/{generated.connection.id}"
    assert warnings == []


@pytest.mark.usefixtures("deployed")
def test_a_change_that_cannot_be_recorded_is_made_and_warned_of() -> None:
    warnings: list[str] = []
    connections = Connections(console(warnings, "/gone"))
    generated = connections.generate()
    assert connections.connection(generated.connection.id).tokens[0].id == generated.token.id
    assert [generated.connection.id in each and "not recorded in the log" in each for each in warnings] == [True]


def test_a_stack_without_a_log_group_is_a_problem_that_names_the_output(operator: None) -> None:
    with pytest.raises(Problem, match="Environment acme has no output LogGroupName"):
        _ = console([], None).log_group
