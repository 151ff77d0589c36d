"""All steps of a proof, in the order of the checklist."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lambdas.credentials.scopes import Scope
from lambdas.operations.connections import Connections, GeneratedToken
from lambdas.operations.problems import Problem
from scimctl.guide import command
from scimctl.proof.alarms import prove_alarm
from scimctl.proof.cached_checks import prove_cached_checks
from scimctl.proof.deployed import Deployed
from scimctl.proof.outcomes import Outcome, Result
from scimctl.proof.paths import prove_unknown_paths
from scimctl.proof.policies import prove_policies
from scimctl.proof.queries import prove_queries
from scimctl.proof.refusals import prove_refusals

DIRECTORY = "scimprobe-check"
"""The directory of the temporary connection: never that of a customer. Nothing is written to it."""

LABEL = "scimctl environments prove"

LIFETIME_DAYS = 60
"""Days until the temporary token expires, should it not be deleted. Not below 30: its use would raise the alarm TokenExpiry."""


@dataclass(frozen=True)
class Step:
    """A step of the checklist, with its result."""

    number: int
    """Its number in docs/operator/first-deployment.md."""

    title: str
    result: Result


def prove(deployed: Deployed) -> Iterator[Step]:
    """Yield each step when it is done. A step that AWS refuses is unproved, with the reason; the others follow."""
    yield Step(7, "An alarm reaches its recipients", _attempt(lambda: prove_alarm(deployed)))
    yield Step(8, "Unknown paths are 404", _attempt(lambda: prove_unknown_paths(deployed)))
    try:
        with _connection(deployed) as generated:
            yield Step(9, "Credentials are checked", _attempt(lambda: prove_refusals(deployed, generated)))
            cached = _attempt(lambda: prove_cached_checks(deployed, generated))
            yield Step(11, "Requests of one cached check stay apart in the log", cached)
    except Problem as problem:
        yield Step(9, "A temporary connection is generated and deleted", Result.failed(str(problem)))
    yield Step(12, "The saved queries run", _attempt(lambda: prove_queries(deployed)))
    yield Step(13, "Functions cannot read what is not theirs", _attempt(lambda: prove_policies(deployed)))


@contextmanager
def _connection(deployed: Deployed) -> Iterator[GeneratedToken]:
    """Generate a connection that may read, and delete it afterwards.

    :raises Problem: When it cannot be generated or deleted.
    """
    connections = Connections(deployed.target)
    generated = connections.generate(directory=DIRECTORY, label=LABEL, scope=Scope.READ, lifetime_days=LIFETIME_DAYS)
    try:
        yield generated
    finally:
        try:
            connections.delete(generated.connection)
        except Problem as problem:
            again = command(deployed.target, f"connections delete {generated.connection.id}")
            raise Problem(f"The temporary connection remains: delete it with {again}. {problem}") from problem


def _attempt(step: Callable[[], Result]) -> Result:
    try:
        return step()
    except Problem as problem:
        return Result.unproved(str(problem))


def passed(steps: list[Step]) -> bool:
    """Return whether no step failed."""
    return all(each.result.outcome is not Outcome.FAILED for each in steps)
