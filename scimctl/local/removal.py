"""The removal of an environment from the local cloud, and what becomes of its data."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import boto3

from lambdas.environment.file import LOCAL_REGION
from lambdas.operations.aws_errors import aws_errors_as_problems
from lambdas.operations.problems import Problem
from scimctl import console
from scimctl import local_state as state
from scimctl.local import deployment
from scimctl.local_state import LocalState

TABLE, LOG_GROUP = "TableName", "LogGroupName"
"""The outputs of a stack that name its data."""


def require_removable(directory: Path, environment: str, port: int, *, with_data: bool) -> LocalState:
    """Return an environment that is deployed, or whose retained data is to be deleted.

    Raises Problem when there is nothing to remove.
    """
    deployed = state.read_state(directory, environment)
    before = _retained(directory, environment, port)
    if deployed is not None:
        return deployed
    if before is None:
        names = ", ".join(each.environment for each in state.read_states(directory)) or "nothing"
        raise Problem(f"{environment} is not deployed to the local cloud. There is: {names}.")
    if not with_data:
        raise Problem(
            f"{environment} is removed already; its data was retained. `scimctl local destroy {environment} --with-data` "
            "deletes it."
        )
    return before


def remove(directory: Path, target: LocalState, *, with_data: bool) -> dict[str, str]:
    """Remove an environment's stack, and `with_data` also what it retains.

    Gives what is left of it: the outputs of its stack that name it. Raises Problem when something cannot be removed.
    """
    if state.read_state(directory, target.environment) is not None and deployment.is_deployed(target):
        with console.step(f"Destroy {deployment.stack_name(target.environment)}"):
            deployment.destroy(target)
    left = _left(target)
    state.forget_state(directory, target.environment, left)
    if with_data and left:
        _delete(target, left)
        state.forget_state(directory, target.environment)
        return {}
    return left


def _delete(target: LocalState, left: Mapping[str, str]) -> None:
    with console.step(f"Delete the {names_of(left)}"), _readable(target):
        if TABLE in left:
            _client(target, "dynamodb").delete_table(TableName=left[TABLE])
        if LOG_GROUP in left:
            _client(target, "logs").delete_log_group(logGroupName=left[LOG_GROUP])


def require_nothing_overwritten(directory: Path, target: LocalState) -> None:
    """Raise a problem when deploying an environment would overwrite retained data.

    On AWS the new stack's table and log group get other names than those that were retained. ministack 1.5.33 derives a
    resource's name from the stack's and its own alone, and overwrites a retained table with an empty one.
    """
    before = _retained(directory, target.environment, target.port)
    if before is None or deployment.is_deployed(target):
        return
    left = _left(before)
    if left:
        raise Problem(
            f"The data of {target.environment} was retained when it was removed: {names_of(left)}. The local cloud, unlike AWS, "
            f"would overwrite it.\nDelete it first: `scimctl local destroy {target.environment} --with-data`."
        )


def names_of(left: Mapping[str, str]) -> str:
    """Return the retained resources as text, such as ``table T and log group L``."""
    names = {TABLE: "table", LOG_GROUP: "log group"}
    return " and ".join(f"{names[key]} {name}" for key, name in left.items())


def _retained(directory: Path, environment: str, port: int) -> LocalState | None:
    outputs = state.read_retained(directory).get(environment)
    return LocalState(environment, port, LOCAL_REGION, outputs) if outputs else None


def _left(target: LocalState) -> dict[str, str]:
    """Return the outputs of an environment's stack that name a table and a log group which exist."""
    outputs = target.outputs
    with _readable(target):
        tables = _client(target, "dynamodb").get_paginator("list_tables").paginate()
        groups = _client(target, "logs").get_paginator("describe_log_groups").paginate()
        existing = {name for page in tables for name in page["TableNames"]}
        existing |= {group["logGroupName"] for page in groups for group in page["logGroups"]}
    return {key: outputs[key] for key in (TABLE, LOG_GROUP) if outputs.get(key) in existing}


def _readable(target: LocalState) -> AbstractContextManager[None]:
    return aws_errors_as_problems(
        f"the local cloud on port {target.port}", "Start it with `scimctl local up --detach`."
    )


def _client(target: LocalState, service: str) -> Any:
    make: Any = boto3.client  # typed for the names of services, and this one is known at run time
    return make(service, **target.client_arguments())
