"""First requests before the snapshot, so that what happens once per process is in it: parsers, validators, botocore's endpoint.

They are answered by a stub in place of the network: nothing reaches DynamoDB, and no record is logged.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from scim2_server.requests import ScimRequest

from lambdas.scim.trace import Trace
from lambdas.store.directories import Directories

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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

EVENT = "before-send.dynamodb"
"""botocore's event in which a handler can answer a signed request instead of the network."""


def prime(directories: Directories, client: "DynamoDBClient") -> None:
    """Create, search and change a user of a stub, as an identity provider's first requests do.

    A request that is refused, for instance because the environment requires more attributes, primes as well.
    """
    with _stub(client):
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
def _stub(client: "DynamoDBClient") -> Iterator[None]:
    """Answer every call of a client as an empty table does, while the context lasts."""

    def answer(request: AWSPreparedRequest, **_: Any) -> Any:
        body = _Raw(b"{}")
        return AWSResponse(request.url, 200, HTTPHeaders.from_dict({}), body)

    client.meta.events.register_first(EVENT, answer)
    try:
        yield
    finally:
        client.meta.events.unregister(EVENT, answer)


class _Raw(io.BytesIO):
    """A body as urllib3 gives it to botocore."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield the body."""
        yield self.read()
