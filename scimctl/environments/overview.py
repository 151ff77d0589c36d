"""The state of deployed environments: version, stack, alarms, last request, credentials that expire, schema."""

import contextvars
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.credentials.expiry import ExpiringCredential, expiring_credentials
from lambdas.environment import file as settings
from lambdas.environment.file import Environment, SettingsError
from lambdas.operations.clients import Clients
from lambdas.operations.overview import BACK, last_request, notice_of_expiry
from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from lambdas.operations.watch_state import read_state
from lambdas.store import schema
from scimctl import targets
from scimctl.local_option import IS_LOCAL
from scimctl.targets import NotDeployed

AT_ONCE = 8
"""Environments that are looked at together. Each takes a few requests to AWS."""


@dataclass(frozen=True)
class EnvironmentState:
    """What is known of one environment. What could not be read is None, and :attr:`problem` has the reason."""

    name: str
    account: str = ""
    region: str = ""
    deployed: bool = False
    stack: str | None = None
    """The status of the stack in CloudFormation, such as ``UPDATE_COMPLETE``."""

    version: str | None = None
    """The version that the stack runs; None for a stack from before 0.2.0."""

    alarms: Sequence[str] = ()
    """The names of its alarms that are in the state ALARM."""

    last_request: datetime | None = None
    """The last request of an identity provider in the last days."""

    expiring: Sequence[ExpiringCredential] = ()
    """Tokens and client secrets that expire soon and have no successor."""

    stalled: Mapping[str, datetime] = field(default_factory=dict)
    """The stalled connections as of the last run of the watch, each with its last use."""

    schema: int | None = None
    """The schema of its stored data."""

    problem: str | None = None
    """Why it, or a part of it, could not be read."""

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "name": self.name,
            "account": self.account,
            "region": self.region,
            "deployed": self.deployed,
            "stack": self.stack,
            "version": self.version,
            "alarms": list(self.alarms),
            "last_request": self.last_request.isoformat() if self.last_request else None,
            "expiring": [
                {
                    "kind": each.kind,
                    "id": each.holder,
                    "connection": each.connection,
                    "expires": each.expires.isoformat(),
                }
                for each in self.expiring
            ],
            "stalled": [{"connection": each, "last_used": used.isoformat()} for each, used in self.stalled.items()],
            "schema": self.schema,
            "problem": self.problem,
        }


def states(names: Sequence[str], finished: Callable[[str], None] = lambda _: None) -> Iterator[EnvironmentState]:
    """Yield the state of environments in their order, several of them read together.

    :param finished: Receives the name of each environment that was read.
    """

    def read_one(name: str) -> EnvironmentState:
        state = read(name)
        finished(name)
        return state

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        # Each in a copy of this context, which holds the options `--local` and `--role`.
        yield from [
            future.result()
            for future in [pool.submit(contextvars.copy_context().run, read_one, name) for name in names]
        ]


def read(name: str) -> EnvironmentState:
    """Return the state of one environment; a problem is part of it."""
    try:
        environment = settings.load(name, "local" if IS_LOCAL.get() else None)
    except SettingsError as error:
        return EnvironmentState(name, problem=str(error))
    facts: dict[str, Any] = {
        "name": environment.name,
        "account": environment.aws.account,
        "region": environment.aws.region,
    }
    try:
        target = targets.resolve(name)
    except NotDeployed:
        return EnvironmentState(**facts)
    except Problem as problem:
        return EnvironmentState(**facts, problem=str(problem))
    return EnvironmentState(**facts, deployed=True, **_read_parts(target, environment))


def _read_parts(target: Target, environment: Environment) -> dict[str, Any]:
    """Return the parts that could be read, and the first problem: a role that may not read the log still shows the rest."""
    now = datetime.now(UTC)
    parts: dict[str, Callable[[], Any]] = {
        "schema": lambda: _schema(target),
        "stack": lambda: _stack(target, environment),
        "alarms": lambda: alarms_of(target, environment),
        "last_request": lambda: last_request(target, now),
        "expiring": lambda: _expiring(target, now),
        "stalled": lambda: read_state(target.unchecked_table()).stalled,
    }
    found: dict[str, Any] = {"version": target.version}
    problems: list[str] = []
    for part, read_part in parts.items():
        try:
            with target.aws_errors_as_problems():
                found[part] = read_part()
        except Problem as problem:
            problems.append(str(problem))
    return {**found, "problem": problems[0] if problems else None}


def _schema(target: Target) -> int:
    return schema.read_schema(target.unchecked_table())


def stack_name(environment: Environment) -> str:
    """Return the name of an environment's stack."""
    return f"scim-{environment.name}"


def _stack(target: Target, environment: Environment) -> str:
    found = target.client("cloudformation").describe_stacks(StackName=stack_name(environment))["Stacks"][0]
    return str(found["StackStatus"])


def alarm_names(target: Target, environment: Environment) -> list[str]:
    """Return the names of the alarms in an environment's stack."""
    pages = target.client("cloudformation").get_paginator("list_stack_resources")
    resources = [
        each for page in pages.paginate(StackName=stack_name(environment)) for each in page["StackResourceSummaries"]
    ]
    alarms = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    return [each["PhysicalResourceId"] for each in resources if each["ResourceType"] in alarms]


def alarms_of(target: Target, environment: Environment) -> list[str]:
    """Return the names of the alarms that are in the state ALARM."""
    names = alarm_names(target, environment)
    if not names:
        return []
    found = target.client("cloudwatch").describe_alarms(
        AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"], StateValue="ALARM"
    )
    return [each["AlarmName"] for kind in ("MetricAlarms", "CompositeAlarms") for each in found.get(kind, [])]


def _expiring(target: Target, now: datetime) -> list[ExpiringCredential]:
    clients = Clients(target)
    tokens = [token for each in clients.connections.all() for token in each.tokens]
    return expiring_credentials(tokens, clients.all(), now, notice_of_expiry(target.settings))


def since(moment: datetime | None, now: datetime) -> str:
    """Return how long ago a request was, in words."""
    if moment is None:
        return f"none in {BACK.days} days"
    ago = now - moment
    for unit, length in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if ago >= length:
            return f"{ago // length} {unit} ago"
    return "now"
