"""First requests before the snapshot, so that what happens once per process is in it: parsers, validators, botocore's endpoint.

They are answered by a stub in place of the network: nothing reaches DynamoDB, and no record is logged.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from scim2_server.requests import ScimRequest

from lambdas.scim.trace import Trace
from lambdas.store.directories import Directories
from lambdas.store.http_connections import HttpAnswer
from lambdas.store.transport import DirectTransport

DIRECTORY = "-priming-"
"""The id of a directory that cannot exist: ids begin with a letter or a digit."""

USER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "priming",
    "name": {"givenName": "P", "familyName": "Riming"},
    "emails": [{"value": "priming@example.com", "type": "work", "primary": True}],
    "active": True,
}

CHANGE = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "path": 'emails[type eq "work"].value', "value": "other@example.com"}],
}


def prime(directories: Directories, transport: DirectTransport) -> None:
    """Create, search and change a user of a stub, as an identity provider's first requests do.

    A request that is refused, for instance because the environment requires more attributes, primes as well.
    """
    with _offline(transport):
        for method, path, query, body in _requests():
            request = ScimRequest(
                method, "https://localhost", path, query, {"Content-Type": "application/scim+json"}, body
            )
            try:
                directories.handle(DIRECTORY, request, Trace())
            except Exception:  # noqa: S112 -- what fails here fails, and is logged, with a request of a client
                continue


def _requests() -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    yield "GET", "/Users", {"filter": 'userName eq "priming"'}, b""
    yield "POST", "/Users", {}, json.dumps(USER).encode()
    yield "PATCH", "/Users/00000000-0000-4000-8000-000000000000", {}, json.dumps(CHANGE).encode()
    yield "GET", "/Groups", {"filter": 'displayName eq "priming"', "excludedAttributes": "members"}, b""


@contextmanager
def _offline(transport: DirectTransport) -> Iterator[None]:
    """Answer every call without the network, while the context lasts."""
    send, transport.send = transport.send, answer_as_empty_table
    try:
        yield
    finally:
        transport.send = send


def answer_as_empty_table(url: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
    """Return the answer of a table without items, to whatever call."""
    return HttpAnswer(200, {}, b"{}")
