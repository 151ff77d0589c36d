"""A client of the API function, which is called as API Gateway would call it."""

import base64
import gzip
import json as jsonlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.protocol.events import HOST, STAGE, caller, event

SCIM = "application/scim+json"

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True)
class Reply:
    """What a client gets."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded; None when there is none."""
        return jsonlib.loads(self.body) if self.body else None

    @property
    def detail(self) -> str:
        """The detail of a SCIM Error."""
        return str(self.json["detail"])


@dataclass
class Api:
    """One connection of one directory.

    Bodies are given as what JSON encodes, or as bytes to be sent as they are. The query is part of the path, as it is on the
    wire: ``api.get('/Users?filter=userName+eq+"a%40b.c"')``.
    """

    handler: Handler
    directory: str = "acme"
    connection: str = "aaaabbbbccccdddd"
    scope: str = "provision"
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": SCIM, "User-Agent": "tests"})
    host: str = HOST
    prefix: str = f"/{STAGE}"

    def get(self, target: str, **headers: str) -> Reply:
        """Send a GET."""
        return self.call("GET", target, headers=headers)

    def post(self, target: str, body: Any = None, **headers: str) -> Reply:
        """Send a POST."""
        return self.call("POST", target, body, headers=headers)

    def put(self, target: str, body: Any = None, **headers: str) -> Reply:
        """Send a PUT."""
        return self.call("PUT", target, body, headers=headers)

    def patch(self, target: str, body: Any = None, **headers: str) -> Reply:
        """Send a PATCH."""
        return self.call("PATCH", target, body, headers=headers)

    def delete(self, target: str, **headers: str) -> Reply:
        """Send a DELETE."""
        return self.call("DELETE", target, headers=headers)

    def call(self, method: str, target: str, body: Any = None, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Send any request; a header is named in Python's way (``Content_Type``) or its own, and left out when it is empty."""
        content = body if body is None or isinstance(body, bytes) else jsonlib.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        sent = {**self.headers, **({"Content-Type": SCIM} if content is not None else {}), **named}
        return self.send(method, target, {name: value for name, value in sent.items() if value}, content)

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Send exactly these headers and bytes."""
        made = event(
            method,
            target,
            connection=self.connection,
            authorizer=caller(connection=self.connection, directory=self.directory, scope=self.scope),
            headers=headers.items(),
            body=body,
            host=self.host,
            prefix=self.prefix,
        )
        return read_answer(self.handler(made, None), headers)


def read_answer(answer: dict[str, Any], headers: Mapping[str, str]) -> Reply:
    """Return what reaches the client: API Gateway decodes base64 where ``Accept`` allows it, the client undoes gzip."""
    body = answer["body"].encode("utf-8")
    if answer["isBase64Encoded"] and any(name.lower() == "accept" for name in headers):
        body = base64.b64decode(body)
    if answer["headers"].get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return Reply(answer["statusCode"], answer["headers"], body)
