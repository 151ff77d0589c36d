"""Faults while reading: whichever call of whichever read fails, the answer is whole and right, or 503 with Retry-After.

To a read, a call that is lost and one whose answer is lost are the same: it changes nothing.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from lambdas import retrying as backoff
from lambdas.scim import cursors
from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.service import DirectoryService
from lambdas.scim.trace import Trace
from lambdas.store.failures import scim_exception_of
from lambdas.store.table import Table
from tests.storage.builders import PROVIDER, Directory
from tests.storage.faults import KINDS, Fault, FaultyClient, QuickClock

SERVICE = DirectoryService(PROVIDER, lambda: b"0" * 32)

READS: list[tuple[str, dict[str, str]]] = [
    ("/Users/{ann}", {}),
    ("/Users", {"filter": 'userName eq "ann"'}),
    ("/Users", {"filter": 'externalId eq "e1" or emails.value eq "bob@x"'}),
    ("/Users", {"filter": 'title sw "Chief"'}),
    ("/Users", {"count": "0"}),
    ("/Users", {"startIndex": "2", "count": "2"}),
    ("/Users", {"cursor": "", "count": "2"}),
    ("/Users", {"sortBy": "userName"}),
    ("/Groups/{staff}", {}),
    ("/Groups/{staff}", {"excludedAttributes": "members"}),
    ("/Groups", {"filter": 'displayName eq "Staff"'}),
    ("/Groups", {"filter": 'id eq "{staff}" and members eq "{ann}"'}),
    ("/Groups", {"filter": 'members eq "{ann}"'}),
    ("/Groups", {}),
]
"""Path and query of every kind of read."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "time", QuickClock())
    monkeypatch.setattr(
        cursors, "time", SimpleNamespace(time=lambda: 1_800_000_000.0)
    )  # a cursor tells when it was made


@pytest.fixture(scope="module")
def directory(new_table: Callable[[], Table]) -> Directory:
    """Three users, two of them in groups."""
    return Directory(new_table())


@pytest.fixture(scope="module")
def known(directory: Directory) -> dict[str, str]:
    """The ids that paths and filters name."""
    ann = directory.user("ann", externalId="e1", title="Chief")
    bob = directory.user("bob", emails=[{"value": "bob@x"}])
    directory.user("eve")
    directory.group("Other", ann)
    return {"ann": ann, "staff": directory.group("Staff", ann, bob)}


def send(client: Any, table: str, asked: ScimRequest) -> ScimResponse:
    """Read as the API function does."""
    try:
        return DirectoryHandler(SERVICE, Directory(Table(client, table)).storage, Trace()).handle(asked)
    except Exception as exception:
        return SERVICE.error_response(scim_exception_of(exception, "request"))


@pytest.mark.parametrize(("path", "query"), READS)
def test_a_read_is_answered_alike_after_a_passing_fault_and_told_to_be_repeated_after_a_lasting_one(
    directory: Directory, known: dict[str, str], path: str, query: dict[str, str]
) -> None:
    def fill(text: str) -> str:
        return text.replace("{ann}", known["ann"]).replace("{staff}", known["staff"])

    asked = ScimRequest(
        "GET", "https://scim.example/v2/c", fill(path), {name: fill(value) for name, value in query.items()}
    )
    intact = FaultyClient(directory.table.client)
    right = send(intact, directory.table.name, asked)
    assert int(right.status) == 200
    assert (right.body or {}).get("totalResults", 1) > 0
    assert intact.calls > 0

    for at in range(1, intact.calls + 1):
        for kind in range(KINDS):
            passing = FaultyClient(directory.table.client, Fault.LOST_ONCE, at, kind)
            answer = send(passing, directory.table.name, asked)
            assert (int(answer.status), answer.body) == (200, right.body), f"at call {at} of {intact.calls}"

            lasting = FaultyClient(directory.table.client, Fault.LOST, at, kind)
            refusal = send(lasting, directory.table.name, asked)
            assert int(refusal.status) == 503, f"at call {at} of {intact.calls}"
            assert int(refusal.headers["Retry-After"]) > 0
