"""Step 13 of the checklist: what each function's role may read, asked of the IAM policy simulator."""

from collections.abc import Iterator
from dataclasses import dataclass

from lambdas.store import keys
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Result

CREDENTIALS = (
    *("TOKEN#x", "CLIENT#x", "JWKS#x", "SESSION#x", "SETUP#x", "LOGIN#x", "CONNECTION#x"),
    "CONNECTIONS",
)
"""A partition key of each kind that decides about access (:data:`infra.permissions.CREDENTIALS`)."""

OPERATORS = ("SCHEMA", "DIRECTORIES")
"""The partition keys that functions read and only operators write (:data:`infra.permissions.OPERATORS`)."""

LEADING_KEYS = "dynamodb:LeadingKeys"
"""The condition key with the partition keys of a request."""

ALLOWED, DENIED, NOT_ALLOWED = "allowed", "explicitDeny", "implicitDeny"
"""The simulator's decisions."""


@dataclass(frozen=True)
class Question:
    """Whether the role of a function may do something with an item."""

    function: str
    """The construct of the function, such as ``Scim``."""

    action: str
    partition: str
    """The partition key of the item."""

    decision: str
    """The expected decision."""


def questions(directory: str) -> Iterator[Question]:
    """Yield what is asked of the simulator.

    :param directory: The id of a directory.
    """
    users = keys.resources(directory, "User")
    for function in ("Scim", "Changes"):
        for action in ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"):
            yield Question(function, action, users, ALLOWED)
            for partition in CREDENTIALS:
                yield Question(function, action, partition, DENIED)
        for partition in OPERATORS:
            yield Question(function, "dynamodb:GetItem", partition, ALLOWED)
            yield Question(function, "dynamodb:UpdateItem", partition, DENIED)
    yield Question("Authorizer", "dynamodb:GetItem", "TOKEN#x", ALLOWED)
    yield Question("Authorizer", "dynamodb:GetItem", users, NOT_ALLOWED)
    yield Question("Token", "dynamodb:GetItem", "CLIENT#x", ALLOWED)
    yield Question("Token", "dynamodb:GetItem", users, NOT_ALLOWED)
    for function in ("Scim", "Authorizer", "Changes", "Token"):
        yield Question(function, "dynamodb:Scan", users, NOT_ALLOWED)


def prove_policies(deployed: Deployed) -> Result:
    """Ask the simulator with each function's own role; it evaluates the policies, and reads no item."""
    if deployed.environment.local:
        return Result.unproved("The policy simulator of the local cloud does not consider the key of an item.")
    asked = list(questions(deployed.environment.directory))
    failures = []
    for function, partition in dict.fromkeys((each.function, each.partition) for each in asked):
        group = [each for each in asked if (each.function, each.partition) == (function, partition)]
        decisions = _decide(deployed, function, partition, [each.action for each in group])
        failures += [
            f"{function}: {each.action} on {partition} is {decisions.get(each.action)}, expected {each.decision}"
            for each in group
            if decisions.get(each.action) != each.decision
        ]
    return Result.of(failures, f"{len(asked)} decisions of IAM about the functions' roles are as expected.")


def _decide(deployed: Deployed, function: str, partition: str, actions: list[str]) -> dict[str, str]:
    """Return the simulator's decision on each action with a function's role on an item of a partition."""
    role = deployed.physical_id("AWS::IAM::Role", f"{function}Role")
    entry = {"ContextKeyName": LEADING_KEYS, "ContextKeyValues": [partition], "ContextKeyType": "stringList"}
    with deployed.target.aws_errors_as_problems():
        answer = deployed.target.client("iam").simulate_principal_policy(
            PolicySourceArn=deployed.arn("iam", f"role/{role}", regional=False),
            ActionNames=actions,
            ResourceArns=[deployed.arn("dynamodb", f"table/{deployed.target.table_name}")],
            ContextEntries=[entry],
        )
    return {each["EvalActionName"]: each["EvalDecision"] for each in answer["EvaluationResults"]}
