"""Faults: whichever call of whichever operation fails, no read contradicts another, and the request sent again reaches its end.

Every operation is run once for each of its DynamoDB calls and each :class:`~tests.storage.faults.Fault`. A passing fault is
cured within the request. A lasting one ends it with 503 and Retry-After; then, without the fault, the request is repeated.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from lambdas import retrying as backoff
from lambdas.environment.rules import EnvironmentRules
from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.failures import scim_exception_of
from lambdas.store.keys import Item
from lambdas.store.sweeping import sweep_group
from lambdas.store.table import Table
from lambdas.store.transactions import MAX_TRANSACTION_ACTIONS
from support.environments import environment_of
from tests.examples import is_release
from tests.storage.agreement import assert_intact, assert_reads_agree
from tests.storage.builders import PROVIDER, Directory
from tests.storage.faults import KINDS, TRANSACTION, Fault, FaultyClient, QuickClock
from tests.storage.operations import OPERATIONS, Facts, Operation

EDGE = 3
"""Calls at the beginning and at the end of an operation, each of which does something of its own."""


READS = {"batch_get_item", "get_item", "query", "transact_get_items"}
"""The client's methods that change nothing."""


@cache
def service_of(toml: str) -> DirectoryService:
    """Return the protocol by the rules of an environment."""
    return DirectoryService(PROVIDER, lambda: b"0" * 32, EnvironmentRules(environment_of(toml), PROVIDER))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "time", QuickClock())


@dataclass(frozen=True)
class Arranged:
    """An operation, and the items of the directory that it finds."""

    operation: Operation
    facts: Facts
    items: list[Item]
    methods: list[str]
    """The calls that it makes when nothing fails."""

    @property
    def calls(self) -> int:
        """How many these are."""
        return len(self.methods)


@dataclass(frozen=True)
class Outcome:
    """What a client gets."""

    status: int
    retry_after: str | None = None


def send(operation: Operation, facts: Facts, table: Table) -> Outcome:
    """Do an operation once, as the API function does."""
    directory = Directory(table)
    request = operation.request(facts)
    try:
        if request is None:
            sweep_group(table, directory.id, facts["staff"])
            return Outcome(operation.status)
        response = DirectoryHandler(service_of(operation.toml), directory.storage, Trace()).handle(request)
    except Exception as exception:
        response = service_of(operation.toml).error_response(scim_exception_of(exception, "request"))
    return Outcome(int(response.status), response.headers.get("Retry-After"))


@pytest.fixture(scope="module", params=OPERATIONS, ids=lambda operation: operation.name)
def arranged(request: pytest.FixtureRequest, new_table: Callable[[], Table]) -> Arranged:
    operation: Operation = request.param
    directory = Directory(new_table())
    facts = operation.arrange(directory)
    items = items_of(directory)
    assert_reads_agree(directory, ids_of(facts))
    assert_intact(directory)
    client = FaultyClient(directory.table.client)
    assert send(operation, facts, Table(client, directory.table.name)) == Outcome(operation.status)
    assert operation.reached(directory, facts)
    assert_intact(directory)
    return Arranged(operation, facts, items, client.methods)


@pytest.fixture
def found_again(arranged: Arranged, new_table: Callable[[], Table]) -> Callable[[], Any]:
    """Gives a new table with what the operation finds, for a while."""

    @contextmanager
    def make() -> Iterator[Directory]:
        directory = Directory(new_table())
        client, name = directory.table.client, directory.table.name
        items = iter(arranged.items)
        while batch := list(itertools.islice(items, MAX_TRANSACTION_ACTIONS)):
            client.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": item}} for item in batch])
        yield directory
        client.delete_table(TableName=name)

    return make


def items_of(directory: Directory) -> list[Item]:
    """Return all that is in the table, by key."""
    found = [item for page in directory.table.scan("") for item in page]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def faulty(directory: Directory, fault: Fault, at: int, kind: int) -> Table:
    return Table(FaultyClient(directory.table.client, fault, at, kind), directory.table.name)


def places(arranged: Arranged, fault: Fault) -> Iterator[tuple[int, int]]:
    """Yield each call with each kind of error; with one of them in turn where calls are many.

    The calls in the middle of a long operation write one chunk of members like another: but for a release, every third is enough.
    So is every read that is lost: one whose answer is lost has no effect either.
    """
    for at in range(1, arranged.calls + 1):
        chunk = EDGE < at <= arranged.calls - EDGE and at % 3
        same = fault.takes_effect and arranged.methods[at - 1] in READS
        if (chunk or same) and not is_release():
            continue
        yield from ((at, kind) for kind in (range(KINDS) if arranged.calls == 1 else [at % KINDS]))


def ids_of(facts: Facts) -> list[str]:
    """Return the ids of an arrangement's few single resources."""
    return [each for each in facts.values() if isinstance(each, str)]


@pytest.mark.parametrize("fault", [Fault.LOST_ONCE, Fault.SILENT_ONCE], ids=lambda fault: fault.name)
def test_a_passing_fault_at_any_call_is_cured_within_the_request(
    arranged: Arranged, found_again: Callable[[], Any], fault: Fault
) -> None:
    operation = arranged.operation
    for at, kind in places(arranged, fault):
        with found_again() as directory:
            outcome = send(operation, arranged.facts, faulty(directory, fault, at, kind))

            assert outcome == Outcome(operation.status), f"at call {at} of {arranged.calls}"
            assert operation.reached(directory, arranged.facts), f"at call {at} of {arranged.calls}"
            assert_intact(directory)


def test_the_truth_is_answered_when_the_answer_of_a_transaction_is_lost_and_its_retry_meets_contention(
    arranged: Arranged, found_again: Callable[[], Any]
) -> None:
    operation = arranged.operation
    for at in [number for number, method in enumerate(arranged.methods, 1) if method == TRANSACTION]:
        with found_again() as directory:
            outcome = send(operation, arranged.facts, faulty(directory, Fault.SILENT_THEN_CONTENDED, at, at % KINDS))

            assert outcome == Outcome(operation.status), f"at call {at} of {arranged.calls}"
            assert operation.reached(directory, arranged.facts), f"at call {at} of {arranged.calls}"
            assert_intact(directory)


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.SILENT], ids=lambda fault: fault.name)
def test_after_a_lasting_fault_at_any_call_the_reads_agree_and_the_request_can_be_repeated(
    arranged: Arranged, found_again: Callable[[], Any], fault: Fault
) -> None:
    operation = arranged.operation
    for at, kind in places(arranged, fault):
        with found_again() as directory:
            outcome = send(operation, arranged.facts, faulty(directory, fault, at, kind))

            assert outcome.status == 503, f"at call {at} of {arranged.calls}"
            assert int(outcome.retry_after or 0) > 0
            if items_of(directory) == arranged.items:
                continue  # the reads, and the request without a fault, were tried when this was arranged
            assert_reads_agree(directory, ids_of(arranged.facts))
            assert_intact(directory)

            done = operation.reached(directory, arranged.facts)
            repeated = send(operation, arranged.facts, directory.table)
            assert repeated.status in {operation.status, *(operation.repeated if done else ())}
            assert operation.reached(directory, arranged.facts), f"at call {at} of {arranged.calls}"
            assert_intact(directory)
