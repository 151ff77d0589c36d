"""Commands of `scimctl` in messages: each begins as the operator's own command did, and names the environment."""

import shlex

from lambdas.operations.guidance import Guide, Step
from lambdas.operations.target import Target

STEPS = {
    Step.LIST_CONNECTIONS: "`{scimctl} connections list --environment {environment}`",
    Step.CREATE_TOKEN: "`{scimctl} tokens create {connection} --environment {environment}`",
    Step.ENABLE_CONNECTION: "`{scimctl} connections enable {connection} --environment {environment}`",
    Step.SHOW_RESOURCE: "`{scimctl} {noun}s show {name} --environment {environment}`",
    Step.REPAIR_DIRECTORY: "`{scimctl} directories verify --repair --environment {environment}`",
}
"""The steps that operations ask for, as commands."""


def guide(environment: str, scimctl: str = "scimctl") -> Guide:
    """Return the guide for an environment.

    :param scimctl: How its commands begin: ``scimctl``, or ``scimctl --local`` where the environment's file alone would mean AWS.
    """
    return Guide(STEPS, {"scimctl": scimctl, "environment": environment}, shlex.quote)


def command(target: Target, words: str) -> str:
    """Return a command that acts on an environment, in backticks.

    :param words: What follows ``scimctl``, for example ``connections create``; its values are quoted already.
    """
    known = target.guide.known
    return f"`{known['scimctl']} {words} --environment {known['environment']}`"
