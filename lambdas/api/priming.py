"""First requests before the snapshot, so that what happens once per process is in it: parsers, validators, botocore's endpoint.

They are answered by a table of their own in place of the network: nothing reaches DynamoDB, and no record is logged.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scim2_server.requests import ScimRequest

from lambdas.api.primed_table import DIRECTORY, GROUP, GROUP_ID, USER, USER_ID, answer
from lambdas.scim.trace import Trace
from lambdas.store.directories import Directories
from lambdas.store.transport import DirectTransport

Requested = tuple[str, str, dict[str, str], Any]
"""Method, path, query and body."""


def prime(directories: Directories, transport: DirectTransport) -> None:
    """Serve one request of each kind that identity providers send, on a table that is not the environment's.

    A request that is refused, for instance because the environment requires more attributes, primes as well.
    """
    with _offline(transport):
        for method, path, query, body in requests():
            headers = {"Content-Type": "application/scim+json"}
            request = ScimRequest(method, "https://localhost", path, query, headers, json.dumps(body).encode())
            try:
                directories.handle(DIRECTORY, request, Trace())
            except Exception:  # noqa: S112 -- what fails here fails, and is logged, with a request of a client
                continue


def requests() -> Iterator[Requested]:
    """Yield one request of each kind, of writes both with and without a model. None has a cursor, whose secret is the table's."""
    user, group = f"/Users/{USER_ID}", f"/Groups/{GROUP_ID}"
    yield "GET", "/Users", {"filter": 'userName eq "nobody"'}, None
    yield "GET", "/Users", {"filter": 'userName eq "priming"'}, None
    yield "GET", "/Users", {"startIndex": "1", "count": "10"}, None
    yield "GET", user, {}, None
    yield "POST", "/Users", {}, USER
    yield "POST", "/Users", {}, {**USER, "title": None}
    yield "PUT", user, {}, {**USER, "title": "Prime"}
    yield "PATCH", user, {}, _patch("replace", 'emails[type eq "work"].value', "other@example.com")
    yield "PATCH", user, {}, _patch("replace", None, {"active": False})
    yield "PATCH", user, {}, _patch("add", "emails", [{"value": "home@example.com", "type": "home"}])
    yield "DELETE", user, {}, None
    yield "GET", "/Groups", {"filter": 'displayName eq "priming"', "excludedAttributes": "members"}, None
    yield "GET", group, {}, None
    yield "POST", "/Groups", {}, GROUP
    yield "PATCH", group, {}, _patch("add", "members", [{"value": USER_ID}])
    yield "PATCH", group, {}, _patch("remove", f'members[value eq "{USER_ID}"]', None)
    yield "PATCH", group, {}, _patch("replace", "displayName", "Prime")
    yield "DELETE", group, {}, None


def _patch(op: str, path: str | None, value: Any) -> dict[str, Any]:
    operation = {name: each for name, each in (("op", op), ("path", path), ("value", value)) if each is not None}
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}


@contextmanager
def _offline(transport: DirectTransport) -> Iterator[None]:
    """Answer every call without the network, while the context lasts."""
    send, transport.send = transport.send, answer
    try:
        yield
    finally:
        transport.send = send
